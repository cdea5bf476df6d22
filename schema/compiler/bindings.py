"""What a field of a read type can be in SQL: the declarations' own vocabulary, which every pass reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement

from models.base.permissions import Permission
from schema.compiler.watching import Watch

Row = Any
"""A table's alias as declarations see it: its columns are attributes."""

DEFAULT_FIRST = 50  # items of a connection, where neither `first` nor `last` says
MAXIMUM_FIRST = 500
LIST_LIMIT = 100  # items of a plain list at the most, where its declaration doesn't say


@dataclass(frozen=True)
class Argument:
    """An argument of a field, as the schema shows it. `absent`: the parameter of `context` that stands in for null."""

    annotation: Any
    description: str
    absent: str | None = None


@dataclass(frozen=True)
class Recorded:
    """That reading a field of somebody else's is recorded: as what, and which columns of the row say of whom.

    `permission`: what staff read it by; `associations`: the column of the association, or of those, where they need
    it. `only`: a boolean column, where not every row is recorded.
    """

    kind: str
    permission: Permission
    whose: str = "person_id"
    associations: str = "association_id"
    only: str | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns."""
        return (self.whose, self.associations, *((self.only,) if self.only else ()))


@dataclass(frozen=True)
class Binding:
    """What a field is. `weight`: what it costs beside the objects it gives, counted in objects (`limits`).

    `recorded`: whether reading it is; then it is graphql-core's to complete, as a field in Python is. `watch`: what
    its answer depends on, where it can be subscribed to.
    """

    weight: int = field(default=0, kw_only=True)
    recorded: Recorded | None = field(default=None, kw_only=True)
    watch: Watch | None = field(default=None, kw_only=True)
    arguments: Mapping[str, Argument] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True)
class Column(Binding):
    """A column of the row's table. `where`: it can be filtered by; `order`: lists can be ordered by it."""

    name: str = ""
    where: bool = False
    order: bool = False


@dataclass(frozen=True)
class Expression(Binding):
    """SQL over the row and the arguments."""

    sql: Callable[..., ColumnElement[Any]]


@dataclass(frozen=True)
class Localized(Binding):
    """Text by locale: the asked for, else the next of the request's, unless it is official."""

    name: str
    official: bool = False


@dataclass(frozen=True)
class Translations(Binding):
    """All the texts of a localized column."""

    name: str


@dataclass(frozen=True)
class Relation(Binding):
    """Rows of another read type: one, a bounded list, or a connection.

    `via`: the column that refers, on this side for one and on the other for many; `on`: another condition, over
    (row, other row, **arguments), row being None at the root; `rows`: instead of the type's table, the rows of a
    function of (row, **arguments).
    """

    shape: str
    via: str | None = None
    on: Callable[..., ColumnElement[bool]] | None = None
    rows: Callable[..., Any] | None = None
    order: tuple[str, ...] = ()
    limit: int = LIST_LIMIT


ORDINALITY = "ordinality"
"""What the `rows` of a list call the column of their order: `table_valued(…, with_ordinality=ORDINALITY)`."""

ONE, MANY, CONNECTION = "one", "many", "connection"


@dataclass(frozen=True)
class NodeLookup(Binding):
    """The row of a global identifier, whichever read type it is of; `many`: of each of several, in their order."""

    many: bool = False


@dataclass(frozen=True)
class GlobalId(Binding):
    """The row's global identifier: its type's name and its key, in base64."""


@dataclass(frozen=True)
class Computed(Binding):
    """Worked out in Python from columns of the row: `await resolve(row, request, **arguments)`.

    Or of many rows at once: `await batch(rows, request, **arguments)`, whose answers are in the order of the rows.
    """

    resolve: Callable[..., Any] | None
    batch: Callable[..., Any] | None
    needs: tuple[str, ...]
