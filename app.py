"""Confed's front door: `create_app` for a server, and the command line (`python app.py --help`)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import typer
import uvicorn
from rich.console import Console
from rich.progress import Progress
from starlette.applications import Starlette
from starlette.routing import Route

from schema.build import build
from schema.web.actors import Actors
from schema.web.endpoint import Endpoint
from schema.web.health import healthz
from services import demo
from services.core.database import Database, migrate
from services.core.embedded import embedded_postgres
from services.core.settings import Settings
from services.demo.welcome import welcome

cli = typer.Typer(help="Confed: the membership backend of confederations of associations.", no_args_is_help=True)


def create_app(settings: Settings | None = None, *, demo_tokens: bool = False) -> Starlette:
    """The application. `demo_tokens`: demo persons sign in by token, which only the embedded demo database may allow."""
    settings = settings or Settings()
    if settings.database_url is None:
        raise ValueError("The application needs DATABASE_URL; `python app.py serve` starts a database of its own.")
    database = Database(settings.database_url, readers=settings.readers, writers=settings.writers)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await database.check()
        yield
        await database.close()

    endpoint = Endpoint(build(), database, Actors(database, demo=demo_tokens))
    routes = [Route("/healthz", healthz), Route("/{confederation}/graphql", endpoint)]
    return Starlette(routes=routes, lifespan=lifespan)


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[Settings, str]]:
    """The settings with a database to act on, and its owner's address: the configured one, else the embedded one."""
    if settings.database_url is not None:
        yield settings, settings.database_owner_url or settings.database_url
        return
    with embedded_postgres(settings.data_dir) as url:
        yield settings.model_copy(update={"database_url": url}), url


async def _load_demo(url: str) -> None:
    """Load the demo where there is none of it. Migrated before: it acts through row security like everybody."""
    database = Database(url)
    try:
        if await demo.is_empty(database):
            with Progress(console=Console(stderr=True)) as progress:
                await demo.load(database, progress=progress)
    finally:
        await database.close()


@cli.command()
def serve() -> None:
    """Migrate, load the demo where the embedded database is empty, and serve on HOST:PORT (127.0.0.1:8000)."""
    settings = Settings()
    with _database(settings) as (acting, owner):
        embedded = settings.database_url is None
        asyncio.run(migrate(owner))
        if embedded:
            asyncio.run(_load_demo(owner))
            Console().print(welcome(settings.host, settings.port))
        logging.basicConfig(level=logging.INFO)
        app = create_app(acting, demo_tokens=embedded)
        uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, log_level="warning")


@cli.command(name="migrate")
def migrate_() -> None:
    """Bring the database to the newest revision."""
    with _database(Settings()) as (_, owner):
        asyncio.run(migrate(owner))


@cli.command(name="demo")
def demo_() -> None:
    """Migrate, and load the demo data where there is none yet."""
    with _database(Settings()) as (_, owner):
        asyncio.run(migrate(owner))
        asyncio.run(_load_demo(owner))


@cli.command()
def sdl() -> None:
    """Print the schema in GraphQL's schema definition language, as `schema/schema.graphql` holds it."""
    typer.echo(build().strawberry.as_str())


if __name__ == "__main__":
    cli()
