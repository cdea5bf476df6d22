"""`python app.py documents`: manage trusted documents, the operations that websites have registered. Requires access to
the database.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from schema.build import build
from schema.compiler.checked import check_document
from services.core.actor import find_tenant, system
from services.core.database.connections import Database
from services.core.database.provision import provided
from services.core.errors import Problem
from services.core.settings import Settings
from services.core.work import Work, begin
from services.trusted_documents.registering import add_documents, hash_of, list_documents, remove_documents

T = TypeVar("T")

cli = typer.Typer(help="Manage trusted documents, the operations that websites have registered.", no_args_is_help=True)

Confederation = Annotated[str, typer.Option(help="Slug of the confederation.", show_default=False)]
Association = Annotated[
    str | None,
    typer.Option(help="Slug of the association whose website uses them; by default any website of the confederation."),
]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="GraphQL documents or manifests.")]
Ids = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Hashes as `list` shows them: sha256:…", show_default=False)
]


@cli.command()
def add(files: Files, confederation: Confederation, association: Association = None) -> None:
    """Register documents, all or none if one is invalid. Documents that are registered already stay.

    A FILE is one document, or a JSON manifest: `{"<sha256>": "query …"}`, or Apollo's persisted query manifest.
    """
    texts: list[str] = []
    wrong: list[str] = []
    for path in files:
        try:
            found = _documents(path)
        except _Unreadable as unreadable:
            wrong.append(f"{path}: {unreadable}")
            continue
        for name, text in found:
            wrong += [f"{name}: {error}" for error in check_document(build().catalog, text).errors]
            texts.append(text)
    if wrong:
        _fail(*wrong, "Nothing was registered.")
    added = _run(confederation, lambda work: add_documents(work, texts, association=association))
    table = Table("id", "operations", "")
    for document, is_new in added:
        table.add_row(f"sha256:{document.hash}", _operations(document.text), "new" if is_new else "registered already")
    Console().print(table)


@cli.command(name="list")
def list_(confederation: Confederation, association: Association = None) -> None:
    """List the documents of an association's website, or of the confederation."""
    table = Table("id", "operations", "registered")
    for document in _run(confederation, lambda work: list_documents(work, association=association)):
        registered = document.added_at.isoformat(" ", "seconds")
        table.add_row(f"sha256:{document.hash}", _operations(document.text), registered)
    Console().print(table)


@cli.command()
def remove(ids: Ids, confederation: Confederation, association: Association = None) -> None:
    """Remove documents, all or none if one is missing. Running servers forget them within a minute."""
    hashes = [id.removeprefix("sha256:") for id in ids]
    _run(confederation, lambda work: remove_documents(work, hashes, association=association))
    Console().print(f"Removed: {len(set(hashes))}.")


class _Unreadable(Exception):
    """The file is neither a document nor a manifest."""


def _documents(path: Path) -> Sequence[tuple[str, str]]:
    """Return the documents of a file, each with its place and text."""
    try:
        text = path.read_bytes().decode()  # decode the bytes as they are: line endings are part of the hash
    except UnicodeDecodeError:
        raise _Unreadable("The file is not UTF-8.") from None
    if path.suffix != ".json":
        return [(str(path), text)]
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _Unreadable("The file is not JSON.") from None
    operations = said.get("operations") if isinstance(said, dict) else None
    if isinstance(operations, list) and all(isinstance(each, dict) for each in operations):
        said = {each.get("id"): each.get("body") for each in operations}
    if not isinstance(said, dict) or not all(isinstance(part, str) for item in said.items() for part in item):
        raise _Unreadable("A manifest must be an object that maps hashes to documents.")
    for id, document in said.items():
        if id.removeprefix("sha256:") != hash_of(document):
            raise _Unreadable(f"{id} is not the SHA-256 of its document.")
    return [(f"{path}, {id}", document) for id, document in said.items()]


def _operations(text: str) -> str:
    return escape(", ".join(check_document(build().catalog, text).operations)) or "(no longer valid)"


def _run(confederation: str, do: Callable[[Work], Awaitable[T]]) -> T:
    """Run an operation as the platform, in one transaction. End the command if it is refused."""
    with provided(Settings()) as given:
        try:
            return asyncio.run(_as_the_platform(given.settings, confederation, do))
        except Problem as problem:
            _fail(problem.message("en") + "".join(f" ({part})" for part in problem.path[-1:]))


async def _as_the_platform(settings: Settings, confederation: str, do: Callable[[Work], Awaitable[T]]) -> T:
    database = Database(settings.database_url or "", readers=1, writers=1, settings=settings)
    try:
        async with database.readers.connection() as connection:
            tenant = await find_tenant(connection, confederation)
        if tenant is None:
            _fail(f"There is no confederation {confederation}.")
        async with begin(database, system(tenant)) as work:
            return await do(work)
    finally:
        await database.close()


def _fail(*lines: str) -> NoReturn:
    console = Console(stderr=True, soft_wrap=True)
    for line in lines:
        console.print(escape(line), style="red")
    raise typer.Exit(1)
