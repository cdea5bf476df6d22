"""Commands about the database and what is made of it: `worker`, `migrate`, `demo`, `revision`, `sdl`."""

import asyncio

import typer

from schema.build import build
from services import demo as scenes
from services.core.database import migrations, revising
from services.core.database.contents import contents
from services.core.database.provision import provided, scratch
from services.core.jobs.worker import Worker
from services.core.settings import Settings
from services.core.telemetry.logs import configure
from services.core.telemetry.tracing import tracing_of


def bring_up_to_date(owner_url: str) -> None:
    """Migrate the database, or say plainly why not and end."""
    try:
        asyncio.run(migrations.migrate(owner_url))
    except migrations.UnknownRevision as unknown:
        raise SystemExit(str(unknown)) from None


def worker() -> None:
    """Do jobs until SIGTERM or SIGINT: then finish what was taken up. Any number of these share the work."""
    with provided(Settings()) as database:
        configure(database.settings.log)
        asyncio.run(_work(database.settings))


def migrate() -> None:
    """Bring the database to the newest revision."""
    with provided(Settings()) as database:
        bring_up_to_date(database.owner_url)


def demo() -> None:
    """Migrate, and load the demo data where there is none yet."""
    with provided(Settings()) as database:
        bring_up_to_date(database.owner_url)
        asyncio.run(scenes.load_if_empty(database.owner_url))


def revision(message: str, *, squash: bool = False) -> None:
    """Write the migration from the newest revision to the models, their policies and the figure functions.

    With --squash all migrations are replaced by one, for as long as nothing is released, and what it makes otherwise is
    printed: what the models don't say, such as the schema of jobs, stands in `models.migrations`.
    """
    with scratch() as url:
        if squash:
            _squash(url, message)
        else:
            asyncio.run(migrations.migrate(url))
            asyncio.run(revising.revise(url, message))


def _squash(empty_url: str, message: str) -> None:
    before = _made() if migrations.is_a_chain() else None
    asyncio.run(revising.squash(empty_url, message))
    after = _made()
    if before is None:
        typer.echo("The migrations that were there are no chain, as after a merge: nothing is compared with them.")
        return
    for sign, lines in (("-", before - after), ("+", after - before)):
        for line in sorted(lines):
            typer.echo(f"{sign} {line}")


def _made() -> set[str]:
    """What the migrations make."""
    with scratch() as url:
        asyncio.run(migrations.migrate(url))
        return asyncio.run(contents(url))


def sdl() -> None:
    """Print the schema in GraphQL's schema definition language, as `schema/schema.graphql` holds it."""
    typer.echo(build().strawberry.as_str())


async def _work(settings: Settings) -> None:
    tracing = tracing_of(settings)
    await Worker(settings.database_url or "", settings, tracing=tracing).run_until_told()
    if tracing is not None:
        await tracing.close()


COMMANDS = (worker, migrate, demo, revision, sdl)
