"""The kinds of SQL bindings of a read type's fields, which every pass reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement

from models.base.permissions import Permission
from schema.compiler.watching import Watch

Row = Any
"""A table's alias in declarations: its columns are attributes."""

DEFAULT_FIRST = 50  # items of a connection without `first` and `last`
MAXIMUM_FIRST = 500
LIST_LIMIT = 100  # maximum number of items of a plain list, unless declared otherwise


@dataclass(frozen=True)
class Argument:
    """An argument of a field in the schema. `absent`: the parameter of `context` that replaces null."""

    annotation: Any
    description: str
    absent: str | None = None


@dataclass(frozen=True)
class Recorded:
    """Reads of others' data in this field are recorded: the kind of data, and the row's columns that name the person.

    `permission`: the permission by which staff read it. `associations`: column with the association, or associations,
    in which they need it. `only`: a boolean column, if not every row is recorded.
    """

    kind: str
    permission: Permission
    whose: str = "person_id"
    associations: str = "association_id"
    only: str | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the columns that a record needs."""
        return (self.whose, self.associations, *((self.only,) if self.only else ()))


@dataclass(frozen=True)
class Binding:
    """The binding of a field. `weight`: its cost in objects, besides those it returns (`limits`).

    `recorded`: whether and how reads are recorded; graphql-core then completes the field, as it does fields in Python.
    `watch`: the topic on which its answer depends, if it can be subscribed to.
    """

    weight: int = field(default=0, kw_only=True)
    recorded: Recorded | None = field(default=None, kw_only=True)
    watch: Watch | None = field(default=None, kw_only=True)
    arguments: Mapping[str, Argument] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True)
class Column(Binding):
    """A column of the row's table. `where`: it can be filtered by. `order`: lists can be ordered by it."""

    name: str = ""
    where: bool = False
    order: bool = False


@dataclass(frozen=True)
class Expression(Binding):
    """An SQL expression over the row and the arguments."""

    sql: Callable[..., ColumnElement[Any]]


@dataclass(frozen=True)
class Localized(Binding):
    """A localized text: in the given locale, falling back along the request's locales unless it is official."""

    name: str
    official: bool = False


@dataclass(frozen=True)
class Translations(Binding):
    """All texts of a localized column."""

    name: str


@dataclass(frozen=True)
class Relation(Binding):
    """Rows of another read type: one, a bounded list, or a connection.

    `via`: the foreign key, on this side for `one` and on the other side for lists. `on`: another condition, over (row,
    other row, **arguments); row is None at the root. `rows`: the rows of a function of (row, **arguments), instead of
    the type's table.
    """

    shape: str
    via: str | None = None
    on: Callable[..., ColumnElement[bool]] | None = None
    rows: Callable[..., Any] | None = None
    order: tuple[str, ...] = ()
    limit: int = LIST_LIMIT


ORDINALITY = "ordinality"
"""The label of the column that orders the `rows` of a list: `table_valued(…, with_ordinality=ORDINALITY)`."""

ONE, MANY, CONNECTION = "one", "many", "connection"


@dataclass(frozen=True)
class NodeLookup(Binding):
    """The row of a global ID, of whichever read type. `many`: the rows of several IDs, in their order."""

    many: bool = False


@dataclass(frozen=True)
class GlobalId(Binding):
    """The row's global ID: the name of its type and its key, in base64."""


@dataclass(frozen=True)
class Computed(Binding):
    """A field computed in Python from columns of the row: `await resolve(row, request, **arguments)`.

    Or for many rows at once: `await batch(rows, request, **arguments)`, which returns values in the order of the rows.
    """

    resolve: Callable[..., Any] | None
    batch: Callable[..., Any] | None
    needs: tuple[str, ...]
