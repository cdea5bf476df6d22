"""The cache of plans of single fields, for graphql-core; `run.Operation` caches those of whole operations."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from graphql import GraphQLSchema, OperationDefinitionNode

from schema.compiler.values import Coercion, Variables

T = TypeVar("T")

MOST_DOCUMENTS = 500
"""Maximum number of documents with cached plans; the least recently used is evicted."""
MOST_CHARACTERS = 1_000_000
"""Maximum number of characters of these documents; tree and statement take about 150 bytes per character."""
MOST_SHAPES_PER_DOCUMENT = 16
"""Maximum number of cached plans per document, one for each shape of its variables; the least recently
used is evicted.
"""


class PlanCache:
    """A cache of what is made from a part of a document, for each shape of its variables."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._documents: OrderedDict[Hashable, tuple[Coercion, OrderedDict[Hashable, Any]]] = OrderedDict()

    def of(
        self,
        document: Hashable,
        operation: OperationDefinitionNode,
        part: Hashable,
        variables: Variables,
        make: Callable[[], T],
    ) -> T:
        """Return what `make` makes from this part of the document for variables of this shape, cached. Without a
        document, nothing is cached.
        """
        if document is None:
            return make()
        cached = self._documents.get(document)
        if cached is None:
            cached = (Coercion(self._schema, operation), OrderedDict())
        cache_value(self._documents, document, cached, MOST_DOCUMENTS)
        coercion, plans = cached
        key = (part, coercion.shape(variables))
        made: T = plans[key] if key in plans else make()
        cache_value(plans, key, made, MOST_SHAPES_PER_DOCUMENT)
        return made


def cache_value(cached: OrderedDict[Any, Any], key: Hashable, value: Any, most: int) -> None:
    """Cache a value as the most recently used; beyond `most`, evict the least recently used."""
    cached[key] = value
    cached.move_to_end(key)
    if len(cached) > most:
        cached.popitem(last=False)
