"""`python app.py journal`: verify the journals' hash chains and print their heads. Requires access to the database."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from services.core.actor import Tenant, all_tenants, find_tenant, system
from services.core.database.connections import Database
from services.core.database.provision import provided
from services.core.journal.verifying import Break, Head, head, length
from services.core.journal.verifying import verify as walk
from services.core.settings import Settings
from services.core.work import begin

cli = typer.Typer(help="Verify the journals' hash chains and print their heads.", no_args_is_help=True)

Confederation = Annotated[str | None, typer.Option(help="Slug of the confederation; by default all.")]
Anchors = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="File with heads that `head` printed earlier, stored elsewhere."),
]


@cli.command()
def verify(confederation: Confederation = None, anchors: Anchors = None) -> None:
    """Verify the hash chains from their first links. Print the first broken link of each; the exit status is then 1."""
    heads: defaultdict[str, list[Head]] = defaultdict(list)
    for line in anchors.read_bytes().splitlines() if anchors else ():
        said = orjson.loads(line)
        heads[said["confederation"]].append(Head(said["seq"], said["hash"]))
    with provided(Settings()) as given:
        if not asyncio.run(_verify(given.settings, confederation, heads)):
            raise typer.Exit(1)


@cli.command(name="head")
def head_(confederation: Confederation = None) -> None:
    """Print the head of each chain as a line of JSON. Store them where the owner of the database can't write."""
    with provided(Settings()) as given:
        asyncio.run(_heads(given.settings, confederation))


async def _verify(settings: Settings, slug: str | None, anchors: Mapping[str, Sequence[Head]]) -> bool:
    database, console, is_whole = _database(settings), Console(stderr=True, soft_wrap=True), True
    try:
        with Progress(console=console) as progress:
            for tenant in await _tenants(database, slug):
                async with begin(database, system(tenant)) as work:
                    found = await length(work)
                    task = progress.add_task(tenant.slug, total=found.links)
                    async for step in walk(work, anchors.get(tenant.slug, ())):
                        if isinstance(step, Break):
                            is_whole = False
                            console.print(f"{tenant.slug}: broken at link {step.seq}: {step.what}.", style="red")
                        else:
                            progress.update(task, completed=step)
                if found.late is not None:
                    console.print(
                        f"{tenant.slug}: {found.waiting} entries not yet sealed, since {found.late}.", style="yellow"
                    )
    finally:
        await database.close()
    return is_whole


async def _heads(settings: Settings, slug: str | None) -> None:
    database = _database(settings)
    try:
        for tenant in await _tenants(database, slug):
            async with begin(database, system(tenant)) as work:
                last = await head(work)
            if last is not None:
                said = {"confederation": tenant.slug, "seq": last.seq, "hash": last.hash, "at": work.now}
                typer.echo(orjson.dumps(said).decode())
    finally:
        await database.close()


def _database(settings: Settings) -> Database:
    return Database(settings.database_url or "", readers=1, writers=1, settings=settings)


async def _tenants(database: Database, slug: str | None) -> Sequence[Tenant]:
    async with database.readers.connection() as connection:
        if slug is None:
            return await all_tenants(connection)
        found = await find_tenant(connection, slug)
    if found is None:
        raise typer.BadParameter(f"There is no confederation {slug}.")
    return [found]
