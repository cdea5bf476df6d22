"""The world's events, with everything that hangs on them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import models as m
from tests.compiler.rows import NOW, QUARTERS, Rows, key
from tests.making import Maker, texts

_EVENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    # A name, whose it is, and what is special about it. Three begin at once: their order is their keys'.
    ("spring", "north", {"series_id": "meetings", "edition": 2, "follow_up_to_id": "autumn", "venue": QUARTERS}),
    ("summer", "north", {"summary": {"en": "In summer."}, "languages": []}),
    ("twin", "south", {"kind": m.EventKind.WEBINAR, "format": m.EventFormat.ONLINE, "city": None}),
    ("draft", "north", {"state": m.EventState.DRAFT, "published_at": None}),
    ("sketch", "south", {"state": m.EventState.DRAFT, "published_at": None, "kind": m.EventKind.SOCIAL}),
    (
        "autumn",
        "north",
        {
            "state": m.EventState.REPORTED,
            "series_id": "meetings",
            "edition": 1,
            "starts_at": datetime(2025, 10, 26, 12, 30, 15, 123400, tzinfo=UTC),
            "ends_at": datetime(2025, 10, 26, 16, 0, 0, 1, tzinfo=UTC),
        },
    ),
    (
        "winter",
        "union",
        {
            "state": m.EventState.CANCELLED,
            "cancellation_reason": texts("Neige", "Snow"),
            "registration_opens_at": NOW - timedelta(days=9),
            "registration_closes_at": NOW,
            "starts_at": NOW + timedelta(days=3),
            "ends_at": NOW + timedelta(days=4),
            "format": m.EventFormat.HYBRID,
        },
    ),
    ("tie", "north", {"city": "Éclair", "follow_up_to_id": "autumn"}),
)
_POOLS: dict[str, dict[str, int | None]] = {
    "spring": {"IN_PERSON": 4},
    "summer": {"IN_PERSON": None},
    "twin": {"ONLINE": 100},
    "draft": {"IN_PERSON": 9},
    "autumn": {"IN_PERSON": 20},
    "winter": {"IN_PERSON": 0, "ONLINE": None},
    "tie": {},
}


async def events(make: Maker) -> None:
    """Series, events in every part of their life, and their parts."""
    rows = Rows(make)
    for slug, name in (("meetings", texts("Rencontres", "Meetings")), ("unheld", {"fr": "Jamais"})):
        rows.add(m.EventSeries, slug, slug=slug, name=name, association_id=key("north"))
    await rows.save()
    start = NOW + timedelta(days=30)
    owners = {slug: association for slug, association, _ in _EVENTS}
    drafts = {slug for slug, _, columns in _EVENTS if columns.get("state") is m.EventState.DRAFT}
    for slug, association, columns in sorted(_EVENTS, key=lambda event: "follow_up_to_id" in event[2]):
        referring = {name: key(value) for name, value in columns.items() if name in ("series_id", "follow_up_to_id")}
        usual = {
            "kind": m.EventKind.STUDY_AND_EXCHANGE_MEETING,
            "format": m.EventFormat.IN_PERSON,
            "state": m.EventState.OPEN,
            "published_at": NOW - timedelta(days=60),
            "title": texts(f"Rencontre « {slug} »", f"Meeting “{slug}”"),
            "starts_at": start,
            "ends_at": start + timedelta(hours=3),
            "time_zone": "America/Toronto",
            "city": "Québec",
            "languages": ["fr", "en"],
        }
        rows.add(m.Event, slug, slug=slug, association_id=key(association), **(usual | columns | referring))
    await rows.save()

    def part(slug: str) -> dict[str, Any]:
        return {"event_id": key(slug), "association_id": key(owners[slug]), "published": slug not in drafts}

    for slug, association in owners.items():
        hosts = ((association, m.HostRole.HOST), *((("press", m.HostRole.PARTNER),) if slug == "spring" else ()))
        for rank, (host, role) in enumerate(hosts):
            rows.add(m.EventHost, f"{host} hosts {slug}", host_id=key(host), role=role, rank=rank, **part(slug))
        for rank in range({"spring": 3, "draft": 1}.get(slug, 0)):
            title = (None, texts("Autrice", "Author"), {"en": "Guest"})[rank]
            rows.add(m.Speaker, f"speaker {rank} of {slug}", name=f"Ève {rank}", rank=1, title=title, **part(slug))
        for format, capacity in _POOLS.get(slug, {}).items():
            rows.add(m.SeatPool, f"{format} of {slug}", format=m.EventFormat(format), capacity=capacity, **part(slug))
    audiences: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("spring", "managers", {}),
        ("spring", "insiders", {"by_interest": True, "opens_at": NOW}),
        ("draft", "everybody", {}),
    )
    for slug, segment, columns in audiences:
        usual = {"by_interest": False, "segment_id": key(segment)}
        rows.add(m.EventAudience, f"{segment} for {slug}", **(usual | columns), **part(slug))
    for slug, published_at in (("autumn", NOW - timedelta(days=1)), ("spring", None)):
        owned = {"association_id": key(owners[slug])}
        rows.add(
            m.Report,
            f"report of {slug}",
            event_id=key(slug),
            summary=texts("Compte rendu", "Report"),
            published_at=published_at,
            **owned,
        )
    await rows.save()
    for slug, published in (("autumn", True), ("spring", False)):
        for number in (2, 1):
            rows.add(
                m.Avenue,
                f"avenue {number} of {slug}",
                report_id=key(f"report of {slug}"),
                number=number,
                title=texts(f"Piste {number}", f"Avenue {number}"),
                association_id=key(owners[slug]),
                published=published,
            )
    await rows.save()


async def registrations(make: Maker) -> None:
    """Some who hold a seat, wait, cancelled, came and did not."""
    rows = Rows(make)
    states = m.RegistrationState
    came, did_not = ("ana", "ben", "cleo", "dan", "eve", "exavier"), ("finn", "gil", "hugo", "iris", "stan")
    registered: dict[str, list[tuple[str, m.RegistrationState]]] = {
        "spring": [
            ("ana", states.CONFIRMED),
            ("ben", states.CONFIRMED),
            ("eve", states.OFFERED),
            ("gil", states.CONFIRMED),
            ("dan", states.WAITLISTED),
            ("finn", states.WAITLISTED),
            ("cleo", states.CANCELLED),
        ],
        "autumn": [*((name, states.ATTENDED) for name in came), *((name, states.NO_SHOW) for name in did_not)],
        "twin": [("ana", states.REFUSED), ("gil", states.CONFIRMED)],
    }
    for slug, everybody in registered.items():
        (pool,) = _POOLS[slug]
        for i, (who, state) in enumerate(everybody):
            at = NOW - timedelta(days=200 - i // 2, microseconds=i)
            rows.add(
                m.Registration,
                f"{who} at {slug}",
                event_id=key(slug),
                association_id=key("south" if slug == "twin" else "north"),
                pool_id=key(f"{pool} of {slug}"),
                person_id=key(who),
                name=who.title(),
                state=state,
                agreed_amount=Decimal(10 + i) if state is states.WAITLISTED else None,
                agreed_currency="CAD" if state is states.WAITLISTED else None,
                priority=-1 if who == "finn" else 0,
                registered_at=at,
                confirmed_at=at if state in m.HOLDING_A_SEAT and state is not states.OFFERED else None,
                offered_at=at if state is states.OFFERED else None,
                offer_expires_at=NOW + timedelta(days=2) if state is states.OFFERED else None,
                cancelled_at=NOW if state is states.CANCELLED else None,
                cancellation_cause=m.CancellationCause.BY_PERSON if state is states.CANCELLED else None,
                checked_in_at=NOW - timedelta(days=127) if state is states.ATTENDED else None,
            )
            await rows.save()  # one by one: their order of arrival is theirs here
        for pool_row in await make.all(m.SeatPool, event_id=key(slug)):
            pool_row.taken = sum(state in m.HOLDING_A_SEAT for _, state in everybody)
            await make.save(pool_row)
