"""One confederation with a row of every table, and somebody of every standing towards them.

    above (umbrella) ── sees figures only ──┐
    beside (umbrella) ─ sees persons too ───┤
                                            home            elsewhere
The rows are home's, and Ana's where a person has them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from models import (
    AffiliationState,
    Avenue,
    CancellationReason,
    Confederation,
    Event,
    EventAudience,
    EventHost,
    EventState,
    IdempotencyRecord,
    JournalEntry,
    Membership,
    PersonReference,
    Position,
    PositionClass,
    Role,
    SeatPool,
    SegmentClause,
    Speaker,
)
from models.base import TenantRecord
from services.core.actor import Actor, anonymous, system
from services.core.work import begin
from tests.making import Maker

OPEN = ("closed", "published")  # the two ways that rows which can be published come in


@dataclass
class World:
    """`rows` by table and, where it can be published, way; `actors` by standing."""

    make: Maker
    rows: dict[str, TenantRecord | Confederation]
    actors: dict[str, Actor]


async def world(make: Maker) -> World:
    """Make it."""
    foreign = await make.other()
    home, elsewhere = await make.home(), await make.association()
    above, beside = await make.umbrella(), await make.umbrella()
    await make.affiliation(home, above)
    affiliation = await make.affiliation(home, beside, visible_from_above=True)
    application = await make.affiliation(elsewhere, above, state=AffiliationState.APPLIED)

    ana = await make.member(home, position_class=PositionClass.MANAGER, person={"reference": ("payroll", "1")})
    ex_member = await make.member(home, cancelled_on=date(2021, 1, 1), cancellation_reason=CancellationReason.RESIGNED)
    people = {
        "own": ana,
        "member": await make.member(home),
        "ex-member": ex_member,
        "staff": await make.staff(Role.ADMINISTRATOR, home),
        "former staff": await make.staff(Role.ADMINISTRATOR, home, ends_on=date(2021, 1, 1)),
        "staff elsewhere": await make.staff(Role.ADMINISTRATOR, elsewhere),
        "staff above": await make.staff(Role.ADMINISTRATOR, above, cascades=True),
        "staff beside": await make.staff(Role.ADMINISTRATOR, beside, cascades=True),
        "registrar": await make.staff(Role.REGISTRAR, home),
        "foreign staff": await foreign.staff(Role.ADMINISTRATOR),
    }
    rows: dict[str, TenantRecord | Confederation] = {
        "association": home,
        "affiliation": affiliation,
        "affiliation applied for": application,
        "person": ana,
        "mandate closed": await make.mandate(ana, home, published=False),
        "mandate published": await make.mandate(ana, home),
        "role_grant": await make.grant(ana, Role.COUNSELLOR, home),
        "event_series": await make.series(home),
    }
    for way in OPEN:
        published = way == "published"
        segment = await make.segment({"within_id": home.id}, association=home, published=published)
        event = await make.event(
            home, state=EventState.OPEN if published else EventState.DRAFT, invited=[segment], speakers=["Ève"]
        )
        report = await make.report(event, "Relève", published=published)
        rows |= {f"segment {way}": segment, f"event {way}": event, f"report {way}": report}
        rows[f"segment_clause {way}"] = (await make.all(SegmentClause, segment_id=segment.id))[0]
        rows[f"avenue {way}"] = (await make.all(Avenue, report_id=report.id))[0]
        for part in (EventHost, Speaker, SeatPool, EventAudience):
            rows[f"{part.__tablename__} {way}"] = (await make.all(part, event_id=event.id))[0]
    published_event = rows["event published"]
    assert isinstance(published_event, Event)
    rows["registration"] = await make.registration(published_event, ana)
    for model in (PersonReference, Position, Membership):
        rows[str(model.__tablename__)] = (await make.all(model, person_id=ana.id))[0]
    rows["membership_category"] = await make.category(home)
    now = datetime.now(UTC)
    rows["journal_entry"] = await make.add(
        JournalEntry,
        {},
        at=now,
        action="association.renamed",
        actor="person",
        actor_person_id=ana.id,
        subject_type="Association",
        subject_id=home.id,
        association_id=home.id,
    )
    rows["idempotency_record"] = await make.add(
        IdempotencyRecord, {}, person_id=ana.id, key="k", fingerprint="f", result={}, at=now
    )
    async with begin(make.database, system(make.tenant)) as work:
        confederation = await work.session.get(Confederation, make.tenant.id)
    assert confederation is not None
    rows["confederation"] = confederation
    actors = {standing: await make.actor(person) for standing, person in people.items()}
    return World(make, rows, {"anonymous": anonymous(make.tenant), **actors})
