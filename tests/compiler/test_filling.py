"""What fills tables by itself copes with whatever a domain asks of its rows, and says so where it can't."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.schema import CreateTable

from tests.compiler.contents import Row
from tests.compiler.filling import Filling
from tests.compiler.rows import key

HERE, FIRST = key("a confederation to fill"), key("its first association")
ASSOCIATIONS: list[Row] = [{"confederation_id": str(HERE), "id": str(id)} for id in (FIRST, key("another"))]
SCRATCH = MetaData()


def table(name: str, *items: Column[object] | CheckConstraint | ForeignKeyConstraint | UniqueConstraint) -> Table:
    tenant = (Column(column, Uuid, primary_key=True) for column in ("confederation_id", "id"))
    return Table(name, SCRATCH, *tenant, *items)


CIRCLE = table(
    "circle",
    Column("slug", String, nullable=False),
    Column("association_ids", ARRAY(Uuid), nullable=False),
    Column("first_id", Uuid, nullable=False),
    Column("state", Enum("OPEN", "FULL", "CLOSED", name="circle_state", native_enum=False), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("reason", String),
    Column("name", JSONB, nullable=False),
    Column("closed", Integer, Computed("(closed_on is not null)::int", persisted=True)),
    Column("number", Integer, Identity(always=True)),
    UniqueConstraint("confederation_id", "id", "state"),
    UniqueConstraint("confederation_id", "slug"),
    CheckConstraint("cardinality(association_ids) between 1 and 100 and first_id = any(association_ids)"),
    CheckConstraint("(closed_on is null) = (state <> 'CLOSED')"),
    CheckConstraint("(reason is null) = (closed_on is null) and reason in ('MERGED', 'OVER')"),
    CheckConstraint("closed_on > opened_on"),
)
NOTE = table(
    "circle_note",
    Column("circle_id", Uuid, nullable=False),
    Column("state", String, nullable=False),
    Column("answer_to_id", Uuid),
    Column("writer_id", Uuid),
    Column("association_id", Uuid),
    Column("written_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(
        ["confederation_id", "circle_id", "state"], ["circle.confederation_id", "circle.id", "circle.state"]
    ),
    ForeignKeyConstraint(
        ["confederation_id", "answer_to_id"], ["circle_note.confederation_id", "circle_note.id"], name="answers"
    ),
    CheckConstraint("num_nonnulls(writer_id, association_id) = 1"),
)
IMPOSSIBLE = table(
    "circle_paradox",
    Column("depth", Integer, nullable=False),
    CheckConstraint("depth > 0 and depth < 0", name="depth_is_a_paradox"),
)


@pytest.fixture
async def scratch(owner: asyncpg.Connection) -> AsyncIterator[Filling]:
    """Tables that are there for the test only."""
    transaction = owner.transaction()
    await transaction.start()
    for made in (CIRCLE, NOTE, IMPOSSIBLE):
        await owner.execute(str(CreateTable(made).compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]
    yield Filling(owner, HERE, {"association": list(ASSOCIATIONS)}, {"association": [FIRST]})
    await transaction.rollback()


async def test_rows_are_as_the_tables_constraints_ask(scratch: Filling) -> None:
    await scratch.fill(SCRATCH, 6)
    circles, notes = scratch.rows["circle"], scratch.rows["circle_note"]
    assert len(circles) == len(notes) == 6
    assert {circle["state"] for circle in circles} == {"OPEN", "FULL", "CLOSED"}
    assert {circle["reason"] for circle in circles} <= {None, "MERGED", "OVER"}
    assert {UUID(circle["id"]) for circle in circles} == {key(f"circle {n}") for n in range(6)}
    assert {circle["slug"] for circle in circles} == {f"circle-{n}" for n in range(6)}
    assert {note["circle_id"] for note in notes} <= {circle["id"] for circle in circles}
    assert {note["answer_to_id"] is None for note in notes} == {True, False}


async def test_the_same_rows_come_of_every_run(scratch: Filling) -> None:
    await scratch.fill(SCRATCH, 3)
    before = {name: [row | {"number": None} for row in rows] for name, rows in scratch.rows.items()}
    await scratch.owner.execute("truncate circle, circle_note")
    again = Filling(scratch.owner, HERE, {"association": list(ASSOCIATIONS)}, scratch.often)
    await again.fill(SCRATCH, 3)
    assert {name: [row | {"number": None} for row in rows] for name, rows in again.rows.items()} == before


async def test_a_table_that_nothing_can_be_drawn_for_is_named_with_what_refused_it(scratch: Filling) -> None:
    why = await scratch.fill(SCRATCH, 1)
    assert list(why) == ["circle_paradox"]
    assert why["circle_paradox"].startswith("depth_is_a_paradox: ")


async def test_tables_with_rows_are_left_as_they_are(scratch: Filling) -> None:
    made_by_hand: list[Row] = [{"confederation_id": str(HERE), "id": str(key("made by hand")), "state": "OPEN"}]
    scratch.rows["circle"] = made_by_hand
    why = await scratch.fill(SCRATCH, 1)
    assert scratch.rows["circle"] == made_by_hand
    assert await scratch.owner.fetchval("select count(*) from circle") == 0
    # Its parents aren't in the database, so that the notes have nothing to refer to.
    assert "circle_note" in why
