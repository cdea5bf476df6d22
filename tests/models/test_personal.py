"""Personal data is classified: nothing is forgotten, and what tells of a person is found from their key."""

from uuid import uuid4

import pytest
from sqlalchemy import Column, Enum, LargeBinary, MetaData, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from models import Answer, ContactPoint, Person, Registration, Speaker
from models.base.personal import (
    UNNAMED,
    Classified,
    PersonalData,
    Sensitivity,
    classification,
    classified,
    personal_data,
    unclassified,
)
from models.base.policies import nobody, policies
from services.core.database.connections import Database
from tests.making import Maker
from tests.models.facts import world

NOT_ANAS = {"site_key", "sign_in_attempt"}
"""Tables in which the world's Ana has no row: keys are made by staff, and an attempt is nobody's before it succeeds."""


def entries(table: str) -> dict[str, PersonalData]:
    return {entry.person: entry for entry in personal_data() if entry.table.name == table}


def texts(table: Table) -> set[str]:
    """Columns that hold what somebody wrote, or a secret; a choice among a few is none."""
    kinds = (String, Text, JSONB, LargeBinary)
    return {column.name for column in table.c if isinstance(column.type, kinds) and not isinstance(column.type, Enum)}


def not_confidential(table: Table) -> set[str]:
    said = {name: classification(table.c[name]) for name in texts(table)}
    return {name for name, what in said.items() if what is None or what.sensitivity is not Sensitivity.CONFIDENTIAL}


def not_naming(table: Table) -> set[str]:
    """Columns that refer to a person, or are called so, and are not said to name one."""
    keys = {
        key.column_keys[1]
        for key in table.foreign_key_constraints
        if key.referred_table.name == "person" and len(key.column_keys) == 2
    }
    called = {column.name for column in table.c if column.name == "person_id" or column.name.endswith("_person_id")}
    return {name for name in keys | called if not table.c[name].info.get("names_person")}


def test_every_column_says_whether_it_is_personal_confidential_or_neither() -> None:
    assert unclassified() == []


def test_a_column_that_nothing_is_said_of_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = MetaData()
    circle = Table("circle", metadata, Column("confederation_id", Uuid), Column("id", Uuid), Column("mood", Text))
    monkeypatch.setattr(SQLModel, "metadata", metadata)
    assert unclassified() == ["circle.mood"]
    circle.append_column(Column("person_id", Uuid))
    assert unclassified() == ["circle.mood", "circle.person_id"]
    assert not_naming(circle) == {"person_id"}
    assert not_confidential(circle) == {"mood"}


def test_nothing_is_said_twice_or_of_what_there_isnt() -> None:
    for wrong in ({"neither": "name"}, {"personal": {UNNAMED: "name"}}, {"neither": "rank rank"}):
        with pytest.raises(ValueError, match="twice"):
            classified(Speaker, **wrong)
    for wrong in ({"neither": "nothing"}, {"confidential": {UNNAMED: "nothing"}}, {"personal": {"nobody_id": ""}}):
        with pytest.raises(ValueError, match="no column"):
            classified(Speaker, **wrong)


def test_whatever_refers_to_a_person_names_them() -> None:
    assert {table.name: names for table in SQLModel.metadata.sorted_tables if (names := not_naming(table))} == {}


def test_what_is_said_among_participants_or_sealed_is_confidential() -> None:
    closed = [name for name, policy in policies.by_table.items() if policy.participants or policy.read == nobody]
    found = {name: names for name in closed if (names := not_confidential(SQLModel.metadata.tables[name]))}
    assert found == {"journal_link": {"hash"}}, "of what the journal has anyhow"


def test_answers_and_secrets_are_confidential() -> None:
    assert "value" in entries(str(Answer.__tablename__))["person_id"].confidential
    secret = [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.c
        if any(part in column.name for part in ("secret", "_hash", "digest", "verifier", "challenge"))
        and not column.name.endswith("_until")
        and (what := classification(column)) is not None
        and what.sensitivity is not Sensitivity.CONFIDENTIAL
    ]
    assert secret == []


def test_a_persons_columns_are_listed_by_table_with_the_one_that_names_them() -> None:
    assert entries("person")["id"].columns[0] == "id"
    assert {"given_name", "family_name"} <= set(entries("person")["id"].personal)
    assert entries("registration").keys() == {"person_id", "registered_by_id"}
    assert "name" in entries("registration")["person_id"].personal
    assert entries("answer")["person_id"].confidential == ("value",)
    assert "name" not in entries("registration")["registered_by_id"].columns
    assert "mentee_name" not in entries("pairing")["mentor_id"].columns
    assert entries("scan")["registration_id.person_id"].columns[:2] == ("kind", "code")
    assert "speaker" not in {entry.table.name for entry in personal_data()}, "nobody whom a column names"


def test_when_a_row_was_written_tells_of_the_persons_whom_it_names() -> None:
    assert "updated_at" in entries("person")["id"].personal
    assert "created_at" in entries("pairing")["mentee_id"].personal
    assert classification(SQLModel.metadata.tables["segment"].c.created_at) == Classified(Sensitivity.NEITHER)


async def test_what_tells_of_a_person_is_found_and_nobody_elses(database: Database) -> None:
    standing = await world(await Maker.of_a_new_confederation(database))
    ana = standing.people["own"]
    found: dict[str, list[tuple[object, ...]]] = {}
    async with standing.make.acting_as(ana) as work, work.elevated("what there is about a person"):
        for entry in personal_data():
            mine = (await work.session.execute(entry.rows(work.tenant_id, ana.id))).all()
            found.setdefault(entry.table.name, []).extend(tuple(row) for row in mine)
            assert (await work.session.execute(entry.rows(work.tenant_id, uuid4()))).all() == []
            assert (await work.session.execute(entry.rows(uuid4(), ana.id))).all() == []
    assert {table for table, rows in found.items() if not rows} == NOT_ANAS
    (person,) = found[str(Person.__tablename__)]
    assert {ana.given_name, ana.family_name} <= {value for value in person if isinstance(value, str)}
    assert {row[0] for row in found[str(Registration.__tablename__)]} == {ana.id}
    assert {row[0] for row in found[str(ContactPoint.__tablename__)]} == {ana.id}
