"""Plans that are kept, up to a number of bytes: of whole operations (`run`), and of fields under graphql-core."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from graphql import GraphQLSchema, OperationDefinitionNode

from schema.compiler.values import Coercion, Variables

T = TypeVar("T")

DOCUMENTS = 2_000
"""Documents whose plans are kept; the least recently used goes."""
BYTES = 64_000_000
"""What their trees, plans and statements may take together, as they are estimated here."""
BYTES_OF_A_CHARACTER = 150
"""What a character of a document takes in its tree."""
BYTES_OF_A_FIELD = 1_000
"""What a field takes in a plan, with its part of the statements that are written for it."""
SHAPES = 16
"""Plans kept of a document, one for each shape of its variables; the least recently used goes."""


class Bounded(Generic[T]):
    """Values by key, the least recently used first to go: where there are too many, or where they take too much."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self.bytes = 0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable) -> T:
        """The value, used now. KeyError where it isn't kept."""
        value = self._values[key]
        self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: T, size: int) -> None:
        """Keep a value of so many bytes."""
        self._values[key] = value
        self.grow(key, size)
        if len(self._values) > DOCUMENTS:
            self._drop()

    def grow(self, key: Hashable, size: int) -> None:
        """Count so many bytes more for a key; nothing where its value isn't kept any more."""
        if key not in self._values:
            return
        self._sizes[key] = self._sizes.get(key, 0) + size
        self.bytes += size
        while self.bytes > BYTES and self._values:
            self._drop()

    def _drop(self) -> None:
        key, _ = self._values.popitem(last=False)
        self.bytes -= self._sizes.pop(key)


class Kept:
    """What was made for a part of a document, for each shape of its variables."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._documents: Bounded[tuple[Coercion, OrderedDict[Hashable, Any]]] = Bounded()

    def of(
        self,
        document: Hashable,
        operation: OperationDefinitionNode,
        part: Hashable,
        variables: Variables,
        make: Callable[[], T],
    ) -> T:
        """What `make` made of this part of the document, for variables of this shape. Without a document, anew.

        `document`: its text and the operation's name.
        """
        if document is None:
            return make()
        if document not in self._documents:
            kept = (Coercion(self._schema, operation), OrderedDict[Hashable, Any]())
            characters = sum(len(part) for part in document if part) if isinstance(document, tuple) else 0
            self._documents.put(document, kept, characters * BYTES_OF_A_CHARACTER)
        else:
            kept = self._documents.get(document)
        coercion, plans = kept
        key = (part, coercion.shape(variables))
        is_new = key not in plans
        made: T = make() if is_new else plans[key]
        keep(plans, key, made, SHAPES)
        if is_new:
            self._documents.grow(document, size_of(made))
        return made


def size_of(made: Any) -> int:
    """The bytes of something that was made for a document: of its plans, wherever they are in it."""
    if isinstance(made, dict):
        made = tuple(made.values())
    if isinstance(made, tuple):
        return sum(map(size_of, made))
    fields: int = getattr(made, "fields", 0)
    return fields * BYTES_OF_A_FIELD


def keep(kept: OrderedDict[Any, Any], key: Hashable, value: Any, most: int) -> None:
    """Keep a value as the one used last; of more than `most`, the one that wasn't used for longest goes."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
