"""What is personal: every column of every table says whether it tells of a person, is confidential, or is neither.

PERSONAL: it tells of a person: who they are, how they are reached, what they did, and who did something.
CONFIDENTIAL: what only few may ever read, about a person or not: what is said in confidence, answers that may be about
somebody's health, secrets and their hashes. NEITHER: keys, what associations publish, settings, counters.

Declared beside the row policy; a column that nothing is said of fails the tests. What a person is given, what is erased
and what is kept for how long follows from `personal_data`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, Table, select
from sqlmodel import SQLModel


class Sensitivity(StrEnum):
    """What a column is."""

    PERSONAL = "PERSONAL"
    CONFIDENTIAL = "CONFIDENTIAL"
    NEITHER = "NEITHER"


UNNAMED = ""
"""In place of a column that names the person: no column of the row does, or it is about nobody."""

KEYS = ("confederation_id", "id")
"""Columns that are neither, unless they are said to name a person."""
TIMES = ("created_at", "updated_at")
"""Columns that tell when somebody did something: personal where a row names somebody, unless something else is said."""


@dataclass(frozen=True)
class Classified:
    """What is said of a column, and by which columns the persons are named whom it is about."""

    sensitivity: Sensitivity
    persons: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PersonalData:
    """The columns of a table that tell of the person whom one of its columns names.

    `person` is that column, or `registration_id.person_id`: that of the row which a column refers to.
    """

    table: Table
    person: str
    personal: tuple[str, ...]
    confidential: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them, those that are confidential last."""
        return self.personal + self.confidential

    def rows(self, tenant_id: UUID, person_id: UUID) -> Select[Any]:
        """The person's values in the table, by a statement that the row policies still narrow."""
        columns = [self.table.c[name] for name in self.columns]
        return select(*columns).where(self.table.c.confederation_id == tenant_id, self._names(tenant_id, person_id))

    def _names(self, tenant_id: UUID, person_id: UUID) -> ColumnElement[bool]:
        own, _, theirs = self.person.partition(".")
        if not theirs:
            return self.table.c[own] == person_id
        parent = _referred(self.table, own)
        of_theirs = select(parent.c.id).where(parent.c.confederation_id == tenant_id, parent.c[theirs] == person_id)
        return self.table.c[own].in_(of_theirs)


def classified(
    model: type[SQLModel],
    *,
    personal: Mapping[str, str] | None = None,
    confidential: Mapping[str, str] | None = None,
    neither: str = "",
) -> None:
    """Say of a model's columns what they are. Several in one text are separated by spaces.

    `personal` and `confidential`: columns by the column that names the person whom they are about, which is personal
    itself; by several such columns if they are about each; by `UNNAMED` if none does. ValueError: there is no such
    column, or something was said of it before.
    """
    table = model.__table__  # type: ignore[attr-defined]
    found: dict[str, Classified] = {}
    naming: set[str] = set()
    groups = ((Sensitivity.PERSONAL, personal or {}), (Sensitivity.CONFIDENTIAL, confidential or {}))
    for sensitivity, by_person in groups:
        for persons, columns in by_person.items():
            naming |= {name for name in persons.split() if "." not in name}
            _say(table, found, columns, Classified(sensitivity, frozenset(persons.split())))
    _say(table, found, neither, Classified(Sensitivity.NEITHER))
    _say(table, found, " ".join(sorted(naming - found.keys())), Classified(Sensitivity.PERSONAL))
    for name in naming:
        table.c[name].info["names_person"] = True
    for name, what in found.items():
        # A column that names a person may be named again for columns that are added later.
        if name in naming and "classified" in table.c[name].info:
            continue
        if "classified" in table.c[name].info:
            raise ValueError(f"{table.name}.{name} is classified twice.")
        table.c[name].info["classified"] = what


def _say(table: Table, found: dict[str, Classified], columns: str, what: Classified) -> None:
    for name in columns.split():
        if name not in table.c:
            raise ValueError(f"{table.name} has no column {name}.")
        if name in found:
            raise ValueError(f"{table.name}.{name} is classified twice.")
        found[name] = what


def classification(column: Column[Any]) -> Classified | None:
    """What is said of a column; None if nothing is."""
    if "classified" not in column.info and column.name in TIMES and (persons := _naming(column.table)):
        return Classified(Sensitivity.PERSONAL, frozenset(persons))
    usual = Classified(Sensitivity.NEITHER) if column.name in KEYS + TIMES else None
    said: Classified | None = column.info.get("classified", usual)
    return said


def unclassified() -> list[str]:
    """The columns of which nothing is said."""
    return [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.c
        if classification(column) is None
    ]


def personal_data() -> list[PersonalData]:
    """Everything that tells of a person, by table and the column that names them. Without what no column names."""
    found = []
    for table in SQLModel.metadata.sorted_tables:
        said = {column.name: what for column in table.c if (what := classification(column)) is not None}
        for person in sorted({person for what in said.values() for person in what.persons} | _naming(table)):
            of_them = {name: what.sensitivity for name, what in said.items() if person in what.persons}
            found.append(
                PersonalData(
                    table,
                    person,
                    (
                        *([] if "." in person else [person]),
                        *(name for name, kind in of_them.items() if kind is Sensitivity.PERSONAL and name != person),
                    ),
                    tuple(name for name, kind in of_them.items() if kind is Sensitivity.CONFIDENTIAL),
                )
            )
    return found


def _naming(table: Any) -> set[str]:
    """The columns that name persons, those too that nothing else in the row is about."""
    return {column.name for column in table.c if column.info.get("names_person")}


def _referred(table: Table, column: str) -> Table:
    """The table whose rows a column refers to."""
    (found,) = {
        key.referred_table
        for key in table.foreign_key_constraints
        if column in key.column_keys and key.column_keys[:2] == ["confederation_id", column]
    }
    return found
