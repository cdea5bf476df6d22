"""What a domain brings is found, in order, and nothing is said twice."""

import sys
from pathlib import Path

import pytest

from models import Event
from schema.events.event_mutations import publish_event
from schema.events.party_mutations import create_registration_guest
from tests import domains


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with two domains: one has the modules a, which comes after c, and b; the other has c, after b."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / f"found_{tmp_path.name}"
    folder.mkdir()
    modules = {"__init__": "", "helper": "", "one/__init__": "", "other/__init__": ""}
    modules |= {"one/a": "AFTER = ('other.c',)", "one/b": "", "other/c": "AFTER = ('one.b',)"}
    for name, code in modules.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(code)
    monkeypatch.setattr(domains, "CHECKOUT", tmp_path)
    return folder.name


def test_modules_come_after_those_that_they_need(package: str) -> None:
    assert [module.__name__.rpartition(".")[2] for module in domains.modules(package)] == ["b", "c", "a"]


def test_a_module_that_there_is_not_can_not_be_needed(package: str) -> None:
    (module,) = (module for module in domains.modules(package) if module.__name__.endswith(".b"))
    vars(module)["AFTER"] = ("gone",)
    with pytest.raises(AssertionError, match=r"one/b\.py comes AFTER \('gone',\)"):
        domains.modules(package)


def test_what_is_said_twice_names_both_files() -> None:
    assert domains.once([("one", {"a": 1}), ("other", {"b": 2})]) == {"a": 1, "b": 2}
    with pytest.raises(AssertionError, match="other says 'a' again, after one"):
        domains.once([("one", {"a": 1}), ("other", {"a": 1})])
    assert domains.once_each([("one", {"a": {"x": 1}}), ("other", {"a": {"y": 2}})]) == {"a": {"x": 1, "y": 2}}
    with pytest.raises(AssertionError, match="other, a, says 'x' again, after one, a"):
        domains.once_each([("one", {"a": {"x": 1}}), ("other", {"a": {"x": 2}})])


def test_a_domain_is_called_as_the_folder_of_its_modules() -> None:
    assert domains.domain_of(Event) == domains.domain_of(publish_event) == "events"
    assert domains.domain_of(create_registration_guest) == "events"
    assert domains.domain_of(domains.place) == "domains"
    assert domains.place(sys.modules[__name__]) == "tests/test_domains.py"
