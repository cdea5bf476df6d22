"""Which problems an operation can raise, read from the code: every function that it can reach, and what these make.

A name that a function mentions counts as called, and a problem that it makes as raised: more than can happen, never
less, but for what is found at run time only (registries, callbacks that are passed in). What is only caught or looked
for (`except`, `isinstance`) is not raised.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

from services.core import errors
from services.core.settings import CHECKOUT

METHODS = ("services.core.work", "services.core.actor")
"""Modules whose classes' methods are found by name: every operation has their objects. Others are in their module."""

UNNAMED = "services.core.work._refusing"
"""It makes AlreadyExists of whichever unique constraint nobody gave a meaning to: a fault of the code, where met."""


@dataclass
class Unit:
    """A function, a method, or a constant of a module: what it mentions, and the problems that it makes."""

    mentions: set[str] = field(default_factory=set)
    makes: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    """The first steps of the paths that it gives to problems."""


class Code:
    """The units of `services` and `schema`, by their full names."""

    def __init__(self) -> None:
        self.problems = {cls.__name__: cls for cls in _subclasses(errors.Problem)}
        self.units: dict[str, Unit] = {}
        self._exports: dict[str, dict[str, str]] = {}
        for root in ("services", "schema"):
            for path in sorted((CHECKOUT / root).rglob("*.py")):
                self._read(path.relative_to(CHECKOUT))

    def raised_by(self, function: Any) -> set[type[errors.Problem]]:
        """The problems that a function can raise."""
        return {self.problems[problem] for name in self.reached_by(function) for problem in self.units[name].makes}

    def reached_by(self, function: Any) -> set[str]:
        """The names of the units that a function can reach, itself included."""
        assert isinstance(function, FunctionType)
        seen: set[str] = set()
        waiting = [f"{function.__module__}.{function.__name__}"]
        while waiting:
            for name in self._resolved(waiting.pop()):
                if name not in seen:
                    seen.add(name)
                    waiting += self.units[name].mentions
        assert seen, function
        return seen

    @cached_property
    def _methods(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.units:
            module, _, method = name.rpartition(".")
            of, _, cls = module.rpartition(".")
            if cls[:1].isupper() or cls[:2].strip("_").isupper():
                found.setdefault(f"{'' if of in METHODS else of}?{method}", []).append(name)
        return found

    def _resolved(self, name: str) -> list[str]:
        """The units of a name as it was mentioned: a method of whichever class, or through packages that pass it on."""
        if name in self.units:
            return [name]
        module, is_method, method = name.partition("?")
        if is_method:
            return [*self._methods.get(f"?{method}", ()), *self._methods.get(f"{module}?{method}", ())]
        module, _, last = name.rpartition(".")
        passed_on = self._exports.get(module, {}).get(last)
        return self._resolved(passed_on) if passed_on not in (None, name) else []

    def _read(self, path: Path) -> None:
        module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse((CHECKOUT / path).read_text())
        names = self._exports[module] = {}
        for node in tree.body:
            if isinstance(node, ast.ImportFrom):
                names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names[node.name] = f"{module}.{node.name}"
            elif isinstance(node, ast.Assign):
                names |= {target.id: f"{module}.{target.id}" for target in node.targets if isinstance(target, ast.Name)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.units[f"{module}.{node.name}"] = self._unit(node, module)
            elif isinstance(node, ast.ClassDef):
                self.units[f"{module}.{node.name}"] = Unit()
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                        self.units[f"{module}.{node.name}.{inner.name}"] = self._unit(inner, module)
                        if inner.name in ("__init__", "__post_init__"):
                            self.units[f"{module}.{node.name}"] = self._unit(inner, module)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.units[f"{module}.{node.targets[0].id}"] = self._unit(node.value, module)
        self.units.pop(UNNAMED, None)

    def _unit(self, node: ast.AST, module: str) -> Unit:
        unit, names = Unit(), self._exports[module]
        for each in _of_what_runs(node):
            if isinstance(each, ast.Attribute):
                whole = ast.unparse(each)
                head, _, rest = whole.partition(".")
                if head in names and rest.isidentifier():
                    unit.mentions.add(f"{names[head]}.{rest}")
                else:
                    unit.mentions.add(f"{module}?{each.attr}")
            elif isinstance(each, ast.Name) and each.id in names:
                unit.mentions.add(names[each.id])
            if isinstance(each, ast.Call):
                unit.paths |= _paths(each)
            made = each.func if isinstance(each, ast.Call) else each.exc if isinstance(each, ast.Raise) else None
            if made is not None:
                last = getattr(made, "id", getattr(made, "attr", ""))
                unit.makes |= {last} & self.problems.keys()
            elif isinstance(each, ast.IfExp):
                for choice in (each.body, each.orelse):
                    unit.makes |= {getattr(choice, "id", "")} & self.problems.keys()
        return unit


def _paths(call: ast.Call) -> set[str]:
    """The first steps of the paths in a call, such as `path=("title", …)` and `check_text(text, "title")`."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    given: list[ast.expr] = [
        keyword.value.elts[0]
        for keyword in call.keywords
        if keyword.arg == "path" and isinstance(keyword.value, ast.Tuple) and keyword.value.elts
    ]
    after = 1 if name.startswith("check_") else {"find": 2, "find_managed": 3}.get(name)
    if after is not None:
        given += call.args[after : after + 1]
    return {value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def _of_what_runs(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but annotations, and what is only compared with or caught."""
    skipped: set[int] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.ExceptHandler) and each.type is not None:
            skipped |= {id(inner) for inner in ast.walk(each.type)}
        elif isinstance(each, ast.Call) and getattr(each.func, "id", "") == "isinstance":
            skipped |= {id(inner) for inner in ast.walk(each.args[1])}
        for name in ("annotation", "returns"):
            annotation = getattr(each, name, None)
            if isinstance(annotation, ast.AST):
                skipped |= {id(inner) for inner in ast.walk(annotation)}
        if id(each) not in skipped:
            yield each


def _subclasses(base: type[Any]) -> list[type[Any]]:
    return [cls for direct in base.__subclasses__() for cls in (direct, *_subclasses(direct))]
