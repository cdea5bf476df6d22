"""Statements about the rows of one confederation: the tenant, locks and moments of change are filled in here.

No operation spells them out, so none can forget them. Row security holds the tenant besides; naming it lets PostgreSQL
use the indexes, all of which begin with it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar, overload
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Select, SQLColumnExpression, Update, and_, delete, event, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import QueryableAttribute, Session
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col

from models.base.records import Dated, TenantRow

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
Lock = bool | Literal["skip", "share"]
"""True: nobody else changes the rows before this commits; "skip": leave out what others have locked; "share": others
may hold the same lock, and nobody changes the rows meanwhile.
"""


class RecordSession(Session):
    """A session that completes the rows it writes: whose they are, when they were created and last changed."""


@event.listens_for(RecordSession, "before_flush")
def _complete(session: Session, *_: Any) -> None:
    now: datetime | None = session.info.get("now")
    if now is None:
        return
    for row in session.new:
        if isinstance(row, TenantRow | Dated):
            for name, value in completion(type(row), session.info["tenant_id"], now).items():
                if getattr(row, name) is None:
                    setattr(row, name, value)
    for row in session.dirty:
        if isinstance(row, Dated) and _is_changed(row):
            row.updated_at = now
            flag_modified(row, "updated_at")  # said even where it is the same moment


def _is_changed(row: Dated) -> bool:
    attributes = row._sa_instance_state.attrs  # type: ignore[attr-defined]  # noqa: SLF001 - public as `inspect(row)`
    return any(each.history.has_changes() for each in attributes if each.key not in row.unnoted)


def completion(model: type[Any], tenant_id: UUID, now: datetime) -> dict[str, Any]:
    """What a new row of a model has that no operation says."""
    return ({"confederation_id": tenant_id} if issubclass(model, TenantRow) else {}) | (
        {"created_at": now, "updated_at": now} if issubclass(model, Dated) else {}
    )


def matching(left: Any, right: Any) -> ColumnElement[bool]:
    """Two columns have the same value in the same confederation: what one table's rows are joined to another's by."""
    return and_(_tenant_beside(left) == _tenant_beside(right), left == right)


def _tenant_beside(column: Any) -> Any:
    owner = column.parent.entity if isinstance(column, QueryableAttribute) else column.table.c
    return owner.confederation_id


class Statements:
    """What a unit of work makes statements by. `tenant_id`: the confederation; `now`: the moment of all its changes."""

    now: datetime

    @property
    def tenant_id(self) -> UUID:
        """The confederation that everything in this transaction is in."""
        raise NotImplementedError

    @overload
    def select(self, a: type[A] | SQLColumnExpression[A], /, *, of: Any = None, lock: Lock = False) -> Select[A]: ...

    @overload
    def select(
        self,
        a: type[A] | SQLColumnExpression[A],
        b: type[B] | SQLColumnExpression[B],
        /,
        *,
        of: Any = None,
        lock: Lock = False,
    ) -> Select[A, B]: ...

    @overload
    def select(
        self,
        a: type[A] | SQLColumnExpression[A],
        b: type[B] | SQLColumnExpression[B],
        c: type[C] | SQLColumnExpression[C],
        /,
        *,
        of: Any = None,
        lock: Lock = False,
    ) -> Select[A, B, C]: ...

    @overload
    def select(
        self,
        a: type[A] | SQLColumnExpression[A],
        b: type[B] | SQLColumnExpression[B],
        c: type[C] | SQLColumnExpression[C],
        d: type[D] | SQLColumnExpression[D],
        /,
        *,
        of: Any = None,
        lock: Lock = False,
    ) -> Select[A, B, C, D]: ...

    @overload
    def select(self, *what: Any, of: Any = None, lock: Lock = False) -> Select[Any]: ...

    def select(self, *what: Any, of: Any = None, lock: Lock = False) -> Select[Any]:
        """Select from the rows of a model, the first that is named; `of` names it where an expression comes first.

        Other models are joined by `matching`. Objects are as the database has them, whatever this transaction read
        before. `lock`: taken on the rows of that model. It asks PostgreSQL for the right to change the row: rows that
        the actor may only read are left out.
        """
        model = of or _model_of(what[0])
        statement = select(*what).where(self.here(model))
        if lock:
            statement = statement.with_for_update(
                of=model, read=lock == "share", key_share=lock != "share", skip_locked=lock == "skip"
            )
        return statement.execution_options(populate_existing=True)

    def here(self, model: Any) -> ColumnElement[bool]:
        """The rows of a model that are this confederation's."""
        condition: ColumnElement[bool] = col(model.confederation_id) == self.tenant_id
        return condition

    def exists(self, model: type[TenantRow], *where: ColumnElement[bool]) -> ColumnElement[bool]:
        """Whether there is a row of which all this is true."""
        return select(1).where(self.here(model), *where).exists()

    def update(self, model: type[TenantRow], *where: ColumnElement[bool], to: Mapping[str, Any]) -> Update:
        """Change the rows of which all this is true `to` these values, and note when, but for what is `unnoted`.

        Objects that this transaction has loaded stay as they are: select them anew.
        """
        noted = issubclass(model, Dated) and not to.keys() <= model.unnoted
        return (
            update(model)
            .where(self.here(model), *where)
            .values(dict(to) | ({"updated_at": self.now} if noted else {}))
            .execution_options(synchronize_session=False)
        )

    def delete(self, model: type[TenantRow], *where: ColumnElement[bool]) -> Delete:
        """Delete the rows of which all this is true; objects that this transaction has loaded stay as they are."""
        statement = delete(model).where(self.here(model), *where)
        return statement.execution_options(synchronize_session=False)

    def inserting(self, model: type[TenantRow]) -> Insert:
        """Insert rows (`all_completed`) by a statement, where `insert_all` isn't enough: conflicts, returned rows."""
        return insert(model)

    def completed(self, model: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with what no operation says."""
        filled = completion(model, self.tenant_id, self.now)
        return filled | {name: value for name, value in row.items() if name not in filled or value is not None}

    def all_completed(self, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The same for many rows."""
        return [self.completed(model, row) for row in rows]


def _model_of(what: Any) -> Any:
    if isinstance(what, type):
        return what
    if isinstance(what, QueryableAttribute):
        return what.parent.entity
    raise TypeError(f"which model's rows are selected? {what} doesn't say: name it by `of`")
