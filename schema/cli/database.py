"""Commands for the database and for what is generated from the models: `worker`, `migrate`, `demo`,
`revision`, `sdl`.
"""

import asyncio

import typer

from schema.build import build
from services import demo as scenes
from services.core.database import migrations
from services.core.database.provision import provided, scratch
from services.core.jobs.worker import Worker
from services.core.settings import Settings
from services.core.telemetry.logs import configure
from services.core.telemetry.tracing import tracing_of


def worker() -> None:
    """Run jobs until SIGTERM or SIGINT; finish the running ones. Several workers share the jobs."""
    with provided(Settings()) as database:
        configure(database.settings.log)
        asyncio.run(_work(database.settings))


def migrate() -> None:
    """Migrate the database to the newest revision."""
    with provided(Settings()) as database:
        asyncio.run(migrations.migrate(database.owner_url))


def demo() -> None:
    """Migrate, and load the demo data into an empty database."""
    with provided(Settings()) as database:
        asyncio.run(migrations.migrate(database.owner_url))
        asyncio.run(scenes.load_if_empty(database.owner_url))


def revision(message: str) -> None:
    """Write the migration from the newest revision to the current models, policies and figure functions."""
    with scratch() as url:
        asyncio.run(migrations.migrate(url))
        asyncio.run(migrations.revise(url, message))


def sdl() -> None:
    """Print the schema (SDL), as committed in `schema/schema.graphql`."""
    typer.echo(build().strawberry.as_str())


async def _work(settings: Settings) -> None:
    tracing = tracing_of(settings)
    await Worker(settings.database_url or "", settings, tracing=tracing).run_until_told()
    if tracing is not None:
        await tracing.close()


COMMANDS = (worker, migrate, demo, revision, sdl)
