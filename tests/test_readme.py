"""The papers are true: README's tour runs as printed on a fresh demo, and what the pages refer to exists."""

import asyncio
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType
from typer.testing import CliRunner

import models
from app import cli
from schema.build import build
from services.core.settings import CHECKOUT
from tests.conftest import copied
from tests.loading import demo_template
from tests.web.serving import served

README = (CHECKOUT / "README.md").read_text()
STEP = re.compile(r"^```sh\n(?P<commands>.*?)^```\n(?:```json\n(?P<answers>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([\w./-]+)(?:#[\w-]+)?\)")
CODE = re.compile(r"\| `([A-Z]\w+)`")
MAKE, COMMAND = re.compile(r"(?<=[`\n])make ([a-z-]+)"), re.compile(r"python app\.py ([a-z]+)(?: ([a-z]+))?")
PAGES = [*sorted(CHECKOUT.glob("*.md")), *sorted((CHECKOUT / "docs").rglob("*.md"))]
SEPARATOR = "--- the next step ---"


def documents(text: str) -> Iterator[Any]:
    """The JSON documents of a text, one after the other."""
    decoder, position = json.JSONDecoder(), 0
    while rest := text[position:].lstrip():
        value, end = decoder.raw_decode(rest)
        yield value
        position = len(text) - len(rest) + end


def pattern(answer: Any) -> str:
    """A printed answer as a regular expression: `…` stands for the rest of an identifier."""
    return re.escape(json.dumps(answer, ensure_ascii=False)).replace("…", '[^"]*')


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="the tour needs curl and jq")
async def test_the_tour_prints_what_readme_says(server_url: str, database_url: str, testrun_uid: str) -> None:
    tour = README.partition("## A tour")[2].partition("\n## ")[0]
    steps = list(STEP.finditer(tour))
    assert len(steps) > 8
    script = f"echo '{SEPARATOR}'\n".join(step["commands"] for step in steps)
    template = await demo_template(server_url, database_url, testrun_uid)
    async with copied(database_url, "tour", template=template) as url, served(url) as server:
        script = script.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
        bash = await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        printed, _ = await bash.communicate()
    told = printed.decode().split(f"{SEPARATOR}\n")
    assert bash.returncode == 0, told[-1]
    for step, output in zip(steps, told, strict=True):
        expected = [pattern(answer) for answer in documents(step["answers"] or "")]
        answers = [json.dumps(answer, ensure_ascii=False) for answer in documents(output)]
        assert len(answers) == len(expected), output
        for answer, wanted in zip(answers, expected, strict=True):
            assert re.fullmatch(wanted, answer), f"{step['commands']}\nprints\n{answer}"


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_a_page_refers_to_files_that_exist(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_the_decisions_are_numbered_and_all_listed() -> None:
    folder = CHECKOUT / "docs" / "decisions"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert LINK.findall((folder / "README.md").read_text()) == pages
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_a_page_names_commands_that_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text()
    assert {target for target in MAKE.findall(text) if target not in targets} == set()
    assert {
        command
        for command in COMMAND.findall(text)
        if CliRunner().invoke(cli, [*filter(None, command), "--help"]).exit_code
    } == set()


def test_the_glossary_names_types_and_values_that_exist() -> None:
    types = build().graphql.type_map
    values = {value for type_ in types.values() if isinstance(type_, GraphQLEnumType) for value in type_.values}
    words = set(CODE.findall((CHECKOUT / "docs" / "glossary.md").read_text()))
    assert len(words) > 30
    assert {word for word in words if word not in types and word not in values and not hasattr(models, word)} == set()


def test_the_newest_version_of_the_changelog_is_the_projects() -> None:
    versions = re.findall(
        r"^## (\d+\.\d+\.\d+) - 20\d\d-\d\d-\d\d$", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert versions[0] == project["version"]
    assert len(versions) == len((CHECKOUT / "CHANGELOG.md").read_text().split("\n## ")) - 2, (
        "all but Unreleased have a date"
    )
