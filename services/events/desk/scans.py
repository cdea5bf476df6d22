"""Scans at the door, in batches as desks bring them: late, again, and in any order.

A ticket's scans are judged anew together whenever one arrives (`attendance`), under the registration's lock, so the
rows come out the same in whatever order, and by however many desks, they were brought. What was refused is kept.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col

from models import (
    MANAGE_REGISTRATIONS,
    Event,
    EventState,
    Registration,
    RegistrationGuest,
    RegistrationState,
    Scan,
    ScanKind,
    ScanRefusal,
)
from services.core.checks import check_moment, check_text
from services.core.errors import InvalidInput
from services.core.text import cleaned
from services.core.work import Work
from services.events.desk.attendance import AT_THE_DOOR, Attendance, decide

MOST_SCANS_PER_BATCH = 500
"""Scans in one batch."""
MOST_CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a desk's clock may be."""
LONGEST_KEPT_CODE = 201
"""Characters of a code that are kept; a code as long as that is no ticket's."""
DESK_STATES = (EventState.OPEN, EventState.CLOSED, EventState.HELD)
"""The states of an event in which attendance is taken: registration may be open at the door, and a desk that was
offline brings its scans after the event was held. With the report, the figures stand."""
ADMITTED_STATES = (RegistrationState.CONFIRMED, RegistrationState.ATTENDED, RegistrationState.NO_SHOW)
"""Whom the door is open to. After the event was held, a late scan takes back a NO_SHOW."""

Ticket = tuple[UUID, UUID | None]
"""A registration, or one of its guests."""


@dataclass(frozen=True)
class ScanInput:
    """A scan as a desk brings it: its own nonce and time, and the code as it was read."""

    nonce: str
    kind: ScanKind
    code: str
    at: datetime
    device: str | None = None


async def record_scans(work: Work, event_id: UUID, scans: Sequence[ScanInput]) -> Event:
    """Take a batch of `MOST_SCANS_PER_BATCH` at the most. Asks for `registrations.manage` in the event's association.

    A nonce that is known changes nothing: the scan stands as it was brought first. Each of the others is accepted, or
    kept with why it was refused: one bad scan keeps no good one out, however often a desk brings the batch again.
    InvalidInput, for the whole batch, for one that is empty or too large, and for a scan without a nonce, which could
    not be told from others.
    """
    event = await work.find(Event, event_id, "eventId")
    work.actor.require(MANAGE_REGISTRATIONS, event.association_id)
    brought = _checked(scans)
    new = await _unknown(work, event, brought)
    if not new:
        return event
    state = await _state_meanwhile(work, event)
    tickets = await _tickets(work, event, {_code(scan.code) for _, scan in new})
    registrations = await _locked(work, {registration_id for registration_id, _ in tickets.values()})
    rows = []
    for _, scan in new:
        registration_id, guest_id = tickets.get(_code(scan.code), (None, None))
        refusal = _malformed(work, event, scan) or _at_the_door(
            state, registrations.get(registration_id) if registration_id else None
        )
        rows.append(_row(work, event, scan, (registration_id, guest_id), refusal))
    written = await take(work, state, registrations, rows)
    await work.record(
        "event.scanned", event, data={"scans": len(written), "refused": sum(row.refusal is not None for row in written)}
    )
    return event


async def take(
    work: Work, state: EventState, registrations: Mapping[UUID, Registration], rows: Sequence[Scan]
) -> list[Scan]:
    """Write new scans of locked registrations, and judge those of the same tickets anew; those that were written.

    Not those that another desk has brought at the same moment.
    """
    tickets = {(row.registration_id, row.guest_id) for row in rows if row.registration_id and row.refusal is None}
    guests = await _guests(work, {guest_id for _, guest_id in tickets if guest_id})
    await work.flush()
    scans = await _scans(work, {id for id, _ in tickets})
    unscanned = [
        early
        for id, guest_id in tickets
        if not any(scan.refusal not in AT_THE_DOOR for scan in scans[id, guest_id])
        for early in _noted_without_a_scan(registrations[id], guests[guest_id] if guest_id else None)
    ]
    written = await _insert(work, [*unscanned, *rows])
    scans = await _scans(work, {id for id, _ in tickets})
    for id, guest_id in sorted(tickets, key=str):
        comes_to = decide(scans[id, guest_id])
        if guest_id is None:
            await _stand(work, state, registrations[id], comes_to)
        else:
            await _stand_as_guest(work, guests[guest_id], comes_to)
    await work.flush()
    return [row for row in written if row.nonce in {row.nonce for row in rows}]


async def last_at(work: Work, registration: Registration) -> datetime | None:
    """The time of a registration's last scan that is kept, whoever's clock it is by."""
    scans = (await _scans(work, [registration.id]))[registration.id, None]
    return max((scan.at for scan in scans), default=registration.checked_out_at or registration.checked_in_at)


# Input


def _checked(scans: Sequence[ScanInput]) -> list[tuple[int, ScanInput]]:
    """The scans with their places in the batch, each nonce once."""
    if not 1 <= len(scans) <= MOST_SCANS_PER_BATCH:
        raise InvalidInput(f"1 to {MOST_SCANS_PER_BATCH} scans", f"{len(scans)}", path=("scans",))
    found: dict[str, tuple[int, ScanInput]] = {}
    for i, scan in enumerate(scans):
        checked = ScanInput(
            check_text(scan.nonce, "scans", str(i), "nonce", most=100),
            scan.kind,
            cleaned(scan.code)[:LONGEST_KEPT_CODE],
            check_moment(scan.at, "scans", str(i), "at"),
            None if scan.device is None else cleaned(scan.device)[:100] or None,
        )
        found.setdefault(checked.nonce, (i, checked))
    return list(found.values())


def _malformed(work: Work, event: Event, scan: ScanInput) -> ScanRefusal | None:
    """Why a scan can't be taken for what it says, whoever's ticket it is."""
    if not 0 < len(scan.code) < LONGEST_KEPT_CODE:
        return ScanRefusal.UNREADABLE
    zone = ZoneInfo(event.time_zone)
    eve = event.starts_at.astimezone(zone).date() - timedelta(days=1)
    earliest, latest = datetime.combine(eve, time(), zone).astimezone(UTC), work.now + MOST_CLOCK_SKEW
    return None if earliest <= scan.at <= latest else ScanRefusal.WRONG_CLOCK


def _code(text: str) -> str:
    """A ticket's code as it is kept: a reader may add white space, a person lower case."""
    return text.strip().upper()


# What there is


async def _unknown(work: Work, event: Event, scans: Sequence[tuple[int, ScanInput]]) -> list[tuple[int, ScanInput]]:
    known = work.select(col(Scan.nonce)).where(
        col(Scan.event_id) == event.id,
        col(Scan.nonce).in_([scan.nonce for _, scan in scans]),
    )
    there = set(await work.session.scalars(known))
    return [item for item in scans if item[1].nonce not in there]


async def _state_meanwhile(work: Work, event: Event) -> EventState:
    """Where the event is in its life, and stays until this is committed.

    Whoever moves it on has its row; to hold it turns every confirmed registration into a no-show, and would meet a
    batch that locks as many in another order.
    """
    query = work.select(col(Event.state), lock="share").where(col(Event.id) == event.id)
    async with work.elevated("the desk keeps an event from moving on, and may not change it"):
        return (await work.session.execute(query)).scalar_one()


async def _tickets(work: Work, event: Event, codes: Collection[str]) -> dict[str, Ticket]:
    """What each of the codes is the ticket of, at this event."""
    registrations = work.select(col(Registration.ticket_code), col(Registration.id)).where(
        col(Registration.event_id) == event.id,
        col(Registration.ticket_code).in_(codes),
    )
    guests = work.select(
        col(RegistrationGuest.ticket_code), col(RegistrationGuest.registration_id), col(RegistrationGuest.id)
    ).where(
        col(RegistrationGuest.event_id) == event.id,
        col(RegistrationGuest.ticket_code).in_(codes),
    )
    found: dict[str, Ticket] = {code: (id, None) for code, id in await work.session.execute(registrations)}
    return found | {code: (id, guest_id) for code, id, guest_id in await work.session.execute(guests)}


async def _locked(work: Work, ids: Collection[UUID]) -> dict[UUID, Registration]:
    """The registrations, those locked that may come in.

    Not who waits: the line is fed in its own order, and would wait for us while we wait for it.
    """
    which = col(Registration.id).in_(ids)
    admitted = (
        work.select(Registration, lock=True)
        .where(which, col(Registration.state).in_(ADMITTED_STATES))
        .order_by(col(Registration.id))
    )
    others = work.select(Registration).where(which)
    found = {row.id: row for row in await work.session.scalars(admitted)}
    return {row.id: row for row in await work.session.scalars(others)} | found


async def _guests(work: Work, ids: Collection[UUID]) -> dict[UUID, RegistrationGuest]:
    """The guests as they are under their registrations' locks."""
    query = work.select(RegistrationGuest).where(col(RegistrationGuest.id).in_(ids))
    return {row.id: row for row in await work.session.scalars(query)}


async def _scans(work: Work, ids: Collection[UUID]) -> defaultdict[Ticket, list[Scan]]:
    query = work.select(Scan).where(col(Scan.registration_id).in_(ids))
    found: defaultdict[Ticket, list[Scan]] = defaultdict(list)
    for scan in await work.session.scalars(query):
        assert scan.registration_id is not None
        found[scan.registration_id, scan.guest_id].append(scan)
    return found


# What is written


def _row(
    work: Work, event: Event, scan: ScanInput, ticket: tuple[UUID | None, UUID | None], refusal: ScanRefusal | None
) -> Scan:
    registration_id, guest_id = ticket
    return Scan(
        event_id=event.id,
        association_id=event.association_id,
        nonce=scan.nonce,
        kind=scan.kind,
        code=scan.code,
        registration_id=registration_id,
        guest_id=guest_id,
        at=scan.at,
        received_at=work.now,
        refusal=refusal,
        device=scan.device,
        scanned_by_id=work.actor.person_id,
    )


def _at_the_door(state: EventState, registration: Registration | None) -> ScanRefusal | None:
    if registration is None:
        return ScanRefusal.UNKNOWN_TICKET
    if state not in DESK_STATES:
        return ScanRefusal.EVENT_NOT_ON
    if registration.state is RegistrationState.CANCELLED:
        return ScanRefusal.CANCELLED
    return None if registration.state in ADMITTED_STATES else ScanRefusal.NO_SEAT


async def _insert(work: Work, rows: Sequence[Scan]) -> list[Scan]:
    """Write the scans, but for those that another desk brought at the same moment; those that were written.

    In the order of their nonces: two desks with the same scans never wait for each other.
    """
    statement = (
        work.inserting(Scan)
        .values(work.all_completed(Scan, [row.model_dump() for row in sorted(rows, key=lambda row: row.nonce)]))
        .on_conflict_do_nothing(constraint="a_scan_once")
        .returning(Scan)
    )
    return list((await work.session.scalars(statement)).all())


def _noted_without_a_scan(registration: Registration, guest: RegistrationGuest | None) -> list[Scan]:
    """The scans of an attendance that was noted without any, as it was before scans were kept."""
    ticket = guest or registration
    noted = ((ScanKind.CHECK_IN, ticket.checked_in_at), (ScanKind.CHECK_OUT, ticket.checked_out_at))
    return [
        Scan(
            event_id=registration.event_id,
            association_id=registration.association_id,
            nonce=f"noted-{kind}-{ticket.id}",
            kind=kind,
            code=ticket.ticket_code,
            registration_id=registration.id,
            guest_id=None if guest is None else guest.id,
            at=at,
            received_at=at,
        )
        for kind, at in noted
        if at is not None
    ]


async def _stand(work: Work, state: EventState, registration: Registration, comes_to: Attendance) -> None:
    before = Attendance(registration.checked_in_at, registration.checked_out_at)
    if before == comes_to:
        return
    if comes_to.checked_in_at is not None:
        registration.state = RegistrationState.ATTENDED
    elif registration.state is RegistrationState.ATTENDED:
        registration.state = RegistrationState.NO_SHOW if state is EventState.HELD else RegistrationState.CONFIRMED
    registration.checked_in_at, registration.checked_out_at = comes_to.checked_in_at, comes_to.checked_out_at
    await work.record(
        f"registration.{_what_changed(before, comes_to)}", registration, data={"event_id": str(registration.event_id)}
    )


async def _stand_as_guest(work: Work, guest: RegistrationGuest, comes_to: Attendance) -> None:
    before = Attendance(guest.checked_in_at, guest.checked_out_at)
    if before == comes_to:
        return
    guest.checked_in_at, guest.checked_out_at = comes_to.checked_in_at, comes_to.checked_out_at
    await work.record(f"guest.{_what_changed(before, comes_to)}", guest, data={"event_id": str(guest.event_id)})


def _what_changed(before: Attendance, after: Attendance) -> str:
    if after.checked_in_at is None:
        return "check_in_undone"
    if after.is_in:
        return "attendance_corrected" if before.is_in else "checked_in"
    return "checked_out" if before.is_in or before.checked_in_at is None else "attendance_corrected"
