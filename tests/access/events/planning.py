"""Events of every state, with what belongs to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import Event, EventAudience, EventHost, EventState, Segment, Speaker
from tests.access.asking import page
from tests.access.world import World
from tests.making import texts

AFTER = ("people.segments",)


async def rows(world: World) -> None:
    """Events by what they are asked about; `open`, `begun` and `announced` are for mutations."""
    make = world.make
    now = datetime.now(UTC).replace(microsecond=0)
    closed, published = world.row(Segment, "closed"), world.row(Segment, "published")
    series = await make.series(slug="series")
    world.add("EventSeries", series)
    past: dict[str, Any] = {"starts_at": now - timedelta(days=9), "capacity": 9}
    reported = await _event(world, "reported", state=EventState.REPORTED, **past)
    held = {"starts_at": now - timedelta(days=3), "invited": [closed], "capacity": 9}
    await _event(world, "held", state=EventState.HELD, **held)
    said: dict[str, Any] = {
        "summary": texts("Résumé", "Summary"),
        "venue": "Salle A",
        "series_id": series.id,
        "follow_up_to_id": reported.id,
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=20),
        "invited": [published],
        "speakers": ["Ève"],
        "capacity": 9,
        "offer_hours": 48,
    }
    sequel = {"follow_up_to_id": (await _event(world, "published", edition=1, **said)).id}
    draft = await _event(world, "draft", state=EventState.DRAFT, edition=2, **said)
    await make.event(slug="after-the-draft", state=EventState.DRAFT, follow_up_to_id=draft.id)
    snow = texts("Neige", "Snow")
    await _event(world, "cancelled", state=EventState.CANCELLED, cancellation_reason=snow, **sequel)
    await _event(world, "open", capacity=3)
    await _event(world, "begun", state=EventState.CLOSED, starts_at=now - timedelta(hours=1))
    await _event(world, "announced", state=EventState.PUBLISHED)
    for name in ("published", "draft", "held"):
        steps = world.samples["Event"][name]
        event = world.row(Event, name)
        (host,) = await make.all(EventHost, event_id=event.id)
        (audience,) = await make.all(EventAudience, event_id=event.id)
        audience.opens_at = now - timedelta(days=2)
        world.add(f"EventHost of {name}", host, *steps, "hosts")
        world.add(f"EventAudience of {name}", audience, *steps, "audiences")
        world.add(f"SeatPool of {name}", await make.pool(event))
        await make.save(audience)
    for name in ("published", "draft"):
        (speaker,) = await make.all(Speaker, event_id=world.row(Event, name).id)
        speaker.title = texts("Professeure", "Professor")
        await make.save(speaker)
        world.add(f"Speaker of {name}", speaker)
    world.named("Event elsewhere", await make.event(world.elsewhere, slug="draft-elsewhere", state=EventState.DRAFT))
    world.named("Event foreign", await world.foreign.event())


async def _event(world: World, name: str, **columns: Any) -> Event:
    event = await world.make.event(slug=name, **columns)
    world.add(f"Event {name}", event, f'event(slug: "{name}")')
    return event


def roots(world: World) -> dict[str, dict[str, str]]:
    """Events of this confederation and of another."""
    foreign = world.row(Event, "foreign").slug
    return {
        "event": {
            "published": 'event(slug: "published") { id }',
            "draft": 'event(slug: "draft") { id }',
            "another tenant's": f'event(slug: "{foreign}") {{ id }}',
        },
        "events": {"": page("events"), "a draft": page("events", "draft"), "another tenant's": page("events", foreign)},
        "eventSeries": {"": 'eventSeries(slug: "series") { id }'},
    }


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do to events."""
    ids = world.ids
    plan = {
        "associationId": ids["Association home"],
        "slug": "planned",
        "title": [{"locale": "FR", "text": "Colloque"}],
        "kind": "CONVENTION",
        "format": "ONLINE",
        "startsAt": "2099-01-01T12:00:00Z",
        "endsAt": "2099-01-01T13:00:00Z",
    }
    there = plan | {"associationId": ids["Association elsewhere"]}
    audiences = {"audiences": [{"segmentId": ids["Segment closed"]}]}
    host = {"associationId": ids["Association elsewhere"], "role": "PARTNER"}
    later = {"startsAt": plan["startsAt"], "endsAt": plan["endsAt"]}

    def event(*labels: str) -> dict[str, dict[str, Any]]:
        return {label: {"eventId": ids[f"Event {label}"]} for label in labels}

    def seats(label: str) -> dict[str, Any]:
        return {"seatPoolId": ids[f"SeatPool {label}"], "limit": {"seats": 40}}

    return {
        "createEvent": {
            "at home": plan,
            "in a series, with a host": plan | {"eventSeriesId": ids["EventSeries"], "hosts": [host]},
            "for a closed segment": plan | audiences,
            "elsewhere, for a closed segment of home": there | audiences,
            "elsewhere, after a draft of home": there | {"followUpToId": ids["Event draft"]},
        },
        "publishEvent": event("draft"),
        "openRegistration": event("announced", "draft"),
        "closeRegistration": event("open", "draft"),
        "holdEvent": event("begun"),
        "cancelEvent": event("open", "draft"),
        "postponeEvent": {label: given | later for label, given in event("open", "draft").items()},
        "updateRegistrationRules": {
            label: given | {"offerHours": 24} for label, given in event("open", "draft").items()
        },
        "updateSeatPool": {label: seats(label) for label in ("of published", "of draft")},
    }
