"""Confed's front door: `create_app` for a server, and the command line (`python app.py --help`)."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from starlette.applications import Starlette

from schema.build import build
from schema.cli import database as database_commands
from schema.cli import documents, journal
from schema.cli import settings as settings_commands
from schema.web.application import Application
from schema.web.graphql.actors import Actors
from schema.web.graphql.allowance import Attempts
from schema.web.graphql.endpoint import Endpoint
from schema.web.ops.draining import Stopping
from schema.web.ops.serving import run
from schema.web.routes import routes
from services import demo
from services.core.database.connections import Database
from services.core.database.provision import provided
from services.core.jobs.worker import working
from services.core.settings import Settings
from services.core.telemetry.logs import configure
from services.core.telemetry.tracing import tracing_of

cli = typer.Typer(help="Confed: the membership backend of confederations of associations.", no_args_is_help=True)


def create_app(settings: Settings | None = None, *, demo_tokens: bool = False, worker: bool = False) -> Application:
    """The application. `demo_tokens`: demo persons sign in by token, which only the embedded database may allow.

    `worker`: it does jobs as well. ValueError without a database: a server process is given one; `python app.py serve`
    provides its own.
    """
    settings = settings or Settings()
    if settings.database_url is None:
        raise ValueError("The application needs DATABASE_URL; `python app.py serve` starts a database of its own.")
    tracing, stopping = tracing_of(settings), Stopping()
    sizes = {"readers": settings.readers, "writers": settings.writers}
    database = Database(settings.database_url, settings=settings, tracing=tracing, **sizes)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await database.check()
        # What a process keeps for good is never looked through again: the schema alone would cost a burst a fifth.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 50)
        async with working(database.url, settings, tracing=tracing) if worker else nullcontext():
            yield
        await database.close()
        if tracing is not None:
            await tracing.close()

    attempts = Attempts(settings.sign_in_attempts)
    actors = Actors(database, demo=demo_tokens, origins=settings.allowed_origins, attempts=attempts)
    endpoint = Endpoint(build(), database, actors, settings, stopping)
    others = routes(endpoint, database, actors, settings, stopping)
    return Application(endpoint, settings, stopping, tracing, routes=others, lifespan=lifespan)


def served(settings: Settings, *, demo_tokens: bool) -> Application:
    """The application of one serving process."""
    return create_app(settings, demo_tokens=demo_tokens, worker=settings.worker)


@cli.command()
def serve(workers: Annotated[int, typer.Option(min=1, help="Processes that share the address.")] = 1) -> None:
    """Migrate, load the demo where the embedded database is empty, and serve on HOST:PORT (127.0.0.1:8000)."""
    with provided(Settings()) as database:
        configure(database.settings.log)
        database_commands.bring_up_to_date(database.owner_url)
        if database.is_embedded:
            asyncio.run(demo.load_if_empty(database.owner_url))
            Console().print(demo.welcome(database.settings.host, database.settings.port))
        run(partial(served, demo_tokens=database.is_embedded), database.settings, workers=workers)


for command in (*database_commands.COMMANDS, settings_commands.settings):
    cli.command()(command)
cli.add_typer(documents.cli, name="documents")
cli.add_typer(journal.cli, name="journal")

if __name__ == "__main__":
    cli()
