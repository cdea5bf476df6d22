"""The unit of work: one transaction of one actor. An operation is `async def verb(work, …)`; it never commits.

The order in each operation: load with access and lock → permission → rules → change → record.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col
from uuid_utils.compat import uuid7

from models import JournalEntry
from models.base import elevation
from models.base.permissions import Permission
from models.base.records import TenantRow, concerned_by
from models.base.topics import topic_of, topics
from services.core.actor import Actor
from services.core.database.connections import Database
from services.core.errors import AlreadyExists, NotFound
from services.core.settings import Settings
from services.core.statements import Statements

Row = TypeVar("Row", bound=TenantRow)
Refused = Mapping[str, Exception]


class Work(Statements):
    """A transaction: its session, its actor, and the time of all its changes."""

    def __init__(self, session: AsyncSession, actor: Actor, now: datetime, settings: Settings) -> None:
        self.session = session
        self.settings = settings
        self.actor = actor
        self.now = now
        session.info.update(tenant_id=self.tenant_id, now=now)  # used by the session to complete new rows
        self._elevations: list[str] = []
        self._topics: set[str] = set()

    @property
    def topics(self) -> Collection[str]:
        """Topics of the changes so far, for watchers."""
        return self._topics

    def notify_watchers(self, model: type[SQLModel], id: UUID) -> None:
        """Notify the watchers of a row once this is committed.

        Inserted and recorded rows notify by themselves, under the topics that their model declares.
        """
        self._topics.add(topic_of(self.tenant_id, model, id))

    def _notify_watchers_of(self, row: SQLModel) -> None:
        self._topics.update(topics.of(self.tenant_id, type(row), vars(row)))

    @property
    def tenant_id(self) -> UUID:
        """The confederation of the transaction."""
        return self.actor.tenant.id

    @property
    def is_elevated(self) -> bool:
        """Whether the finer conditions of the row policies are currently lifted."""
        return bool(self._elevations)

    @property
    def today(self) -> date:
        """The date of `now` in the confederation's time zone; memberships, mandates and grants are compared with it."""
        return self.now.astimezone(ZoneInfo(self.actor.tenant.time_zone)).date()

    async def find(self, model: type[Row], id: UUID, *path: str, lock: bool = False) -> Row:
        """Load a row that the actor may see; NotFound otherwise, with the input path that names it.

        `lock`: nobody else changes it before this commits. PostgreSQL requires the right to change the row for it:
        without that right, NotFound.
        """
        try:
            return await self.find_by(model, lock=lock, id=id)
        except NotFound as problem:
            problem.path = path
            raise

    async def find_managed(self, model: type[Row], id: UUID, permission: Permission, *path: str) -> Row:
        """Load and lock a row, for holders of the permission in its association.

        NotFound if the actor may not see it, NotSignedIn or NotAllowed if they may see it only.
        """
        seen: Any = await self.find(model, id, *path)
        self.actor.require(permission, seen.association_id)
        return await self.find(model, id, *path, lock=True)

    async def seen(self, model: type[TenantRow], ids: Collection[UUID]) -> set[UUID]:
        """Those of the rows that the actor may see."""
        return set(await self.session.scalars(self.select(col(model.id)).where(col(model.id).in_(ids))))

    async def find_by(self, model: type[Row], *, lock: bool = False, **columns: Any) -> Row:
        """Load the row with these values in a unique set of columns; NotFound as in `find`."""
        row = (await self.session.execute(self.select(model, lock=lock).filter_by(**columns))).scalar_one_or_none()
        if row is None:
            raise NotFound(_kind(model))
        return row

    async def insert(self, row: Row, *, refused: Refused | None = None) -> Row:
        """Insert a row. `refused`: the problems that stand for violated constraints, by name.

        Its tenant and times are filled in, as for rows that are added to the session directly.
        """
        self.session.add(row)
        await self.flush(refused=refused)
        self._notify_watchers_of(row)
        return row

    async def insert_all(
        self,
        model: type[TenantRow],
        rows: Sequence[Mapping[str, Any]],
        *,
        refused: Refused | None = None,
        overriding: bool = False,
    ) -> None:
        """Insert many rows with the same columns, in this order, by one statement; `refused` as in `insert`.

        One statement, because PostgreSQL prepares the expressions of generated columns once per statement.
        `overriding`: the rows set an identity column that PostgreSQL normally generates.
        """
        if rows:
            completed = self.all_completed(model, rows)
            columns = ", ".join(completed[0])
            statement = text(
                f"insert into {model.__tablename__} ({columns}) {'overriding system value ' if overriding else ''}"  # noqa: S608 - names of ours
                f"select {columns} from json_populate_recordset(null::{model.__tablename__}, cast(:rows as json))"
            )
            with _refusing(refused):
                await self.session.execute(statement, {"rows": orjson.dumps(completed, default=str).decode()})
            for row in completed:
                self._topics.update(topics.of(self.tenant_id, model, row))

    async def remove(self, row: TenantRow, *, refused: Refused | None = None) -> None:
        """Delete a row; `refused` as in `insert`."""
        await self.session.delete(row)
        await self.flush(refused=refused)

    async def flush(self, *, refused: Refused | None = None) -> None:
        """Send pending changes. `refused` as in `insert`; any other violated unique constraint is AlreadyExists."""
        with _refusing(refused):
            await self.session.flush()

    async def record(
        self,
        action: str,
        subject: SQLModel,
        *,
        association_id: UUID | None = None,
        on_behalf_of_id: UUID | None = None,
        reason: str | None = None,
        confidential: bool = False,
        data: Mapping[str, Any] | None = None,
    ) -> JournalEntry:
        """Write the journal: audit entry and outgoing event in one row.

        `data`: keys and states, no personal data. `association_id`: the association whose staff may read the entry, by
        default the subject's own. `confidential`: no staff may read it, because they must not know who did it.
        """
        whose = association_id or getattr(subject, "association_id", None)
        row = self.entry(
            action,
            type(subject),
            subject.id,  # type: ignore[attr-defined]  # the tenant itself has one, and is no TenantRecord
            association_id=None if confidential else whose,
            by=self.actor.person_id,
            concerns_id=None if confidential else concerned_by(subject),
            data=dict(data or {}),
        )
        entry = JournalEntry(on_behalf_of_id=on_behalf_of_id, reason=reason, **row)
        self.session.add(entry)
        self._notify_watchers_of(subject)
        return entry

    def entry(
        self,
        action: str,
        kind: type[SQLModel],
        subject_id: UUID,
        *,
        association_id: UUID | None,
        by: UUID | None,
        concerns_id: UUID | None,
        data: Mapping[str, Any],
    ) -> dict[str, Any]:
        """A journal entry as a row, for inserting many at once. `by`: the person who did it, by default the actor.

        `concerns_id`: the person concerned, who may read it.
        """
        return {
            "id": uuid7(),
            "at": self.now,
            "action": action,
            "actor": "system" if by is None and self.actor.is_system else "site_key" if self.actor.key else "person",
            "actor_person_id": by,
            "actor_key_id": self.actor.key_id,
            "subject_type": kind.__name__,
            "subject_id": subject_id,
            "association_id": association_id,
            "concerns_id": concerns_id,
            "data": data,
        }

    @asynccontextmanager
    async def elevated(self, why: str) -> AsyncIterator[None]:
        """Lift the finer conditions of the row policies, never the tenant's, for the statements inside.

        Only for the part of an operation that needs rows the actor may not see; a test lists every use. Pending changes
        are sent before and after, so that each is checked by the policies it was made under.
        """
        await self.session.flush()
        self._elevations.append(why)
        await self._set({elevation.SETTING: why})
        try:
            yield
            await self.session.flush()
        except BaseException:
            # After an error, PostgreSQL accepts no statement in this transaction, and the setting ends with it.
            with suppress(DBAPIError):
                await self._end_elevation()
            raise
        await self._end_elevation()

    async def lock(self, name: str, *, shared: bool = False) -> None:
        """Take a named lock of the tenant until the transaction ends; `shared`: together with others that share it."""
        take = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        key = f"{self.tenant_id}:{name}"
        await self.session.execute(text(f"select {take}(hashtextextended(:key, 0))"), {"key": key})

    async def connection(self) -> asyncpg.Connection:
        """The transaction's connection: compiled reads through it see the uncommitted changes."""
        await self.session.flush()
        raw: Any = await (await self.session.connection()).get_raw_connection()
        driver: asyncpg.Connection = raw.driver_connection
        return driver

    async def _end_elevation(self) -> None:
        self._elevations.pop()
        if self.session.is_active:
            await self._set({elevation.SETTING: self._elevations[-1] if self._elevations else ""})

    async def start(self) -> None:
        """Set PostgreSQL's settings for the actor. The system actor is elevated."""
        settings = dict(self.actor.settings)
        if self.actor.is_system:
            self._elevations.append("the platform itself")
            settings[elevation.SETTING] = self._elevations[-1]
        await self._set(settings)

    async def _set(self, settings: Mapping[str, str]) -> None:
        await self.session.execute(_SET, {"names": list(settings), "values": list(settings.values())})


_SET = text(
    "select count(set_config(name, value, true)) "
    "from unnest(cast(:names as text[]), cast(:values as text[])) setting(name, value)"
)


@asynccontextmanager
async def begin(
    database: Database, actor: Actor, *, now: datetime | None = None, dry_run: bool = False
) -> AsyncIterator[Work]:
    """Run a transaction: committed at the end, rolled back on an exception or a dry run."""
    async with database.sessions() as session, session.begin() as transaction:
        work = Work(session, actor, now or datetime.now(UTC), database.settings)
        await work.start()
        yield work
        if dry_run:
            await session.flush()
            await transaction.rollback()
    if not dry_run:
        database.changes.tell(work.topics)


@contextmanager
def _refusing(refused: Refused | None) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        cause = error.orig.__cause__ if error.orig else None
        name = str(getattr(cause, "constraint_name", ""))
        if refused and name in refused:
            raise refused[name] from error
        if isinstance(cause, asyncpg.UniqueViolationError):
            raise AlreadyExists(str(cause.table_name)) from error
        raise


def _kind(model: type[SQLModel]) -> str:
    return str(model.__tablename__).replace("_", " ")
