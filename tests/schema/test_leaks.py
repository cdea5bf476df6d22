"""Attacks that fail: from the next tenant, from the next association, and from the figures that everybody may read."""

import base64
import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import EventState, JournalEntry, Registration, RegistrationState, Role, Segment
from schema.base.ids import decode_id, encode_id
from tests.access.asked import Asked
from tests.client import Client
from tests.making import Maker, name
from tests.schema.test_authorization_matrix import MATRIX

ANY = "{ totalCount nodes { id } edges { cursor } pageInfo { hasNextPage startCursor } }"


# Filters, orders and cursors: a policy has already decided on the row that they look at.

PROBES = {
    "a membership's number": ("memberships", '{number: {eq: "A-1"}}', "own + memberships.read"),
    "a membership without some number": (
        "memberships",
        '{and: [{number: {isNull: false}}, {not: {number: {eq: "B-1"}}}]}',
        "own + ex-member + memberships.read",
    ),
    "who was cancelled": ("memberships", "{cancelledOn: {isNull: false}}", "ex-member + memberships.read"),
    "a closed mandate": ("mandates", "{role: {eq: GOVERNOR}}", "own + persons.read"),
    "a closed segment": ("segments", "{published: {eq: false}}", "segments.manage"),
    "a draft's slug": ("events", '{slug: {gte: "draft", lt: "dragon"}}', "events.manage"),
    "anything but what is published": ("events", "{not: {state: {ne: DRAFT}}}", "events.manage"),
    "a draft, or what can't be": ("events", '{or: [{state: {eq: DRAFT}}, {slug: {lt: ""}}]}', "events.manage"),
}


@pytest.mark.promise("filters-orders-cursors")
@pytest.mark.parametrize("probe", PROBES)
async def test_a_filter_finds_nothing_that_the_reader_may_not_see(asked: Asked, probe: str) -> None:
    field, where, audience = PROBES[probe]
    answers = await asked.by_each(
        f'{{ association(slug: "{asked.world.home.slug}") {{ {field}(where: {where}) {ANY} }} }}'
    )
    finders = {standing for standing, data in answers.items() if data["association"][field]["totalCount"]}
    assert finders == MATRIX.who(audience)
    for standing in answers.keys() - finders:
        nothing = {"hasNextPage": False, "startCursor": None}
        assert answers[standing]["association"][field] == {
            "totalCount": 0,
            "nodes": [],
            "edges": [],
            "pageInfo": nothing,
        }


async def test_registrations_can_not_be_looked_for_by_name(asked: Asked) -> None:
    ana = asked.world.people["own"]
    assert ana is not None
    where = f"{{name: {{eq: {json.dumps(name(ana))}}}}}"
    answers = await asked.by_each(f'{{ event(slug: "published") {{ registrations(where: {where}) {ANY} }} }}')
    finders = {standing for standing, data in answers.items() if data["event"]["registrations"]["totalCount"]}
    assert finders == MATRIX.who("own + registrations.read")


@pytest.mark.promise("filters-orders-cursors")
async def test_a_forged_cursor_leads_to_nothing_invisible(asked: Asked) -> None:
    draft = asked.world.ids["Event draft"]
    found = decode_id(draft)
    assert found is not None
    place = json.dumps(["EventConnection:slug,id", "draft", str(found[1])])
    for limit in ("0", "9"):  # in the draft's own place, and around it
        mark = base64.b64encode(
            place.replace(str(found[1]), f"{limit * 8}-0000-7000-8000-000000000000").encode()
        ).decode()
        document = f"""{{ after: events(first: 1, orderBy: [SLUG_ASC], after: "{mark}") {{ nodes {{ id }} }}
            before: events(last: 1, orderBy: [SLUG_ASC], before: "{mark}") {{ nodes {{ id }} }} }}"""
        answers = await asked.by_each(document)
        finders = {standing for standing, data in answers.items() if draft in json.dumps(data)}
        assert finders == MATRIX.who("events.manage")


async def test_pages_do_not_stumble_over_invisible_rows(asked: Asked) -> None:
    """A page that came up short, or said that more follows, would tell of the row that isn't shown."""
    document = "{ events(first: 500, orderBy: [SLUG_ASC]) { totalCount nodes { slug } pageInfo { hasNextPage } } }"
    page = """query ($first: Int!) { events(first: $first, orderBy: [SLUG_ASC]) {
        nodes { slug } pageInfo { hasNextPage } } }"""
    everything = (await asked.client.ask(document)).data["events"]
    slugs = [node["slug"] for node in everything["nodes"]]
    assert "draft" not in slugs
    assert everything["totalCount"] == len(slugs)
    for first in range(1, len(slugs) + 1):
        events = (await asked.client.ask(page, {"first": first})).data["events"]
        assert [node["slug"] for node in events["nodes"]] == slugs[:first]
        assert events["pageInfo"]["hasNextPage"] is (first < len(slugs))


# Problems: what they carry is no more than what can be read.


async def test_reasons_name_only_audiences_that_are_public(asked: Asked) -> None:
    document = """query ($slug: String!) { event(slug: $slug) {
        canRegister { reasons { code message ... on NotInvited { audiences } } } } }"""
    for slug, named in (("published", ["segment-published"]), ("held", [])):
        people = sorted(asked.standings.keys() - MATRIX.who("anonymous + secret keys"))
        for who in people:
            reasons = (await asked.ask(who, document, {"slug": slug})).data["event"]["canRegister"]["reasons"]
            assert [reason["audiences"] for reason in reasons if reason["code"] == "NOT_INVITED"] == [named]
            assert "segment-closed" not in json.dumps(reasons)


async def test_a_registration_that_stands_in_the_way_is_named_to_those_who_see_it(asked: Asked) -> None:
    ids = asked.world.ids
    document = """mutation ($input: RegisterOnBehalfInput!) { registerOnBehalf(input: $input) {
        __typename ... on AlreadyRegistered { registrationId state } } }"""
    input = {"eventId": ids["Event published"], "personId": ids["Person Ana"]}
    named = set()
    for standing in asked.standings:
        given = (await asked.ask(standing, document, {"input": input})).data["registerOnBehalf"]
        if "registrationId" in given:
            named.add(standing)
            assert given["registrationId"] == ids["Registration confirmed"]
    assert named == MATRIX.who("registrations.manage")


@pytest.mark.parametrize("standing", ["staff", "registrar", "staff beside"])
async def test_what_is_referred_to_is_absent_or_invisible_in_the_same_words(asked: Asked, standing: str) -> None:
    world = asked.world
    ids, person, make = world.ids, world.people[standing], world.make
    (closed,) = await make.all(Segment, slug="segment-elsewhere")
    plan: dict[str, Any] = {
        "associationId": ids["Association home"],
        "slug": "planned",
        "title": [{"locale": "FR", "text": "Colloque"}],
        "kind": "CONVENTION",
        "format": "ONLINE",
        "startsAt": "2099-01-01T12:00:00Z",
        "endsAt": "2099-01-01T13:00:00Z",
        "dryRun": True,
    }

    def absent(kind: str) -> str:
        return encode_id(kind, UUID(int=7))

    def behalf(person: str) -> dict[str, Any]:
        return {"eventId": ids["Event open"], "personId": person}

    attacks = [
        ("registerOnBehalf", behalf(ids["Person elsewhere"]), behalf(absent("Person"))),
        ("registerOnBehalf", behalf(ids["Person foreign"]), behalf(absent("Person"))),
        *(
            ("createEvent", plan | {"followUpToId": id}, plan | {"followUpToId": absent("Event")})
            for id in (ids["Event foreign"], ids["Event elsewhere"])
        ),
        (
            "createEvent",
            plan | {"audiences": [{"segmentId": encode_id("Segment", closed.id)}]},
            plan | {"audiences": [{"segmentId": absent("Segment")}]},
        ),
    ]
    for mutation, invisible, nothing in attacks:
        title = mutation[0].upper() + mutation[1:]
        document = f"""mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{
            __typename ... on NotFound {{ code message path kind }} }} }}"""
        answers = [await asked.client.ask(document, {"input": input}, person=person) for input in (invisible, nothing)]
        assert answers[0] == answers[1]
        assert answers[0].data[mutation]["__typename"] == "NotFound"


# The next association: it shares the person, not what the person does elsewhere.


async def test_sharing_a_person_shows_neither_association_what_is_the_others(make: Maker, client: Client) -> None:
    here, there = await make.association(), await make.association()
    ana = await make.member(here, number="H-1")
    await make.membership(ana, there, number="T-1")
    for association in (here, there):
        await make.mandate(ana, association, published=False)
        await make.registration(await make.event(association, slug=f"at-{association.slug}"), ana)
    document = """query ($id: ID!) { node(id: $id) { ... on Person { givenName memberships { number }
        mandates { association { slug } } registrations { event { slug } } } } }"""
    for association, number in ((here, "H-1"), (there, "T-1")):
        staff = await make.staff(Role.ADMINISTRATOR, association)
        assert (await client.ask(document, {"id": encode_id("Person", ana.id)}, person=staff)).data["node"] == {
            "givenName": "Ana",
            "memberships": [{"number": number}],
            "mandates": [{"association": {"slug": association.slug}}],
            "registrations": [{"event": {"slug": f"at-{association.slug}"}}],
        }


async def test_a_guest_from_another_association_is_a_name_at_the_desk(make: Maker, client: Client) -> None:
    here, there = await make.association(), await make.association()
    guest, desk = await make.member(there), await make.staff(Role.REGISTRAR, here)
    event = await make.event(here)
    await make.registration(event, guest)
    document = f'{{ event(slug: "{event.slug}") {{ registrations {{ nodes {{ name person {{ id }} }} }} }} }}'
    seen = (await client.ask(document, person=desk)).data["event"]["registrations"]["nodes"]
    assert seen == [{"name": name(guest), "person": None}]


# Figures


@pytest.mark.promise("fewer-than-five")
async def test_figures_about_fewer_than_five_are_not_told_by_any_of_the_ways_to_them(
    make: Maker, client: Client
) -> None:
    umbrella = await make.umbrella()
    small = await make.association(under=umbrella)
    members = [await make.member(small) for _ in range(4)]
    event = await make.event(small, state=EventState.HELD)
    for member in members:
        await make.registration(event, member, RegistrationState.NO_SHOW)
    document = f"""{{
      association(slug: "{umbrella.slug}") {{ ...Told
        affiliates(first: 9) {{ nodes {{ association {{ ...Told }} }} }} }}
      confederation {{ headcount {{ ...Figures }} }}
      event(slug: "{event.slug}") {{ attendance {{ registered attended absent }} }} }}
    fragment Told on Association {{ headcount {{ ...Figures }} }}
    fragment Figures on Headcount {{ total partTime fullTime byPositionClass {{ count }} bySector {{ count }}
      byAssociation {{ count }} }}"""
    data = (await client.ask(document)).data

    def told(value: Any) -> list[int]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [value] if isinstance(value, int) else [n for each in inner for n in told(each)]

    assert {n for n in told(data) if n} == set()
    assert data["confederation"]["headcount"]["total"] is None
    await make.member(small)
    assert (await client.ask(document)).data["confederation"]["headcount"]["total"] == 5


# Sessions, keys and traces


async def test_an_answer_that_is_repeated_is_read_with_the_rights_of_now(
    make: Maker, client: Client, owner: asyncpg.Connection
) -> None:
    event, ana = await make.event(), await make.member()
    registration, desk = await make.registration(event, ana), await make.staff(Role.REGISTRAR)
    document = """mutation ($input: CheckInInput!) { checkIn(input: $input) {
        __typename ... on CheckInPayload { registration { name } } } }"""
    input = {"registrationId": encode_id("Registration", registration.id), "idempotencyKey": "door"}
    first = (await client.ask(document, {"input": input}, person=desk)).data["checkIn"]
    assert first["registration"] == {"name": name(ana)}
    await owner.execute("delete from role_grant where person_id = $1", desk.id)
    await owner.execute("update person set access_version = access_version + 1 where id = $1", desk.id)
    again = (await client.ask(document, {"input": input}, person=desk)).data["checkIn"]
    assert again == {"__typename": "CheckInPayload", "registration": None}
    stranger = (await client.ask(document, {"input": input}, person=await make.member())).data["checkIn"]
    assert stranger == {"__typename": "NotFound"}  # a key is its owner's own


@pytest.mark.parametrize("document", ["{ me { id } }", '{ event(slug: "x") { canRegister { allowed } } }'])
async def test_somebody_whose_credentials_end_is_told_so_on_the_next_request(
    make: Maker, client: Client, owner: asyncpg.Connection, document: str
) -> None:
    event = await make.event()
    document = document.replace('"x"', f'"{event.slug}"')
    ana = await make.member()
    assert (await client.ask(document, person=ana)).status == 200
    await owner.execute(
        "update person set deceased_on = current_date, access_version = access_version + 1 where id = $1", ana.id
    )
    assert (await client.ask(document, person=ana)).status == 401


@pytest.mark.promise("jobs-without-texts")
async def test_the_journal_of_a_registration_has_keys_and_states_only(make: Maker, client: Client) -> None:
    event, ana, desk = await make.event(), await make.member(), await make.staff(Role.REGISTRAR)
    document = """mutation ($input: RegisterOnBehalfInput!) { registerOnBehalf(input: $input) { __typename } }"""
    input = {"eventId": encode_id("Event", event.id), "personId": encode_id("Person", ana.id)}
    await client.ask(document, {"input": input}, person=desk)
    assert await make.count(Registration) == 1
    entries = await make.all(JournalEntry)
    assert [entry.association_id for entry in entries] == [event.association_id]
    for entry in entries:
        assert all(_is_key(value) or (str(value).isupper()) for value in entry.data.values()), entry.data
        assert ana.family_name not in str(entry)


def _is_key(value: object) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False
