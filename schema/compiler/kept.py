"""Plans that are kept: of a document's fields under graphql-core, as `run.Operation` keeps them of whole operations."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from graphql import GraphQLSchema, OperationDefinitionNode

from schema.compiler.values import Coercion, Variables

T = TypeVar("T")

DOCUMENTS = 500
"""Documents whose plans are kept; the least recently used goes."""
CHARACTERS = 1_000_000
"""Characters of the documents whose plans are kept: with its tree and its statement one takes some 150 bytes each."""
SHAPES = 16
"""Plans kept of a document, one for each shape of its variables; the least recently used goes."""


class Kept:
    """What was made for a part of a document, for each shape of its variables."""

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
        """What `make` made of this part of the document, for variables of this shape. Without a document, anew."""
        if document is None:
            return make()
        kept = self._documents.get(document)
        if kept is None:
            kept = (Coercion(self._schema, operation), OrderedDict())
        keep(self._documents, document, kept, DOCUMENTS)
        coercion, plans = kept
        key = (part, coercion.shape(variables))
        made: T = plans[key] if key in plans else make()
        keep(plans, key, made, SHAPES)
        return made


def keep(kept: OrderedDict[Any, Any], key: Hashable, value: Any, most: int) -> None:
    """Keep a value as the one used last; of more than `most`, the one that wasn't used for longest goes."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
