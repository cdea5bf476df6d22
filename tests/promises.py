"""The promises of SECURITY.md, and the tests that keep them: `make papers` writes the list from the two.

A promise is a sentence in `promises.toml` under a key, and each test that keeps it is marked with that key:

    @pytest.mark.promise("session-expiry")
    async def test_a_session_ends_unused_or_at_its_end_or_with_its_person(…): …
"""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from services.core.settings import CHECKOUT

PAGE = CHECKOUT / "SECURITY.md"
BEGIN = "<!-- `make papers` writes what follows from tests/promises.toml and the marks on the tests. -->\n"
END = "<!-- `make papers` writes nothing below this line. -->\n"


def promises() -> dict[str, dict[str, str]]:
    """Section → key → sentence."""
    return tomllib.loads((CHECKOUT / "tests" / "promises.toml").read_text())


def marked_tests() -> dict[str, list[str]]:
    """Key → the tests that keep the promise, as `path::name`."""
    tests = defaultdict(list)
    for path, function in _tests():
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.promise":
                (key,) = decorator.args
                tests[ast.literal_eval(key)].append(f"{path}::{function.name}")
    return dict(tests)


def names_of_tests() -> set[str]:
    """The name of every test."""
    return {function.name for _, function in _tests()}


def _tests() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sorted((CHECKOUT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield path.relative_to(CHECKOUT), node


def with_list(page: str, tests: Mapping[str, Sequence[str]]) -> str:
    """The page with its list of promises replaced. KeyError for a promise that no test keeps."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("SECURITY.md has lost the comments around its list of promises")
    lines = []
    for section, sentences in promises().items():
        lines += [f"### {section}", ""]
        for key, sentence in sentences.items():
            lines += [f"- {sentence}", *(f"  - `{test}`" for test in tests[key])]
        lines.append("")
    return "\n".join([f"{before}{begin}", *lines]) + f"{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_list(PAGE.read_text(), marked_tests()))
