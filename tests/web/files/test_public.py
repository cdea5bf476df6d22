"""Calendars and tickets over HTTP: read as anybody reads them, kept by caches, deaf to hostile addresses."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from icalendar import Calendar

from models import EventHost, EventState, HostRole, Registration, RegistrationGuest, RegistrationState
from tests.client import Answer, Client
from tests.making import Maker, texts
from tests.services.events.mail.test_messages import matrix_of, matrix_of_code

START = datetime(2099, 3, 4, 14, 0, tzinfo=UTC)


async def get(client: Client, make: Maker, path: str, **headers: str) -> Answer:
    """What is at an address of the confederation."""
    return await client.send(f"/{make.tenant.slug}/{path}", method="GET", headers=headers)


def entries(answer: Answer) -> list[Any]:
    """The events of a calendar, which a parser finds nothing wrong with."""
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(answer.body)
    assert calendar["version"] == "2.0"
    found = calendar.walk("VEVENT")
    assert all(not each.errors for each in [calendar, *found])
    assert all(len(line) <= 75 for line in answer.body.split(b"\r\n"))
    return list(found)


async def test_an_event_is_a_calendar(make: Maker, client: Client) -> None:
    event = await make.event(
        starts_at=START,
        venue="Salle A, 2e; étage",
        title=texts("Été", "Summer"),
        summary=texts("Ligne\nune", "Line one"),
    )
    path = f"events/{event.slug}.ics"
    (entry,) = entries(await get(client, make, path))
    assert (entry["uid"], entry["sequence"], entry["status"]) == (str(event.id), 0, "CONFIRMED")
    assert (entry.start, entry.end) == (START, START + timedelta(hours=3))
    assert (str(entry["summary"]), str(entry["description"])) == ("Été", "Ligne\nune")
    assert str(entry["location"]) == "Salle A, 2e; étage, Québec"
    (english,) = entries(await get(client, make, f"{path}?locale=en"))
    assert str(english["summary"]) == "Summer"
    (other,) = entries(await get(client, make, f"{path}?locale=../etc"))
    assert str(other["summary"]) == "Été"


async def test_the_address_of_a_calendar_is_told_with_the_event(make: Maker, client: Client) -> None:
    event = await make.event(starts_at=START)
    data = (await client.ask(f'{{ event(slug: "{event.slug}") {{ icsUrl }} }}')).data
    assert data == {"event": {"icsUrl": f"/{make.tenant.slug}/events/{event.slug}.ics"}}
    assert entries(await client.send(data["event"]["icsUrl"], method="GET"))


@pytest.mark.parametrize(
    ("state", "status"), [(EventState.CANCELLED, "CANCELLED"), (EventState.POSTPONED, "TENTATIVE")]
)
async def test_what_becomes_of_an_event_is_told_to_calendars(
    make: Maker, client: Client, state: EventState, status: str
) -> None:
    event = await make.event(starts_at=START, state=state, sequence=3)
    (entry,) = entries(await get(client, make, f"events/{event.slug}.ics"))
    assert (entry["status"], entry["sequence"]) == (status, 3)


async def test_an_associations_feed_has_what_it_organises_and_hosts(make: Maker, client: Client) -> None:
    home, other = await make.home(), await make.association()
    own = await make.event(starts_at=START)
    hosted, elsewhere = [await make.event(other, starts_at=START) for _ in range(2)]
    await make.save(
        EventHost(
            confederation_id=make.tenant.id,
            event_id=hosted.id,
            host_id=home.id,
            role=HostRole.PARTNER,
            association_id=other.id,
            published=True,
        )
    )
    await make.event(state=EventState.DRAFT, starts_at=START)
    await make.event(state=EventState.HELD, starts_at=datetime.now(UTC) - timedelta(days=400))
    path = f"associations/{home.slug}/events.ics"
    answer = await get(client, make, path)
    assert {entry["uid"] for entry in entries(answer)} == {str(own.id), str(hosted.id)}
    assert str(elsewhere.id) not in answer.body.decode()
    assert entries(await get(client, make, f"associations/{(await make.association()).slug}/events.ics")) == []
    mark = answer.headers["etag"]
    assert answer.headers["cache-control"] == "public, max-age=300"
    for known in (mark, f'"x", W/{mark}', "*"):
        again = await get(client, make, path, **{"if-none-match": known})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", mark)
    own.venue = "Salle B"
    await make.save(own)
    changed = await get(client, make, path, **{"if-none-match": mark})
    assert changed.status == 200
    assert changed.headers["etag"] != mark


async def test_a_ticket_is_a_picture_for_whoever_has_its_code(make: Maker, client: Client) -> None:
    event, ana = await make.event(), await make.member()
    registration = await make.registration(event, ana)
    guest = await make.add(
        RegistrationGuest,
        {},
        registration_id=registration.id,
        event_id=event.id,
        association_id=event.association_id,
        person_id=ana.id,
        name="Léo",
    )
    for row in (registration, guest):
        code = (await make.fresh(row)).ticket_code
        png, svg = [await get(client, make, f"tickets/{code}.{kind}") for kind in ("png", "svg")]
        assert (png.headers["content-type"], matrix_of(png.body)) == ("image/png", matrix_of_code(code))
        assert svg.headers["content-type"].startswith("image/svg+xml")
        assert b"<svg" in svg.body
        for answer in (png, svg):
            assert (answer.headers["x-robots-tag"], answer.headers["referrer-policy"]) == ("noindex", "no-referrer")
            assert answer.headers["cache-control"].startswith("private")
            assert "Tremblay" not in str(answer.body)
    document = f'{{ event(slug: "{event.slug}") {{ myRegistration {{ ticketUrl }} }} }}'
    told = (await client.ask(document, person=ana)).data["event"]["myRegistration"]["ticketUrl"]
    assert (await client.send(told, method="GET")).status == 200


async def test_a_ticket_ends_with_its_registration_and_is_its_confederations(make: Maker, client: Client) -> None:
    other = await make.other()
    foreign = await other.registration(await other.event(), await other.member())
    registration = await make.registration(
        await make.event(), await make.member(), RegistrationState.CANCELLED, cancelled_at=datetime.now(UTC)
    )
    for row in (await other.fresh(foreign), await make.fresh(registration)):
        assert (await get(client, make, f"tickets/{row.ticket_code}.png")).status == 404
    assert await make.count(Registration) == 1


async def test_what_is_absent_invisible_or_hostile_is_the_same_answer(make: Maker, client: Client) -> None:
    draft = await make.event(state=EventState.DRAFT)
    undone = await make.event(state=EventState.CANCELLED, published_at=None)
    foreign = await (await make.other()).event()
    nothing = await get(client, make, "nothing")
    assert nothing.status == 404
    slugs = [
        draft.slug, undone.slug, foreign.slug, "absent", "x" * 200, "%00", "%0d%0aset-cookie:%20a=b", "..%2f..%2fapp",
        quote("é"), "%ff", "\x00", "é", "🎉", "a\r\nset-cookie: a=b", "a'--", "{slug}", "*", "%F0%9F%8E%89",
    ]  # fmt: skip
    paths = [f"events/{slug}.ics" for slug in slugs]
    paths += [f"associations/{slug}/events.ics" for slug in slugs]
    paths += [f"tickets/{slug}.png" for slug in slugs] + [f"tickets/{'A' * 20}.svg", "tickets/.png", "tickets/A.gif"]
    for path in paths:
        answer = await get(client, make, path)
        assert (answer.status, answer.body) == (404, nothing.body), path
        assert "set-cookie" not in answer.headers
    for slug in ("absent", "%00", "x" * 200, quote("é")):
        assert (await client.send(f"/{slug}/events/a.ics", method="GET")).status == 404
    event = await make.event()
    assert (await get(client, make, f"events/{event.slug}.ics")).status == 200
    assert (await client.send(f"/{make.tenant.slug}/events/{event.slug}.ics", method="POST")).status == 405
