"""`python app.py documents`: everything that is wrong is told, and nothing is half done."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import cli
from models import TrustedDocument
from schema.build import build
from schema.compiler.checked import check_document
from services.trusted_documents.registering import hash_of
from tests.making import Maker

GOOD = "query Good { events(first: 3) { totalCount } }\n"
Run = Callable[..., Any]


@pytest.fixture
def run(make: Maker, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command for the test's confederation: the exit code, and what was written."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")

    async def ran(command: str, *arguments: Any, slug: str = make.tenant.slug) -> tuple[int, str]:
        given = ["documents", command, *map(str, arguments), "--confederation", slug]
        result = await asyncio.to_thread(CliRunner().invoke, cli, given)
        return result.exit_code, result.output

    return ran


async def test_documents_are_added_listed_and_removed(make: Maker, run: Run, tmp_path: Path) -> None:
    home = await make.home()
    (tmp_path / "good.graphql").write_text(GOOD)
    code, told = await run("add", tmp_path / "good.graphql", "--association", home.slug)
    assert (code, f"sha256:{hash_of(GOOD)}" in told, "Good" in told, "new" in told) == (0, True, True, True)
    apollo = {"format": "apollo-persisted-query-manifest", "operations": [{"id": hash_of(GOOD), "body": GOOD}]}
    for manifest in ({hash_of(GOOD): GOOD}, apollo):
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        assert "registered already" in (await run("add", tmp_path / "manifest.json", "--association", home.slug))[1]
    assert hash_of(GOOD) in (await run("list", "--association", home.slug))[1]
    assert hash_of(GOOD) not in (await run("list"))[1]
    assert (await run("remove", f"sha256:{hash_of(GOOD)}"))[0] == 1
    assert await make.count(TrustedDocument) == 1
    assert (await run("remove", f"sha256:{hash_of(GOOD)}", "--association", home.slug))[0] == 0
    assert await make.count(TrustedDocument) == 0


async def test_everything_wrong_is_told_and_nothing_is_added(make: Maker, run: Run, tmp_path: Path) -> None:
    wrong: dict[str, tuple[str | bytes, str]] = {
        "good.graphql": (GOOD, ""),
        "fields.graphql": ("{ one two }", "'one'"),
        "syntax.graphql": ("{", "Syntax Error"),
        "empty.graphql": ("", "Syntax Error"),
        "fragment.graphql": ("fragment F on Query { __typename }", "no operation"),
        "bytes.graphql": (b"\xff", "UTF-8"),
        "list.json": ("[]", "manifest"),
        "broken.json": ("{", "not JSON"),
        "poison.json": (json.dumps({hash_of("{ a }"): GOOD}), "SHA-256"),
    }
    for name, (content, _) in wrong.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    code, told = await run("add", *(tmp_path / name for name in wrong))
    assert code == 1
    for name, (_, expected) in wrong.items():
        lines = [line for line in told.splitlines() if name in line]
        assert any(expected in line for line in lines) if expected else not lines, name
    assert "'two'" in told
    for slug in ("absent", f"{make.tenant.slug}x"):
        assert (await run("add", tmp_path / "good.graphql", slug=slug))[0] == 1
    assert (await run("add", tmp_path / "good.graphql", "--association", "absent"))[0] == 1
    assert await make.count(TrustedDocument) == 0


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("query ($n: Int) { events(first: $n) { totalCount } }", ""),
        ("query ($a: Boolean!) { events @include(if: $a) { totalCount } me @skip(if: $a) { id } }", ""),
        ("mutation ($id: ID!) { publishEvent(input: {eventId: $id}) { __typename } }", ""),
        ("subscription ($id: ID!) { eventCounts(eventId: $id) { registered } }", ""),
        ("{ __schema { types { name } } }", ""),
        ("query A { __typename } query A { __typename }", "only one operation named 'A'"),
        ("{ events(first: 400) { nodes { association { events(first: 400) { nodes { id } } } } } }", "cost"),
        ("query ($n: Int = 400) { events(first: $n) { nodes { association { events { totalCount } } } } }", "cost"),
        (f"{{ {' '.join(f'a{i}: __typename' for i in range(30))} }}", "root fields"),
    ],
)  # fmt: skip
def test_a_document_is_held_against_the_schema_and_its_limits(document: str, told: str) -> None:
    errors = check_document(build().catalog, document).errors
    assert (bool(errors), told in " ".join(errors)) == (bool(told), True)
