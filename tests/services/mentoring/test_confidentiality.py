"""What is between the two stays there: whoever else looks, however they look, and whatever was recorded of it."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from models import JournalEntry, Pairing, Person, Role
from schema.base.ids import encode_id
from services.core.actor import system
from services.core.database.connections import Database
from services.core.work import begin
from services.mentoring.journey import achieve_goal, record_session, retract_note, set_goal, write_note
from tests.client import Client
from tests.making import ActingAs, Maker

TABLES = ("pairing_goal", "pairing_session", "pairing_note")
SECRETS = ("Apprendre à déléguer", "Mon prochain poste", "Je pense à partir")


@dataclass
class Scene:
    """An active pairing with a goal, a session and two notes, the mentor and the mentee, and everybody else."""

    pairing: Pairing
    two: tuple[Person, Person]
    staff: dict[str, Person]  # who sees the pairing
    strangers: dict[str, Person]  # who doesn't
    ids: dict[str, UUID]


@pytest.fixture
async def scene(make: Maker, acting_as: ActingAs) -> Scene:
    """Written by the operations, as the persons."""
    above, blind = await make.umbrella(), await make.umbrella()
    await make.affiliation(await make.home(), above, visible_from_above=True)
    await make.affiliation(await make.home(), blind)
    pairing = await make.pairing()
    two = await make.the_two(pairing)
    async with acting_as(two[0]) as work:
        goal = await set_goal(work, pairing.id, title=SECRETS[0])
        session = await record_session(work, pairing.id, held_on=work.today, minutes=45, topic=SECRETS[1])
        note = await write_note(work, pairing.id, text=SECRETS[2])
        await achieve_goal(work, goal.id)
        await retract_note(work, (await write_note(work, pairing.id, text=SECRETS[2])).id)
    staff = {
        "coordinator": await make.staff(Role.COORDINATOR),
        "administrator": await make.staff(),
        "administrator above": await make.staff(association=above, cascades=True),
    }
    strangers = {
        "administrator above who sees no persons": await make.staff(association=blind, cascades=True),
        "member": await make.member(),
        "mentor of another pairing": (await make.the_two(await make.pairing()))[0],
    }
    ids = {"PairingGoal": goal.id, "PairingSession": session.id, "PairingNote": note.id}
    return Scene(pairing, two, staff, strangers, ids)


EVERYTHING = """query ($id: ID!) { node(id: $id) { ... on Pairing {
    progress { sessions lastSessionOn goals goalsAchieved }
    goals { id title } sessions { id topic } notes { id text mine } } } }"""


async def test_the_two_read_everything_and_each_knows_what_they_wrote(client: Client, scene: Scene) -> None:
    for reader in scene.two:
        answer = await client.ask(EVERYTHING, {"id": encode_id("Pairing", scene.pairing.id)}, person=reader)
        read = answer.data["node"]
        assert [read["goals"][0]["title"], read["sessions"][0]["topic"], read["notes"][0]["text"]] == list(SECRETS)
        assert [note["mine"] for note in read["notes"]] == [reader is scene.two[0]]


async def test_staff_read_the_progress_and_nothing_else(client: Client, acting_as: ActingAs, scene: Scene) -> None:
    async with acting_as(None) as work:
        today = work.today.isoformat()
    progress = {"sessions": 1, "lastSessionOn": today, "goals": 1, "goalsAchieved": 1}
    for person in scene.staff.values():
        answer = await client.ask(EVERYTHING, {"id": encode_id("Pairing", scene.pairing.id)}, person=person)
        assert answer.data["node"] == {"progress": progress, "goals": [], "sessions": [], "notes": []}


async def test_others_read_nothing_not_even_the_progress(client: Client, make: Maker, scene: Scene) -> None:
    for person in (None, *scene.strangers.values()):
        answer = await client.ask(EVERYTHING, {"id": encode_id("Pairing", scene.pairing.id)}, person=person)
        assert answer.data == {"node": None}


async def test_no_road_through_the_schema_leads_anybody_else_there(client: Client, scene: Scene) -> None:
    document = """query ($goal: ID!, $session: ID!, $note: ID!) {
        a: node(id: $goal) { id } b: node(id: $session) { id } c: node(id: $note) { id }
        mentoringProgrammes(first: 1) { nodes {
            pairings(first: 10) { totalCount nodes { ...between } }
            profiles(first: 1) { nodes { person { pairings { ...between } } } } } } }
        fragment between on Pairing { goals { title } sessions { topic } notes { text } }"""
    variables = {name.removeprefix("Pairing").lower(): encode_id(name, id) for name, id in scene.ids.items()}
    for person in (None, *scene.staff.values(), *scene.strangers.values()):
        answer = await client.ask(document, variables, person=person)
        assert {key: answer.data[key] for key in "abc"} == {"a": None, "b": None, "c": None}
        said = json.dumps(answer.data, ensure_ascii=False)
        assert not [secret for secret in SECRETS if secret in said]
    said = json.dumps((await client.ask(document, variables, person=scene.two[1])).data, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in said] == list(SECRETS)


async def rows_of(work: Any) -> dict[str, int]:
    return {table: (await work.session.execute(text(f"select count(*) from {table}"))).scalar_one() for table in TABLES}


@pytest.mark.promise("participants-only")
async def test_sql_of_the_application_reads_none_of_it_elevated_or_not(
    make: Maker, acting_as: ActingAs, database: Database, owner: asyncpg.Connection, scene: Scene
) -> None:
    nothing = dict.fromkeys(TABLES, 0)
    foreigner = await (await make.other()).staff()
    for person in (None, *scene.staff.values(), *scene.strangers.values(), foreigner):
        async with acting_as(person) as work:
            assert await rows_of(work) == nothing
            async with work.elevated("to read what isn't anybody's to read"):
                assert await rows_of(work) == nothing
                for table in TABLES:
                    changed: Any = await work.session.execute(text(f"update {table} set id = id"))
                    assert changed.rowcount == 0
    async with begin(database, system(make.tenant)) as work:
        assert await rows_of(work) == nothing
    async with acting_as(scene.two[1]) as work:
        assert await rows_of(work) == dict.fromkeys(TABLES, 1)
    for table in TABLES:
        count = f"select count(*) from {table} where confederation_id = $1"
        assert await owner.fetchval(count, make.tenant.id) == 1


async def test_the_journal_has_none_of_the_words_and_staff_none_of_the_entries(
    make: Maker, owner: asyncpg.Connection, scene: Scene
) -> None:
    query = "select t::text from journal_entry t where confederation_id = $1"
    entries = [row[0] for row in await owner.fetch(query, make.tenant.id)]
    assert not [secret for secret in SECRETS if any(secret in entry for entry in entries)]
    written = await make.all(JournalEntry)
    assert [entry.action for entry in written] == [
        "pairing_goal.set",
        "pairing_session.recorded",
        "pairing_note.written",
        "pairing_goal.achieved",
        "pairing_note.written",
        "pairing_note.retracted",
    ]
    assert {json.dumps(entry.data) for entry in written if entry.action.startswith("pairing_note")} == {"{}"}
    for person in (*scene.staff.values(), *scene.strangers.values()):
        assert await make.all_as(person, JournalEntry) == []
