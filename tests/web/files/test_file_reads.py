"""Whoever reads somebody's confidential data is written down before they have it, and the person may see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import schema.reading.recording
from models import AccessRecord, ContactKind, ContactPoint, ContactVisibility, Person, QuestionKind, ReadKind, Role
from schema.base.ids import encode_id
from services.core.journal.access_records import Read, record_reads
from tests.client import Client
from tests.making import ActingAs, Maker

MINE = "{ me { fileReads { nodes { kind readerName association { slug } reader { id } } } } }"
CONTACTS = "{ association(slug: %s) { memberships { nodes { person { contactPoints { value kind } } } } } }"


@pytest.fixture
async def ana(make: Maker) -> Person:
    """A member whom staff may reach."""
    person = await make.member(person={"given_name": "Ana", "family_name": "Tremblay"})
    shown = {"kind": ContactKind.PHONE, "value": "+1 418 555 0123", "visibility": ContactVisibility.STAFF}
    await make.contact_point(person, **shown)
    return person


async def contacts(make: Maker, client: Client, who: Person) -> Any:
    """What somebody is answered who asks for everybody's contact points."""
    document = CONTACTS % f'"{(await make.home()).slug}"'
    answer = await client.ask(document, person=who)
    return answer.json


async def kinds(make: Maker) -> list[tuple[ReadKind, Any, Any]]:
    """What was written down: what was read, whose, and by whom."""
    return [(row.kind, row.person_id, row.reader_id) for row in await make.all(AccessRecord)]


@pytest.mark.promise("confidential-reads-recorded")
async def test_the_person_sees_who_read_their_file_by_name_and_association(
    make: Maker, client: Client, ana: Person
) -> None:
    staff = await make.staff(Role.MEMBERSHIP_OFFICER)
    for _ in range(3):  # a desk doesn't flood it
        assert "+1 418 555 0123" in str(await contacts(make, client, staff))
    home = (await make.home()).slug
    mine = (await client.ask(MINE, person=ana)).data["me"]["fileReads"]["nodes"]
    said = {"kind": "CONTACTS", "readerName": f"Benoît {staff.family_name}", "association": {"slug": home}}
    assert mine == [said | {"reader": None}]
    journal = f'{{ association(slug: "{home}") {{ accessRecords {{ totalCount nodes {{ person {{ id }} }} }} }} }}'
    seen = {who.id: (await client.ask(journal, person=who)).data for who in (await make.staff(), await make.member())}
    assert [data["association"]["accessRecords"]["totalCount"] for data in seen.values()] == [1, 0]


async def test_ones_own_and_what_says_nothing_of_anybody_is_not_recorded(
    make: Maker, client: Client, ana: Person
) -> None:
    staff = await make.staff()
    own = await client.ask("{ me { contactPoints { value } memberships { number } registrations { id } } }", person=ana)
    assert own.data["me"]["contactPoints"]
    document = CONTACTS.replace("value kind", "kind") % f'"{(await make.home()).slug}"'
    assert (await client.ask(document, person=staff)).data["association"]["memberships"]["nodes"]
    await contacts(make, client, await make.member())  # who sees nothing
    assert await kinds(make) == []


async def test_what_a_mutation_shows_is_recorded_even_where_it_is_only_tried(
    make: Maker, client: Client, ana: Person
) -> None:
    staff = await make.staff()
    (point,) = await make.all(ContactPoint, person_id=ana.id)
    document = """mutation ($id: ID!) { it: preferContactPoint(input: {contactPointId: $id, dryRun: true}) {
        ... on PreferContactPointPreview { contactPoint { value } } } }"""
    answer = await client.ask(document, {"id": encode_id("ContactPoint", point.id)}, person=staff)
    assert answer.data["it"]["contactPoint"]["value"] == point.value
    assert await kinds(make) == [(ReadKind.CONTACTS, ana.id, staff.id)]


@pytest.mark.promise("confidential-reads-recorded")
async def test_no_record_no_answer(make: Maker, client: Client, ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(schema.reading.recording, "record_reads", fail)
    answer = await contacts(make, client, await make.staff())
    assert "+1 418 555 0123" not in str(answer)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"INTERNAL"}


async def test_needs_files_and_exports_are_recorded_each_as_what_it_is(
    make: Maker, client: Client, ana: Person
) -> None:
    registrar, event = await make.staff(Role.REGISTRAR), await make.event(slug="colloque")
    registration = await make.registration(event, ana)
    for key, sensitive in (("diet", True), ("remark", False)):
        question = await make.question(event, key, QuestionKind.LONG_TEXT, sensitive=sensitive)
        await make.answer(registration, question, "Noix")
    answers = """{ event(slug: "colloque") { registrations { nodes { answers { %s values } } } } }"""
    assert str((await client.ask(answers % "question { key }", person=registrar)).data).count("Noix") == 2
    assert await kinds(make) == [(ReadKind.NEEDS, ana.id, registrar.id)]
    files = """{ event(slug: "colloque") { registrations { nodes { person { registrations { state } } } } } }"""
    assert (await client.ask(files, person=registrar)).data
    token = await client.token(registrar)
    sheet = await client.send(
        f"/{make.tenant.slug}/events/colloque/registrations.csv", b"", {"authorization": token}, method="GET"
    )
    assert sheet.status == 200
    assert sorted(kind for kind, *_ in await kinds(make)) == [ReadKind.EXPORT, ReadKind.FILE, ReadKind.NEEDS]


async def test_another_hour_is_another_record_and_nobody_writes_in_anothers_name(
    make: Maker, acting_as: ActingAs, ana: Person
) -> None:
    staff, now = await make.staff(), datetime.now(UTC).replace(minute=10)
    read = Read(ReadKind.CONTACTS, ana.id, (await make.home()).id)
    for later in (0, 40, 60):
        async with acting_as(staff, now=now + timedelta(minutes=later)) as work:
            await record_reads(work, [read, read])
    rows = await make.all(AccessRecord)
    assert [(row.at - now).seconds // 60 for row in rows] == [0, 60]
    with pytest.raises(Exception, match="row-level security"):
        async with acting_as(staff) as work:
            await work.insert(AccessRecord(**rows[0].model_dump(exclude={"id", "reader_id"}), reader_id=ana.id))
    assert await make.count(AccessRecord) == 2
