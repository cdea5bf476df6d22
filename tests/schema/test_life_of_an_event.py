"""An event from draft to report, as a registration desk and an association's website live it: by mutations alone."""

from datetime import timedelta
from typing import Any

from models import Event, EventState, JournalEntry, Person, Registration, Role
from schema.base.ids import encode_id
from tests.client import Client
from tests.making import Maker

PLAN = """
mutation ($input: CreateEventInput!) { createEvent(input: $input) {
  __typename
  ... on CreateEventPayload { event { id slug state title(locale: EN) hosts { role association { slug } }
    speakers { name title(locale: FR) } seatPools { format capacity taken }
    audiences { byInterest segment { slug } } } }
  ... on Problem { code path message(locale: EN) } } }
"""


async def do(client: Client, verb: str, person: Person, **input: Any) -> Any:
    """A mutation's payload, or its problem."""
    title = verb[0].upper() + verb[1:]
    shows = "registration { state }" if verb in ("checkIn", "registerOnBehalf") else "event { state }"
    shows = "report { publishedAt avenues { number title(locale: EN) } }" if "Report" in verb else shows
    document = f"""mutation ($input: {title}Input!) {{ {verb}(input: $input) {{
        __typename ... on {title}Payload {{ {shows} }} ... on Problem {{ code path }} }} }}"""
    return (await client.ask(document, {"input": input}, person=person)).data[verb]


async def a_plan(make: Maker) -> tuple[Person, dict[str, Any]]:
    """A registrar, and the input of an event to plan."""
    association, partner = await make.association(), await make.association()
    segment = await make.segment(association=association)
    now = (await make.event(association)).starts_at
    return await make.staff(Role.REGISTRAR, association), {
        "associationId": encode_id("Association", association.id),
        "slug": "colloque",
        "title": [{"locale": "FR", "text": "Colloque"}, {"locale": "EN", "text": "Symposium"}],
        "kind": "CONVENTION",
        "format": "HYBRID",
        "startsAt": (now + timedelta(days=30)).isoformat(),
        "endsAt": (now + timedelta(days=31)).isoformat(),
        "hosts": [
            {"associationId": encode_id("Association", association.id), "role": "HOST"},
            {"associationId": encode_id("Association", partner.id), "role": "PARTNER"},
        ],
        "speakers": [{"name": "Jacques Lusignan", "title": [{"locale": "FR", "text": "Professeur"}]}],
        "seatPools": [{"format": "IN_PERSON", "capacity": 2}, {"format": "ONLINE"}],
        "audiences": [{"segmentId": encode_id("Segment", segment.id), "byInterest": True}],
    }


async def test_a_planned_event_shows_all_that_was_planned(make: Maker, client: Client) -> None:
    registrar, plan = await a_plan(make)
    planned = (await client.ask(PLAN, {"input": plan}, person=registrar)).data["createEvent"]["event"]
    assert planned["state"] == "DRAFT"
    assert planned["title"] == "Symposium"
    assert [host["role"] for host in planned["hosts"]] == ["HOST", "PARTNER"]
    assert planned["speakers"] == [{"name": "Jacques Lusignan", "title": "Professeur"}]
    assert planned["seatPools"] == [
        {"format": "IN_PERSON", "capacity": 2, "taken": 0},
        {"format": "ONLINE", "capacity": None, "taken": 0},
    ]
    assert planned["audiences"][0]["byInterest"] is True


async def test_a_plan_that_breaks_a_rule_says_where_and_nothing_is_planned(make: Maker, client: Client) -> None:
    registrar, plan = await a_plan(make)
    for change, code in (
        ({"slug": "No Such Slug"}, "INVALID_INPUT"),
        ({"endsAt": plan["startsAt"]}, "INVALID_INPUT"),
        ({"title": []}, "INVALID_INPUT"),
        ({"associationId": "nothing"}, "NOT_FOUND"),
    ):
        refused = (await client.ask(PLAN, {"input": plan | change}, person=registrar)).data["createEvent"]
        assert (refused["code"], refused["path"]) == (code, [next(iter(change))]), refused
    assert await make.count(Event, slug="colloque") == 0
    assert await make.count(JournalEntry) == 0


async def test_a_draft_is_nobody_elses_until_it_is_published(make: Maker, client: Client) -> None:
    registrar, plan = await a_plan(make)
    event = (await client.ask(PLAN, {"input": plan}, person=registrar)).data["createEvent"]["event"]["id"]
    document = '{ event(slug: "colloque") { slug hosts { role } speakers { name } } }'
    assert (await client.ask(document)).data == {"event": None}
    assert await do(client, "publishEvent", registrar, eventId=event) == {
        "__typename": "PublishEventPayload",
        "event": {"state": "PUBLISHED"},
    }
    seen = (await client.ask(document)).data["event"]
    assert (len(seen["hosts"]), len(seen["speakers"])) == (2, 1)


async def test_an_event_lives_from_open_to_its_published_report(make: Maker, client: Client) -> None:
    association = await make.association()
    registrar = await make.staff(Role.REGISTRAR, association)
    members = [await make.member(association) for _ in range(6)]
    made = await make.event(association, state=EventState.PUBLISHED)
    event = encode_id("Event", made.id)
    assert (await do(client, "openRegistration", registrar, eventId=event))["event"] == {"state": "OPEN"}
    for member in members:
        registered = await do(
            client, "registerOnBehalf", registrar, eventId=event, personId=encode_id("Person", member.id)
        )
        assert registered["registration"] == {"state": "CONFIRMED"}
    for registration in await make.all(Registration):
        checked = await do(client, "checkIn", registrar, registrationId=encode_id("Registration", registration.id))
        assert checked["registration"] == {"state": "ATTENDED"}
    assert (await do(client, "closeRegistration", registrar, eventId=event))["event"] == {"state": "CLOSED"}
    too_early = await do(client, "publishReport", registrar, eventId=event)
    assert too_early["code"] in ("WRONG_EVENT_STATE", "NOT_FOUND")
    await make.save(*[_started(made)])
    assert (await do(client, "holdEvent", registrar, eventId=event))["event"] == {"state": "HELD"}
    avenues = [{"title": [{"locale": "EN", "text": text}]} for text in ("Identity", "Solidarity")]
    summary = [{"locale": "EN", "text": "What was said."}]
    drafted = await do(client, "draftReport", registrar, eventId=event, summary=summary, avenues=avenues)
    assert drafted["report"]["publishedAt"] is None
    document = (
        f'{{ event(slug: "{made.slug}") {{ state attendance {{ attended }} report {{ avenues {{ number }} }} }} }}'
    )
    assert (await client.ask(document)).data["event"]["report"] is None
    published = await do(client, "publishReport", registrar, eventId=event)
    assert [avenue["title"] for avenue in published["report"]["avenues"]] == ["Identity", "Solidarity"]
    assert (await client.ask(document)).data["event"] == {
        "state": "REPORTED",
        "attendance": {"attended": 6},
        "report": {"avenues": [{"number": 1}, {"number": 2}]},
    }


def _started(event: Event) -> Event:
    event.starts_at -= timedelta(days=365)
    event.ends_at -= timedelta(days=365)
    return event
