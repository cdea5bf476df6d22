"""Who reads what, and who may do what: asked of the whole application by tests/schema/test_authorization_matrix.py.

A domain adds `<domain>.toml` here, which is found by itself, and its samples in tests/schema/standing/<domain>.py:
- `[Type]` has `rows`: each sample and who sees it; and `fields`: every field under who reads it, of those who see the
  row. `except."sample.field"`: where a sample's field leads to what others see.
- `[Query.field]` and `[Subscription.field]` have who gets something of each case, `[Mutation.name."case"]` whom each
  case answers what.
- `[audiences]` has names for whom it speaks of often. Fields and samples for a type of another domain, and cases for
  its root fields, stand here too: [Avenue] `fields.everybody = ["takenUpBy"]`. Said by two files is an error.

Who: "everybody", audiences and standings, from the left: "own + persons.read", "persons - events.manage". An audience
of a standing's name is meant wherever the name stands, but in its own list. Everybody else gets null, no list item, no
total; from a mutation NotFound.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from schema.compiler.declare import READ_TYPES
from schema.compiler.names import camel
from services.core.settings import CHECKOUT
from tests.domains import once, once_each

HERE = Path(__file__).parent
FOLDER = str(HERE.relative_to(CHECKOUT))

DATES = ("created_at", "updated_at")
"""Every type tells these, to everybody who sees the row: only another audience is said."""

_ROOTS = ("Query", "Mutation", "Subscription")

Files = Iterable[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Table:
    """What is said of a type: who sees each sample, who reads each field, and which field of which sample differs."""

    rows: dict[str, str]
    fields: dict[str, str]
    exceptions: dict[str, str]


@dataclass(frozen=True)
class Matrix:
    """What all domains say. `queries` and `subscriptions` by field and case; `mutations` by name and case, who gets
    each answer."""

    audiences: dict[str, list[str] | str]
    types: dict[str, Table]
    queries: dict[str, dict[str, str]]
    mutations: dict[str, dict[str, dict[str, str]]]
    subscriptions: dict[str, dict[str, str]]

    @property
    def roots(self) -> dict[str, Mapping[str, Mapping[str, Any]]]:
        """What is said of the fields of each root type."""
        return {"Query": self.queries, "Mutation": self.mutations, "Subscription": self.subscriptions}

    @property
    def everybody(self) -> set[str]:
        """Every standing."""
        return set(self.audiences["everybody"])

    def who(self, said: str) -> set[str]:
        """The standings that "own + registrations.read" means. AssertionError where it names nobody that there is."""
        first, *others = re.split(r" ([+-]) ", said)
        meant = self._named(first) if said else set()
        for sign, name in zip(others[::2], others[1::2], strict=True):
            meant = meant | self._named(name) if sign == "+" else meant - self._named(name)
        return meant

    def said(self) -> Iterator[str]:
        """Every audience that some row speaks of."""
        for table in self.types.values():
            yield from (*table.rows.values(), *table.fields.values(), *table.exceptions.values())
        for cases in (*self.queries.values(), *self.subscriptions.values()):
            yield from cases.values()
        for answers in (answers for cases in self.mutations.values() for answers in cases.values()):
            yield from answers.values()

    def _named(self, name: str) -> set[str]:
        if name not in self.audiences:
            assert name in self.everybody, f"{name!r} is neither a standing nor an audience: see {FOLDER}."
            return {name}
        meant = self.audiences[name]
        if isinstance(meant, str):
            return self.who(meant)
        return set().union(*({each} if each == name else self._named(each) for each in meant))


def read() -> Matrix:
    """The files of all domains. AssertionError where two say the same."""
    table = merged((f"{FOLDER}/{path.name}", tomllib.loads(path.read_text())) for path in sorted(HERE.glob("*.toml")))
    for name, of in table.types.items():
        declared = READ_TYPES[name].cls.__strawberry_definition__.fields if name in READ_TYPES else ()  # type: ignore[attr-defined]
        told = {camel(field.python_name): "everybody" for field in declared if field.python_name in DATES}
        table.types[name] = replace(of, fields=told | of.fields)
    return table


def merged(files: Files) -> Matrix:
    """What the files say. AssertionError where two say the same."""
    files = list(files)
    types = [(file, {n: t for n, t in tables.items() if n not in ("audiences", *_ROOTS)}) for file, tables in files]
    for file, tables in types:
        for name, table in tables.items():
            assert table.keys() <= {"rows", "fields", "except"}, f"{file}, {name}, has more than rows, fields, except."
    parts = {
        part: once_each(
            (file, {name: _part(file, name, table, part) for name, table in tables.items()}) for file, tables in types
        )
        for part in ("rows", "fields", "except")
    }
    return Matrix(
        once((file, tables.get("audiences", {})) for file, tables in files),
        {name: Table(parts["rows"][name], fields, parts["except"][name]) for name, fields in parts["fields"].items()},
        *(once_each((file, tables.get(root, {})) for file, tables in files) for root in _ROOTS),
    )


def _part(file: str, name: str, table: Mapping[str, Any], part: str) -> dict[str, str]:
    said: dict[str, Any] = table.get(part, {})
    if part != "fields":
        return said
    return once((f"{file}, {name},", dict.fromkeys(fields, audience)) for audience, fields in said.items())
