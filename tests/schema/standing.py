"""A world to ask from every standing: for each read type, samples of its rows, and where a query finds them.

    above (umbrella) ── sees figures only ──┐
    beside (umbrella) ─ sees persons too ───┤
                                            home            elsewhere ── has applied to `above`
What is asked for is home's, and Ana's (`own`) where a person has it. Nothing here is changed by a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from models import (
    AffiliationState,
    Avenue,
    CancellationReason,
    Confederation,
    Event,
    EventAudience,
    EventState,
    ManagementLevel,
    MandateRole,
    Membership,
    MembershipStatus,
    Person,
    Position,
    PositionClass,
    Registration,
    RegistrationState,
    Role,
    Sector,
    Segment,
    Speaker,
)
from schema.relay import encode_id
from services.core.actor import system
from services.core.work import begin
from tests.making import Maker, texts

FAR = date(2099, 12, 31)


@dataclass(frozen=True)
class World:
    """`people` by standing; `samples` by type and label: the steps that lead to the row from the root of a query."""

    make: Maker
    foreign: Maker
    people: dict[str, Person | None]
    stranger: Person  # staff of the other confederation
    slugs: dict[str, str]
    samples: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def add(self, label: str, row: Any) -> None:
        """A sample that its global identifier leads to: "Event draft" is the Event `draft`."""
        type_name, _, name = label.partition(" ")
        self.ids[label] = encode_id(type_name, row.id)
        self.reached(type_name, name, f'node(id: "{self.ids[label]}")')

    def reached(self, type_name: str, name: str, *steps: str) -> None:
        """A sample that the steps lead to, of a list the first item."""
        self.samples.setdefault(type_name, {})[name] = steps


async def world(make: Maker) -> World:
    """Make it."""
    foreign = await make.other()
    home = make._home = await make.association(about=texts("De tous", "Of all"), website="https://home.example")
    elsewhere = await make.association()
    above, beside = await make.umbrella(), await make.umbrella()
    await make.affiliation(home, above)
    ana = await make.member(
        home, person={"given_name": "Ana", "region": "Québec"}, number="A-1", ends_on=FAR, grace_until=FAR
    )
    resigned: dict[str, Any] = {"cancelled_on": date(2021, 1, 1), "cancellation_reason": CancellationReason.RESIGNED}
    people: dict[str, Person | None] = {
        "anonymous": None,
        "own": ana,
        "member": await make.member(home, position_class=PositionClass.MANAGER),
        "ex-member": await make.member(home, **resigned),
        "member elsewhere": await make.member(elsewhere),
        "staff": await make.staff(Role.ADMINISTRATOR, home),
        "former staff": await make.staff(Role.ADMINISTRATOR, home, ends_on=date(2021, 1, 1)),
        "staff elsewhere": await make.staff(Role.ADMINISTRATOR, elsewhere),
        "staff above": await make.staff(Role.ADMINISTRATOR, above, cascades=True),
        "staff beside": await make.staff(Role.ADMINISTRATOR, beside, cascades=True),
        "registrar": await make.staff(Role.REGISTRAR, home),
        "membership officer": await make.staff(Role.MEMBERSHIP_OFFICER, home),
    }
    stranger, foreign_event = await foreign.staff(Role.ADMINISTRATOR), await foreign.event()
    slugs = {
        "home": home.slug,
        "foreign": (await foreign.home()).slug,
        "foreign event": foreign_event.slug,
    }
    made = World(make, foreign, people, stranger, slugs)
    made.ids["Person foreign"] = encode_id("Person", stranger.id)
    made.ids["Event foreign"] = encode_id("Event", foreign_event.id)
    await make.segment(slug="segment-elsewhere", association=elsewhere, published=False)
    hidden = await make.event(elsewhere, slug="draft-elsewhere", state=EventState.DRAFT)
    made.ids["Event elsewhere"] = encode_id("Event", hidden.id)
    made.ids["Person elsewhere"] = encode_id("Person", (await make.member(elsewhere)).id)
    async with begin(make.database, system(make.tenant)) as work:
        confederation = await work.session.get(Confederation, make.tenant.id)
        assert confederation is not None
        confederation.privacy_officer = "Me Aubé"
    made.reached("Confederation", "", "confederation")
    made.add("Association home", home)
    made.add("Association beside", beside)
    made.ids["Association elsewhere"] = encode_id("Association", elsewhere.id)
    made.add(
        "Affiliation decided",
        await make.affiliation(home, beside, visible_from_above=True, per_capita_rate=Decimal("12.50"), ends_on=FAR),
    )
    made.add("Affiliation applied for", await make.affiliation(elsewhere, above, state=AffiliationState.APPLIED))
    await _people(made)
    await _segments(made)
    await _events(made)
    await _figures(made)
    return made


async def _people(made: World) -> None:
    make, ana = made.make, made.people["own"]
    assert ana is not None
    chief = await make.member()
    post = await make.position(chief)
    await make.position(ana, reports_to_id=post.id, level=ManagementLevel.MIDDLE, ends_on=FAR)
    made.add("Person Ana", ana)
    made.add("Person chief", chief)
    made.add("Position Ana's", (await make.all(Position, person_id=ana.id))[0])
    made.add("Position chief's", post)
    made.add("MembershipCategory regular", await make.category())
    made.add("Membership Ana's", (await make.all(Membership, person_id=ana.id))[0])
    ex_member = made.people["ex-member"]
    assert ex_member is not None
    made.add("Membership ex-member's", (await make.all(Membership, person_id=ex_member.id))[0])
    made.add("Mandate closed", await make.mandate(ana, published=False, ends_on=FAR))
    made.add("Mandate published", await make.mandate(ana, role=MandateRole.SECRETARY))


async def _segments(made: World) -> None:
    make, home = made.make, await made.make.home()
    clause = {
        "within_id": home.id,
        "sector": Sector.PUBLIC,
        "mandate_role": MandateRole.TREASURER,
        "position_class": PositionClass.MANAGER,
        "level": ManagementLevel.EXECUTIVE,
        "membership_status": MembershipStatus.NEW,
        "locale": "fr",
        "region": "Outaouais",
    }
    for way in ("closed", "published"):
        segment = await make.segment(clause, slug=f"segment-{way}", published=way == "published")
        made.add(f"Segment {way}", segment)
        made.reached("SegmentClause", way, f'node(id: "{made.ids[f"Segment {way}"]}") {{ ... on Segment', "clauses")


async def _events(made: World) -> None:
    make, ana = made.make, made.people["own"]
    assert ana is not None
    segments = {segment.slug: segment for segment in await make.all(Segment)}
    now = datetime.now(UTC).replace(microsecond=0)
    series = await make.series(slug="series")
    held = await make.event(
        slug="held",
        state=EventState.HELD,
        starts_at=now - timedelta(days=3),
        invited=[segments["segment-closed"]],
        capacity=9,
    )
    past = now - timedelta(days=9)
    reported = await make.event(slug="reported", state=EventState.REPORTED, starts_at=past, capacity=9)
    said: dict[str, Any] = {
        "summary": texts("Résumé", "Summary"),
        "venue": "Salle A",
        "series_id": series.id,
        "follow_up_to_id": reported.id,
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": now + timedelta(days=20),
    }
    invited: dict[str, Any] = {"invited": [segments["segment-published"]], "speakers": ["Ève"], "capacity": 9}
    published = await make.event(slug="published", edition=1, **invited, **said)
    draft = await make.event(slug="draft", state=EventState.DRAFT, edition=2, **invited, **said)
    sequel: dict[str, Any] = {"follow_up_to_id": published.id}
    cancelled = await make.event(
        slug="cancelled", state=EventState.CANCELLED, cancellation_reason=texts("Neige", "Snow"), **sequel
    )
    events = {"published": published, "draft": draft, "held": held, "reported": reported, "cancelled": cancelled}
    for name, event in events.items():
        _event(made, name, event)
    made.add("EventSeries", series)
    for name, event in events.items():
        steps = made.samples["Event"][name]
        if name in ("published", "draft", "held"):
            made.reached("EventHost", f"of {name}", *steps, "hosts")
            made.reached("EventAudience", f"of {name}", *steps, "audiences")
            made.add(f"SeatPool of {name}", await make.pool(event))
        if name in ("reported", "draft"):
            made.reached("Attendance", f"of {name}", *steps, "attendance")
        if name in ("published", "draft"):
            made.reached("Eligibility", f"of {name}", *steps, "canRegister")
            (audience,) = await make.all(EventAudience, event_id=event.id)
            audience.opens_at = now - timedelta(days=2)
            (speaker,) = await make.all(Speaker, event_id=event.id)
            speaker.title = texts("Professeure", "Professor")
            await make.save(speaker, audience)
            made.add(f"Speaker of {name}", speaker)
    for way, event in (("published", reported), ("closed", held)):
        report = await make.report(event, "Relève", published=way == "published")
        made.add(f"Report {way}", report)
        made.add(f"Avenue {way}", (await make.all(Avenue, report_id=report.id))[0])
    await _registrations(made, ana, events)


def _event(made: World, name: str, event: Event) -> None:
    made.ids[f"Event {name}"] = encode_id("Event", event.id)
    made.reached("Event", name, f'event(slug: "{event.slug}")')


async def _registrations(made: World, ana: Person, events: Mapping[str, Event]) -> None:
    make = made.make
    made.add("Registration confirmed", await make.registration(events["published"], ana))
    made.add("Registration absent", await make.registration(events["held"], ana, RegistrationState.NO_SHOW))
    made.add("Registration of a draft", await make.registration(events["draft"], ana, RegistrationState.WAITLISTED))
    made.add("Registration attended", await make.registration(events["reported"], ana, RegistrationState.ATTENDED))
    made.add("Registration cancelled", await make.registration(events["cancelled"], ana, RegistrationState.CANCELLED))
    home = await make.home()
    for _ in range(5):  # enough to be told as figures
        member = await make.member(home, position_class=PositionClass.MANAGER)
        await make.registration(events["reported"], member, RegistrationState.ATTENDED)
    # For mutations: an event that anybody may register for, and one that has begun.
    now = datetime.now(UTC).replace(microsecond=0)
    _event(made, "open", await make.event(slug="open", capacity=3))
    begun = await make.event(slug="begun", state=EventState.CLOSED, starts_at=now - timedelta(hours=1))
    _event(made, "begun", begun)
    _event(made, "announced", await make.event(slug="announced", state=EventState.PUBLISHED))
    made.add("Registration here", await make.registration(begun, ana, RegistrationState.ATTENDED))
    assert await make.count(Registration, person_id=ana.id) == 6


async def _figures(made: World) -> None:
    home = f'node(id: "{made.ids["Association home"]}") {{ ... on Association'
    made.reached("Headcount", "home's", home, "headcount")
    for type_name, field_name in (
        ("PositionClassCount", "byPositionClass"),
        ("SectorCount", "bySector"),
        ("AssociationCount", "byAssociation"),
    ):
        made.reached(type_name, "home's", home, "headcount", field_name)
