"""Confed's front door: `create_app` for a server, and the command line (`python app.py --help`)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import typer
import uvicorn
from rich.console import Console
from starlette.applications import Starlette
from starlette.routing import Route

from schema.build import build
from schema.web import exports, public
from schema.web.actors import Actors
from schema.web.application import Application
from schema.web.endpoint import Endpoint
from schema.web.health import healthz
from services import demo
from services.core.database import Database
from services.core.migrations import migrate, revise
from services.core.provision import provided, scratch
from services.core.settings import Settings
from services.core.worker import Worker, working

cli = typer.Typer(help="Confed: the membership backend of confederations of associations.", no_args_is_help=True)


def create_app(settings: Settings | None = None, *, demo_tokens: bool = False, worker: bool = False) -> Starlette:
    """The application. `demo_tokens`: demo persons sign in by token, which only the embedded database may allow.

    `worker`: it does jobs as well. ValueError without a database: a server process is given one; `python app.py serve`
    provides its own.
    """
    settings = settings or Settings()
    if settings.database_url is None:
        raise ValueError("The application needs DATABASE_URL; `python app.py serve` starts a database of its own.")
    database = Database(settings.database_url, readers=settings.readers, writers=settings.writers)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await database.check()
        async with working(database.url, settings) if worker else nullcontext():
            yield
        await database.close()

    actors = Actors(database, demo=demo_tokens)
    routes = [Route("/healthz", healthz), *public.routes(database, actors), *exports.routes(database, actors)]
    return Application(Endpoint(build(), database, actors), routes=routes, lifespan=lifespan)


@cli.command()
def serve() -> None:
    """Migrate, load the demo where the embedded database is empty, and serve on HOST:PORT (127.0.0.1:8000)."""
    logging.basicConfig(level=logging.WARNING)
    with provided(Settings()) as database:
        asyncio.run(migrate(database.owner_url))
        if database.is_embedded:
            asyncio.run(demo.load_if_empty(database.owner_url))
            Console().print(demo.welcome(database.settings.host, database.settings.port))
        app = create_app(database.settings, demo_tokens=database.is_embedded, worker=database.settings.worker)
        uvicorn.run(
            app,
            host=database.settings.host,
            port=database.settings.port,
            access_log=False,
            log_level="warning",
            ws_max_size=2_000_000,
            timeout_graceful_shutdown=10,  # streams that are open don't hold up the end: their clients connect again
        )


@cli.command()
def worker() -> None:
    """Do jobs until SIGTERM or SIGINT: then finish what was taken up. Any number of these share the work."""
    logging.basicConfig(level=logging.WARNING)
    with provided(Settings()) as database:
        asyncio.run(Worker(database.settings.database_url or "", database.settings).run_until_told())


@cli.command(name="migrate")
def migrate_() -> None:
    """Bring the database to the newest revision."""
    with provided(Settings()) as database:
        asyncio.run(migrate(database.owner_url))


@cli.command(name="demo")
def demo_() -> None:
    """Migrate, and load the demo data where there is none yet."""
    with provided(Settings()) as database:
        asyncio.run(migrate(database.owner_url))
        asyncio.run(demo.load_if_empty(database.owner_url))


@cli.command()
def revision(message: str) -> None:
    """Write the migration from the newest revision to the models, their policies and the figure functions."""
    with scratch() as url:
        asyncio.run(migrate(url))
        asyncio.run(revise(url, message))


@cli.command()
def sdl() -> None:
    """Print the schema in GraphQL's schema definition language, as `schema/schema.graphql` holds it."""
    typer.echo(build().strawberry.as_str())


if __name__ == "__main__":
    cli()
