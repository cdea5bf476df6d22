"""Statements about the rows of one confederation: the tenant, locks and update times are filled in here.

No operation spells them out, so none can forget them. Row security enforces the tenant as well; filtering by it lets
PostgreSQL use the indexes, all of which begin with it.
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
"""Kind of row lock.

True: nobody else changes the rows before this commits; "skip": leave out rows that others have locked; "share": others
may hold the same lock, and nobody changes the rows meanwhile.
"""


class RecordSession(Session):
    """A session that completes the rows it writes: tenant, creation and update times."""


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
            flag_modified(row, "updated_at")  # even if the time is the same


def _is_changed(row: Dated) -> bool:
    attributes = row._sa_instance_state.attrs  # type: ignore[attr-defined]  # noqa: SLF001 - public as `inspect(row)`
    return any(each.history.has_changes() for each in attributes if each.key not in row.unnoted)


def completion(model: type[Any], tenant_id: UUID, now: datetime) -> dict[str, Any]:
    """The values of a new row that no operation sets."""
    return ({"confederation_id": tenant_id} if issubclass(model, TenantRow) else {}) | (
        {"created_at": now, "updated_at": now} if issubclass(model, Dated) else {}
    )


def matching(left: Any, right: Any) -> ColumnElement[bool]:
    """A join condition: two columns have the same value, in the same confederation."""
    return and_(_tenant_beside(left) == _tenant_beside(right), left == right)


def _tenant_beside(column: Any) -> Any:
    owner = column.parent.entity if isinstance(column, QueryableAttribute) else column.table.c
    return owner.confederation_id


class Statements:
    """Statement builders of a unit of work. `tenant_id`: the confederation; `now`: the time of all its changes."""

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
        """Select from the rows of a model: the first one in `what`, or `of` if an expression comes first.

        Other models are joined by `matching`. Objects are refreshed from the database, whatever this transaction read
        before. `lock`: on the rows of that model. PostgreSQL requires the right to change a row for it: rows that the
        actor may only read are left out.
        """
        model = of or _model_of(what[0])
        statement = select(*what).where(self.here(model))
        if lock:
            statement = statement.with_for_update(
                of=model, read=lock == "share", key_share=lock != "share", skip_locked=lock == "skip"
            )
        return statement.execution_options(populate_existing=True)

    def here(self, model: Any) -> ColumnElement[bool]:
        """The condition that a model's rows belong to this confederation."""
        condition: ColumnElement[bool] = col(model.confederation_id) == self.tenant_id
        return condition

    def exists(self, model: type[TenantRow], *where: ColumnElement[bool]) -> ColumnElement[bool]:
        """The condition that there is a row that meets all of these conditions."""
        return select(1).where(self.here(model), *where).exists()

    def update(self, model: type[TenantRow], *where: ColumnElement[bool], to: Mapping[str, Any]) -> Update:
        """Update the rows that meet all of these conditions `to` these values, and set `updated_at` unless `unnoted`.

        Objects that are already loaded aren't updated: select them again.
        """
        noted = issubclass(model, Dated) and not to.keys() <= model.unnoted
        return (
            update(model)
            .where(self.here(model), *where)
            .values(dict(to) | ({"updated_at": self.now} if noted else {}))
            .execution_options(synchronize_session=False)
        )

    def delete(self, model: type[TenantRow], *where: ColumnElement[bool]) -> Delete:
        """Delete the rows that meet all of these conditions. Objects that are already loaded aren't updated."""
        statement = delete(model).where(self.here(model), *where)
        return statement.execution_options(synchronize_session=False)

    def inserting(self, model: type[TenantRow]) -> Insert:
        """Insert rows (`all_completed`) by a custom statement, for conflicts or returned rows, which `insert_all`
        doesn't offer.
        """
        return insert(model)

    def completed(self, model: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with the values that no operation sets."""
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
