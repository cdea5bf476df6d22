"""Classification of personal data: every column of every table is personal, confidential, or neither.

PERSONAL: it tells of a person: who they are, how they are reached, what they did, and who did something. CONFIDENTIAL:
what only few may ever read, about a person or not: what is said in confidence, answers that may be about somebody's
health, secrets and their hashes. NEITHER: keys, what associations publish, settings, counters.

Declared beside the row policy; a test fails for a column without a classification. Data exports, erasure and retention
are derived from `personal_data`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, Table, select
from sqlmodel import SQLModel


class Sensitivity(StrEnum):
    """Classification of a column."""

    PERSONAL = "PERSONAL"
    CONFIDENTIAL = "CONFIDENTIAL"
    NEITHER = "NEITHER"


UNNAMED = ""
"""Used in place of a column that names the person: no column of the row does, or the row is about nobody."""

KEY_COLUMNS = ("confederation_id", "id")
"""Columns that are neither, unless declared to name a person."""
TIME_COLUMNS = ("created_at", "updated_at")
"""Columns that tell when somebody acted: personal if the row names somebody, unless declared otherwise."""


@dataclass(frozen=True)
class Classified:
    """A column's classification, and the columns that name the persons concerned."""

    sensitivity: Sensitivity
    persons: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PersonalData:
    """The columns of a table about the person whom one of its columns names.

    `person` is that column, or `registration_id.person_id`: the column of the row that a foreign key refers to.
    """

    table: Table
    person: str
    personal: tuple[str, ...]
    confidential: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All of these columns, confidential ones last."""
        return self.personal + self.confidential

    def rows(self, tenant_id: UUID, person_id: UUID) -> Select[Any]:
        """The person's values in the table, as a statement that row policies still restrict."""
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
    """Classify a model's columns. Several in one text are separated by spaces.

    `personal` and `confidential`: columns by the column that names the person concerned, which is personal itself; by
    several such columns if they concern several persons; by `UNNAMED` if none does. ValueError: there is no such
    column, or it is classified already.
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
    """The classification of a column; None if it has none."""
    if "classified" not in column.info and column.name in TIME_COLUMNS and (persons := _naming(column.table)):
        return Classified(Sensitivity.PERSONAL, frozenset(persons))
    usual = Classified(Sensitivity.NEITHER) if column.name in KEY_COLUMNS + TIME_COLUMNS else None
    said: Classified | None = column.info.get("classified", usual)
    return said


def unclassified() -> list[str]:
    """The columns without a classification."""
    return [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.c
        if classification(column) is None
    ]


def personal_data() -> list[PersonalData]:
    """All personal data, by table and the column that names the person. Not what no column names a person for."""
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
    """The columns that name persons, including those that no other column refers to."""
    return {column.name for column in table.c if column.info.get("names_person")}


def _referred(table: Table, column: str) -> Table:
    """The table that a column's foreign key refers to."""
    (found,) = {
        key.referred_table
        for key in table.foreign_key_constraints
        if column in key.column_keys and key.column_keys[:2] == ["confederation_id", column]
    }
    return found
