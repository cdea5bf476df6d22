"""Finds what each domain brings to a test that asks about all of them: modules in a folder of the domain's name.

They come in order: each after those that it names in `AFTER = ("events.planning",)`, because its rows need theirs; by
name where nothing else is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, TypeVar

from services.core.settings import CHECKOUT

Key = TypeVar("Key")
Said = TypeVar("Said")


def modules(package: str) -> list[ModuleType]:
    """The modules in a package's folders, in order. AssertionError where one comes after a module that there isn't."""
    inside = walk_packages(import_module(package).__path__, f"{package}.")
    names = [module.name.removeprefix(f"{package}.") for module in inside if not module.ispkg]
    found = {name: import_module(f"{package}.{name}") for name in sorted(names) if "." in name}
    after: dict[str, tuple[str, ...]] = {name: getattr(module, "AFTER", ()) for name, module in found.items()}
    for name, earlier in after.items():
        assert found.keys() >= set(earlier), f"{place(found[name])} comes AFTER {earlier}, and not all of them are."
    sorter = TopologicalSorter(after)
    sorter.prepare()
    return [found[name] for name in _in_order(sorter)]


def _in_order(sorter: TopologicalSorter[str]) -> Iterator[str]:
    while sorter.is_active():
        for name in sorted(sorter.get_ready()):
            yield name
            sorter.done(name)


def place(module: ModuleType) -> str:
    """Where a module is, as a path from the checkout."""
    assert module.__file__ is not None
    return str(Path(module.__file__).relative_to(CHECKOUT))


def domain_of(thing: Any) -> str:
    """The domain that declares a class or a function: the folder of its module in its layer."""
    return str(thing.__module__.split(".")[1])


def once(parts: Iterable[tuple[str, Mapping[Key, Said]]]) -> dict[Key, Said]:
    """Tables by the file that says them, as one. AssertionError where two files say the same."""
    said: dict[Key, Said] = {}
    where: dict[Key, str] = {}
    for file, part in parts:
        for key, value in part.items():
            assert key not in said, f"{file} says {key!r} again, after {where[key]}."
            said[key], where[key] = value, file
    return said


def once_each(parts: Iterable[tuple[str, Mapping[str, Mapping[Key, Said]]]]) -> dict[str, dict[Key, Said]]:
    """The same for tables of tables: several files may add to one, each its own."""
    named: dict[str, list[tuple[str, Mapping[Key, Said]]]] = {}
    for file, tables in parts:
        for name, table in tables.items():
            named.setdefault(name, []).append((f"{file}, {name},", table))
    return {name: once(tables) for name, tables in named.items()}
