"""Each promise of SECURITY.md is kept by the tests that are marked with it, and docs/asvs.md names tests that exist."""

import re

from services.core.settings import CHECKOUT
from tests.promises import PAGE, marked_tests, names_of_tests, promises, with_list

TEST = re.compile(r"`(test_\w+)`")
PATH = re.compile(r"`((?:tests|services|models|schema)/[\w/.]*)`")
ITEM = re.compile(r"\| \d")


def test_every_promise_is_kept_by_a_test_and_every_mark_is_of_a_promise() -> None:
    keys = [key for sentences in promises().values() for key in sentences]
    assert len(set(keys)) == len(keys)
    assert set(marked_tests()) == set(keys)


def test_the_list_of_promises_is_the_one_that_make_security_writes() -> None:
    page = PAGE.read_text()
    assert with_list(page, marked_tests()) == page, "run make papers"


def test_every_item_of_asvs_says_how_it_is_met_by_tests_that_exist() -> None:
    page = (CHECKOUT / "docs" / "asvs.md").read_text()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page.splitlines() if ITEM.match(line)]
    assert {state for _, state, _ in rows} == {"test", "document", "n/a", "not met"}
    assert [item for item, _, how in rows if not how.strip(" |")] == []
    assert [
        item for item, state, how in rows if state == "test" and not how.startswith("As ") and "`test_" not in how
    ] == []
    assert len({item.split(".")[0] for item, *_ in rows}) == 16, "every chapter but WebRTC's"
    assert set(TEST.findall(page)) - names_of_tests() == set()
    assert {path for path in PATH.findall(page) if not (CHECKOUT / path).exists()} == set()


def test_what_is_not_met_is_the_same_in_both_papers() -> None:
    said = PAGE.read_text().partition("## Not met")[2]
    page = (CHECKOUT / "docs" / "asvs.md").read_text()
    unmet = [line.split(" ")[1:] for line in page.splitlines() if ITEM.match(line) and " | not met | " in line]
    items = {word.strip(",") for line in unmet for word in line if re.match(r"\d+\.\d+\.\d+", word)}
    assert items == set(re.findall(r"\d+\.\d+\.\d+", said))
