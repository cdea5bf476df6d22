"""Each promise of SECURITY.md is kept by a test that there is."""

import ast
import re
from functools import cache

from services.core.settings import CHECKOUT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
MENTIONED = re.compile(r"`((?:tests|services|models|schema)/[\w/.]*)`")


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of a file's tests."""
    tree = ast.parse((CHECKOUT / path).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def test_every_test_that_keeps_a_promise_is_there() -> None:
    said = (CHECKOUT / "SECURITY.md").read_text()
    named = set(NAMED.findall(said))
    assert len(named) > 100
    gone = {f"{path}::{name}" for path, name in named if not (CHECKOUT / path).exists() or name not in names_in(path)}
    assert gone == set()
    assert {path for path in MENTIONED.findall(said) if not (CHECKOUT / path).exists()} == set()


def test_every_promise_and_every_item_says_how_it_is_kept() -> None:
    lines = (CHECKOUT / "SECURITY.md").read_text().splitlines()
    start = lines.index("## Promises")
    promises = [line for line in lines[start : lines.index("## Not met")] if line.startswith("- ")]
    assert [promise for promise in promises if not NAMED.search(promise)] == []
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if re.match(r"\| \d", line)]
    assert {state for _, state, _ in rows} == {"test", "document", "n/a", "not met"}
    assert [item for item, _, how in rows if not how.strip(" |")] == []
    assert len({item.split(".")[0] for item, *_ in rows}) == 16, "a chapter each, but WebRTC's"
