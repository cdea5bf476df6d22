"""Caches of plans, bounded in bytes: of whole operations (`run`), and of single fields for graphql-core."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from graphql import GraphQLSchema, OperationDefinitionNode

from schema.compiler.values import Coercion, Variables

T = TypeVar("T")

MOST_DOCUMENTS = 2_000
"""Maximum number of documents with cached plans; the least recently used is evicted."""
MOST_BYTES = 64_000_000
"""Maximum number of bytes of their trees, plans and statements together, as estimated here."""
BYTES_PER_CHARACTER = 150
"""Estimated bytes of a document's tree per character."""
BYTES_PER_FIELD = 1_000
"""Estimated bytes per field of a plan, with its part of the statements."""
MOST_SHAPES_PER_DOCUMENT = 16
"""Maximum number of cached plans per document, one for each shape of its variables; the least recently
used is evicted.
"""


class Bounded(Generic[T]):
    """A cache of values by key; the least recently used are evicted if there are too many or they take
    too many bytes.
    """

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self.bytes = 0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable) -> T:
        """Return a value as the most recently used. Raise KeyError if it is not cached."""
        value = self._values[key]
        self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: T, size: int) -> None:
        """Cache a value with its size in bytes."""
        self._values[key] = value
        self.grow(key, size)
        if len(self._values) > MOST_DOCUMENTS:
            self._drop()

    def grow(self, key: Hashable, size: int) -> None:
        """Add to the size of a cached value; nothing if it is no longer cached."""
        if key not in self._values:
            return
        self._sizes[key] = self._sizes.get(key, 0) + size
        self.bytes += size
        while self.bytes > MOST_BYTES and self._values:
            self._drop()

    def _drop(self) -> None:
        key, _ = self._values.popitem(last=False)
        self.bytes -= self._sizes.pop(key)


class PlanCache:
    """A cache of what is made from a part of a document, for each shape of its variables."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._documents: Bounded[tuple[Coercion, OrderedDict[Hashable, Any]]] = Bounded()

    def of(
        self,
        document: tuple[str, str | None] | None,
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
        if document not in self._documents:
            cached = (Coercion(self._schema, operation), OrderedDict[Hashable, Any]())
            self._documents.put(document, cached, len(document[0]) * BYTES_PER_CHARACTER)
        else:
            cached = self._documents.get(document)
        coercion, plans = cached
        key = (part, coercion.shape(variables))
        is_new = key not in plans
        made: T = make() if is_new else plans[key]
        cache_value(plans, key, made, MOST_SHAPES_PER_DOCUMENT)
        if is_new:
            self._documents.grow(document, size_of(made))
        return made


def size_of(made: Any) -> int:
    """Return the bytes of what was made for a document: those of all plans in it."""
    if isinstance(made, dict):
        made = tuple(made.values())
    if isinstance(made, tuple):
        return sum(map(size_of, made))
    fields: int = getattr(made, "fields", 0)
    return fields * BYTES_PER_FIELD


def cache_value(cached: OrderedDict[Any, Any], key: Hashable, value: Any, most: int) -> None:
    """Cache a value as the most recently used; beyond `most`, evict the least recently used."""
    cached[key] = value
    cached.move_to_end(key)
    if len(cached) > most:
        cached.popitem(last=False)
