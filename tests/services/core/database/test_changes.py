"""Word of changes: who hears it, and when."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from models import Event, Person
from models.base.topics import topic_of
from services.core.database.connections import Database
from services.core.errors import NotSignedIn, Problem
from tests.making import ActingAs, Maker

LISTENING = (
    "select pid from pg_stat_activity where application_name = 'confed changes' and datname = current_database()"
)


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process, as far as the database can tell."""
    database = Database(database_url, readers=1, writers=1)
    yield database
    await database.close()


async def heard(changed: asyncio.Event) -> None:
    """Wait for the word, and be ready for the next."""
    await asyncio.wait_for(changed.wait(), 20)
    changed.clear()


async def settle(telling: Database, hearing: Database, *watched: asyncio.Event) -> None:
    """Wait until both are connected and every word told before this one is heard; forget what was."""
    for database in (telling, hearing):
        with database.changes.watch("connected") as connected:
            database.changes.tell(["connected"])
            await heard(connected)
    # Words are heard in their order; and this one only as a word, for the connections are there.
    with hearing.changes.watch("settled") as settled:
        telling.changes.tell(["settled"])
        await heard(settled)
    for changed in watched:
        changed.clear()


async def test_every_process_hears_of_what_was_recorded_once_it_is_committed(
    make: Maker, acting_as: ActingAs, database: Database, other: Database
) -> None:
    event, staff = await make.event(), await make.staff()
    topic = topic_of(make.tenant.id, Event, event.id)
    with database.changes.watch(topic) as here, other.changes.watch(topic) as there, other.changes.watch("") as nobody:
        await settle(other, database, here)
        await settle(database, other, there, nobody)
        await record(acting_as, staff, event)
        await heard(here)
        await heard(there)
        assert not nobody.is_set()


async def test_nobody_hears_of_what_was_tried_or_refused(
    make: Maker, acting_as: ActingAs, database: Database, other: Database
) -> None:
    event, staff = await make.event(), await make.staff()
    with other.changes.watch(topic_of(make.tenant.id, Event, event.id)) as changed:
        await settle(database, other, changed)
        await record(acting_as, staff, event, dry_run=True)
        with pytest.raises(NotSignedIn):
            await record(acting_as, staff, event, refused=NotSignedIn())
        with other.changes.watch("settled") as settled:
            database.changes.tell(["settled"])
            await heard(settled)
        assert not changed.is_set()
        await record(acting_as, staff, event)
        await heard(changed)


async def record(
    acting_as: ActingAs, staff: Person, event: Event, *, dry_run: bool = False, refused: Problem | None = None
) -> None:
    """Something that happens to the event."""
    async with acting_as(staff, dry_run=dry_run) as work:
        await work.record("event.closed", event)
        if refused:
            raise refused


async def test_who_watches_is_woken_when_a_lost_connection_is_back(owner: asyncpg.Connection, other: Database) -> None:
    with other.changes.watch("topic") as changed:
        await settle(other, other, changed)
        for row in await owner.fetch(LISTENING):
            await owner.execute("select pg_terminate_backend($1)", row["pid"])
        await heard(changed)  # something may have been missed
        other.changes.tell(["topic"])
        await heard(changed)


async def test_what_is_left_to_tell_is_told_before_the_end(database: Database, database_url: str) -> None:
    leaving = Database(database_url, readers=1, writers=1)
    with database.changes.watch("topic") as changed:
        await settle(database, database, changed)
        leaving.changes.tell(["topic"])
        await leaving.close()
        await heard(changed)
