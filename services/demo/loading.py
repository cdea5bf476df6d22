"""Load the demo into a database without it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import asyncpg
from rich.console import Console
from rich.progress import Progress
from uuid_utils.compat import uuid7

from services.core.actor import Tenant, find_tenant
from services.core.database.connections import Database
from services.demo import ccc_cmc, managers, ses
from services.demo.stage import Stage


@dataclass(frozen=True)
class _Play:
    """One confederation of the demo: its scenes, in their order."""

    locales: tuple[str, ...]
    time_zone: str
    steps: tuple[Callable[[Stage], Awaitable[None]], ...] = field(repr=False)


_PLAYS = {
    "ccc-cmc": _Play(ccc_cmc.LOCALES, ccc_cmc.TIME_ZONE, ccc_cmc.STEPS),
    "ses": _Play(ses.LOCALES, ses.TIME_ZONE, ses.STEPS),
    "managers": _Play(managers.LOCALES, managers.TIME_ZONE, managers.STEPS),
}

CONFEDERATIONS = tuple(_PLAYS)
"""The slugs of the demo's confederations."""


COMPLETE = "The demo data is loaded."
"""The comment on the schema of a database with the complete demo."""


class AlreadyLoaded(Exception):
    """The database has a confederation with that slug; nothing was loaded."""


async def load(
    database: Database,
    *,
    today: date | None = None,
    progress: Progress | None = None,
    only: Collection[str] | None = None,
) -> None:
    """Write the demo, all of it or the named confederations. AlreadyLoaded if one of them exists.

    `today`: the reference day; by default today in each confederation's time zone. `progress`: a started bar, which
    gets a task for each confederation.
    """
    plays = {slug: play for slug, play in _PLAYS.items() if only is None or slug in only}
    if loaded := [slug for slug in plays if await _is_there(database, slug)]:
        raise AlreadyLoaded(", ".join(loaded))
    progress = progress or Progress(disable=True)
    tasks = {slug: progress.add_task(slug, total=len(play.steps), start=False) for slug, play in plays.items()}
    for slug, play in plays.items():
        task = tasks[slug]
        progress.start_task(task)
        stage = Stage(
            database,
            Tenant(uuid7(), slug, play.locales, play.time_zone),
            today or datetime.now(UTC).astimezone(ZoneInfo(play.time_zone)).date(),
            lambda steps, task=task: progress.advance(task, steps),  # type: ignore[misc]
        )
        for done, step in enumerate(play.steps, start=1):
            await step(stage)
            progress.update(task, completed=done)


async def load_if_empty(url: str) -> None:
    """Load the demo into an embedded database that has neither the complete demo nor other data."""
    owner = await asyncpg.connect(url)
    database = Database(url)
    try:
        complete = await owner.fetchval("select obj_description('public'::regnamespace, 'pg_namespace')") == COMPLETE
        if complete or await owner.fetchval(
            "select exists (select from confederation where slug <> all($1))", CONFEDERATIONS
        ):
            return
        # An interrupted load was never served, so nothing is lost by starting again.
        async with owner.transaction():
            for table in ("journal_entry", "journal_link"):
                await owner.execute(f"alter table {table} disable trigger append_only")
            await owner.execute("truncate confederation cascade")
            for table in ("journal_entry", "journal_link"):
                await owner.execute(f"alter table {table} enable always trigger append_only")
        with Progress(console=Console(stderr=True)) as progress:
            await load(database, progress=progress)
        await owner.execute("analyze")  # autovacuum never analyses small tables
        await owner.execute(f"comment on schema public is '{COMPLETE}'")
    finally:
        await database.close()
        await owner.close()


async def is_empty(database: Database) -> bool:
    """Whether none of the demo's confederations exists."""
    return not any([await _is_there(database, slug) for slug in CONFEDERATIONS])


async def _is_there(database: Database, slug: str) -> bool:
    async with database.readers.connection() as connection:
        return await find_tenant(connection, slug) is not None
