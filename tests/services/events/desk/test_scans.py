"""Batches of scans, as desks bring them: late, twice, in any order, two at once."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from models import (
    Event,
    EventState,
    JournalEntry,
    Person,
    Registration,
    RegistrationGuest,
    RegistrationState,
    Role,
    Scan,
    ScanKind,
    ScanRefusal,
)
from services.core.database.connections import Database
from services.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from services.core.work import Work, begin
from services.events.desk import scans as scanning
from services.events.desk.checkin import check_in, check_out, undo_check_in
from services.events.desk.scans import MOST_SCANS_PER_BATCH, ScanInput, record_scans
from services.events.errors import NotInside, WrongRegistrationState
from tests.making import ActingAs, Maker, assert_seats_reconcile
from tests.services.events.looking import picture
from tests.services.looking import actions

NOW = datetime.now(UTC).replace(microsecond=0)
IN, OUT, UNDO = ScanKind.CHECK_IN, ScanKind.CHECK_OUT, ScanKind.UNDO
ATTENDED, CONFIRMED, NO_SHOW = RegistrationState.ATTENDED, RegistrationState.CONFIRMED, RegistrationState.NO_SHOW


@dataclass
class Door:
    """An event that is on, and who scans at its door."""

    make: Maker
    event: Event
    desk: Person

    async def bring(self, *scans: ScanInput) -> dict[str, ScanRefusal | None]:
        """Bring a batch; each scan of the event and why it was refused, by nonce."""
        async with self.make.acting_as(self.desk) as work:
            await record_scans(work, self.event.id, scans)
        return {scan.nonce: scan.refusal for scan in await self.make.all(Scan, event_id=self.event.id)}

    async def registered(self, state: RegistrationState = CONFIRMED, **columns: Any) -> Registration:
        """Somebody's registration."""
        return await self.make.registration(self.event, await self.make.person(), state, **columns)

    async def guest(self, registration: Registration) -> RegistrationGuest:
        """Somebody whom they bring."""
        return await self.make.add(
            RegistrationGuest,
            {},
            registration_id=registration.id,
            event_id=self.event.id,
            association_id=self.event.association_id,
            person_id=registration.person_id,
            name="Guy Hôte",
        )


def scan(
    ticket: Registration | RegistrationGuest | str, kind: ScanKind = IN, minutes: float = -60, nonce: str | None = None
) -> ScanInput:
    """A scan so many minutes from now."""
    code = ticket if isinstance(ticket, str) else ticket.ticket_code
    return ScanInput(nonce or f"{code}-{kind}-{minutes}", kind, code, NOW + timedelta(minutes=minutes))


@pytest.fixture
async def door(make: Maker) -> Door:
    """The door of an event that began an hour ago."""
    return await door_of(make)


async def door_of(make: Maker, **columns: Any) -> Door:
    """The same in any confederation."""
    event = await make.event(starts_at=NOW - timedelta(hours=1), **columns)
    return Door(make, event, await make.staff(Role.REGISTRAR))


async def test_a_scan_checks_in_at_its_own_time_and_its_nonce_counts_once(door: Door) -> None:
    registered = await door.registered()
    first = scan(registered, nonce="n1")
    assert await door.bring(first) == {"n1": None}
    fresh = await door.make.fresh(registered)
    assert (fresh.state, fresh.checked_in_at) == (ATTENDED, NOW - timedelta(minutes=60))

    before = await picture(door.make)
    assert await door.bring(first, first) == {"n1": None}
    assert await door.bring(scan(registered, OUT, -5, nonce="n1")) == {"n1": None}
    assert await picture(door.make) == before

    assert await door.bring(scan(registered, IN, -50, nonce="n2")) == {"n1": None, "n2": ScanRefusal.ALREADY_IN}
    assert await door.make.fresh(registered) == fresh
    assert await actions(door.make) == ["registration.checked_in", "event.scanned", "event.scanned"]
    await assert_seats_reconcile(door.make)


async def test_an_earlier_scan_that_comes_late_turns_what_was_thought(door: Door) -> None:
    registered = await door.registered()
    left = scan(registered, OUT, -10, nonce="left")
    assert await door.bring(left) == {"left": ScanRefusal.NOT_IN}
    assert (await door.make.fresh(registered)).state is CONFIRMED
    assert await door.bring(scan(registered, IN, -40, nonce="came")) == {"left": None, "came": None}
    fresh = await door.make.fresh(registered)
    assert fresh.state is ATTENDED
    assert (fresh.checked_in_at, fresh.checked_out_at) == (NOW - timedelta(minutes=40), NOW - timedelta(minutes=10))


async def test_what_is_refused_is_kept_with_the_reason(door: Door) -> None:
    elsewhere = await door.make.registration(await door.make.event(), await door.make.person())
    reasons = {
        RegistrationState.WAITLISTED: ScanRefusal.NO_SEAT,
        RegistrationState.REFUSED: ScanRefusal.NO_SEAT,
        RegistrationState.CANCELLED: ScanRefusal.CANCELLED,
    }
    registered = {state: await door.registered(state) for state in reasons}
    offered = await door.registered(RegistrationState.OFFERED, offer_expires_at=NOW)
    brought = await door.bring(
        *(scan(row, nonce=state.value) for state, row in registered.items()),
        scan(offered, nonce="offered"),
        scan("NOBODYS", nonce="unknown"),
        scan(elsewhere, nonce="elsewhere"),
    )
    assert brought == {state.value: reason for state, reason in reasons.items()} | {
        "offered": ScanRefusal.NO_SEAT,
        "unknown": ScanRefusal.UNKNOWN_TICKET,
        "elsewhere": ScanRefusal.UNKNOWN_TICKET,
    }
    (unknown,) = await door.make.all(Scan, nonce="unknown")
    assert (unknown.code, unknown.registration_id, unknown.scanned_by_id) == ("NOBODYS", None, door.desk.id)
    assert await door.make.count(Registration, state=ATTENDED) == 0


async def test_a_code_is_read_whatever_its_case_and_the_space_around_it(door: Door) -> None:
    registered = await door.registered()
    assert await door.bring(scan(f" {registered.ticket_code.lower()}\n", nonce="n")) == {"n": None}
    assert (await door.make.fresh(registered)).state is ATTENDED


async def test_who_was_turned_away_before_there_was_a_seat_stays_turned_away(door: Door) -> None:
    registered = await door.registered(RegistrationState.WAITLISTED)
    assert await door.bring(scan(registered, IN, -30, nonce="early")) == {"early": ScanRefusal.NO_SEAT}
    registered.state, registered.confirmed_at = CONFIRMED, NOW
    await door.make.save(registered)
    assert await door.bring(scan(registered, IN, -1, nonce="later")) == {"early": ScanRefusal.NO_SEAT, "later": None}
    assert (await door.make.fresh(registered)).checked_in_at == NOW - timedelta(minutes=1)


async def test_a_guest_comes_and_goes_by_a_ticket_of_their_own(door: Door) -> None:
    registered = await door.registered()
    guest = await door.guest(registered)
    await door.bring(scan(guest, IN, -30), scan(guest, OUT, -20), scan(guest, IN, -40))
    fresh = await door.make.fresh(guest)
    assert (fresh.checked_in_at, fresh.checked_out_at) == (NOW - timedelta(minutes=40), NOW - timedelta(minutes=20))
    assert (await door.make.fresh(registered)).state is CONFIRMED


async def test_an_attendance_noted_before_there_were_scans_is_kept_and_can_be_taken_back(door: Door) -> None:
    registered = await door.registered(ATTENDED, checked_in_at=NOW - timedelta(minutes=50))
    assert await door.bring(scan(registered, IN, -10, nonce="again")) == {
        f"noted-CHECK_IN-{registered.id}": None,
        "again": ScanRefusal.ALREADY_IN,
    }
    assert (await door.make.fresh(registered)).checked_in_at == NOW - timedelta(minutes=50)
    await door.bring(scan(registered, UNDO, -5))
    assert (await door.make.fresh(registered)).state is CONFIRMED


@pytest.mark.parametrize("state", EventState)
async def test_scans_count_while_the_event_is_on(make: Maker, state: EventState) -> None:
    door = await door_of(make, state=state)
    if state is EventState.DRAFT:
        door.desk = await make.staff(Role.ADMINISTRATOR)
    registered = await door.registered(NO_SHOW if state is EventState.HELD else CONFIRMED)
    on = state in (EventState.OPEN, EventState.CLOSED, EventState.HELD)
    assert await door.bring(scan(registered, nonce="n")) == {"n": None if on else ScanRefusal.EVENT_NOT_ON}
    assert ((await make.fresh(registered)).state is ATTENDED) is on
    if on:
        await door.bring(scan(registered, UNDO, -1))
    assert (await make.fresh(registered)).state is registered.state


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"nonce": " "}, ("scans", "1", "nonce")),
        ({"nonce": "n" * 101}, ("scans", "1", "nonce")),
        ({"nonce": "\u200b"}, ("scans", "1", "nonce")),
    ],
)
async def test_a_batch_is_refused_whole_for_its_size_and_for_a_scan_without_a_nonce(
    door: Door, wrong: dict[str, Any], path: tuple[str, ...]
) -> None:
    registered = await door.registered()
    before = await picture(door.make)
    with pytest.raises(InvalidInput) as refused:
        await door.bring(scan(registered), scan(**({"ticket": registered} | wrong)))
    assert refused.value.path == path
    for batch in ([], [scan(registered, nonce=f"{i}") for i in range(MOST_SCANS_PER_BATCH + 1)]):
        with pytest.raises(InvalidInput) as refused:
            await door.bring(*batch)
        assert refused.value.path == ("scans",)
    assert await picture(door.make) == before
    await door.bring(scan(registered, minutes=4))  # a clock may be a little ahead


async def test_scans_are_the_desks_to_bring(door: Door, acting_as: ActingAs) -> None:
    registered = await door.registered()
    ana = next(person for person in await door.make.all(Person) if person.id == registered.person_id)
    stranger = await (await door.make.other()).staff(Role.ADMINISTRATOR)
    before = await picture(door.make)
    refusals: Iterable[tuple[Person, type[Problem]]] = ((ana, NotAllowed), (stranger, NotFound))
    for who, refusal in refusals:
        with pytest.raises(refusal):
            async with acting_as(who) as work:
                await record_scans(work, door.event.id, [scan(registered)])
    assert await picture(door.make) == before


async def test_who_left_may_come_back_and_an_undo_takes_back_the_last(door: Door, acting_as: ActingAs) -> None:
    registered = await door.registered()

    async def do(operation: Any) -> Registration:
        async with acting_as(door.desk) as work:
            row: Registration = await operation(work, registered.id)
            return row

    with pytest.raises(WrongRegistrationState):
        await do(check_out)
    came = (await do(check_in)).checked_in_at
    assert (await do(check_out)).checked_out_at is not None
    with pytest.raises(NotInside):
        await do(check_out)
    assert (await do(check_in)).checked_out_at is None
    assert (await do(undo_check_in)).checked_out_at is not None
    undone = await do(undo_check_in)
    assert (undone.state, undone.checked_in_at, undone.checked_out_at) == (ATTENDED, came, None)
    assert (await do(undo_check_in)).state is CONFIRMED


async def test_who_acts_now_acts_after_a_clock_that_is_ahead(door: Door, acting_as: ActingAs) -> None:
    registered = await door.registered()
    await door.bring(scan(registered, IN, 4))
    async with acting_as(door.desk) as work:
        assert (await undo_check_in(work, registered.id)).state is CONFIRMED


# Any order, any batches, any repeats


@dataclass(frozen=True)
class Brought:
    """Scans, and how they were brought."""

    scans: list[ScanInput]
    batches: list[list[ScanInput]]


@st.composite
def brought(draw: st.DrawFn) -> Brought:
    """Scans of three tickets and an unknown code; the same cut into batches, mixed, some of them again."""
    scans = draw(
        st.lists(
            st.builds(
                ScanInput,
                st.integers(0, 50).map(lambda i: f"n{i}"),
                st.sampled_from(ScanKind),
                st.sampled_from(["ANA", "BEN", "GUEST", "WAITS", "UNKNOWN"]),
                st.integers(-5, 0).map(lambda minute: NOW + timedelta(minutes=minute)),
            ),
            unique_by=lambda scan: scan.nonce,
            min_size=1,
            max_size=12,
        )
    )
    mixed = draw(st.permutations([*scans, *draw(st.lists(st.sampled_from(scans), max_size=4))]))
    cuts = sorted(draw(st.sets(st.integers(1, len(mixed) - 1)))) if len(mixed) > 1 else []
    return Brought(scans, [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)])


@settings(max_examples=15, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(brought=brought())
async def test_however_scans_are_brought_the_rows_are_the_same(database: Database, brought: Brought) -> None:
    make = await Maker.of_a_new_confederation(database)
    once = await _outcome(make, [brought.scans])
    assert await _outcome(make, brought.batches) == once
    assert await _outcome(make, [[scan] for scan in reversed(brought.scans)]) == once


async def _outcome(make: Maker, batches: Sequence[Sequence[ScanInput]]) -> dict[str, Any]:
    """What the batches, one after the other, come to at a door of their own."""
    door = await door_of(make)
    tickets = {
        "ANA": await door.registered(),
        "BEN": await door.registered(ATTENDED, checked_in_at=NOW - timedelta(minutes=3)),
        "WAITS": await door.registered(RegistrationState.WAITLISTED),
    }
    guest = await door.guest(tickets["ANA"])
    codes = {name: ticket.ticket_code for name, ticket in tickets.items()} | {"GUEST": guest.ticket_code}
    for batch in batches:
        await door.bring(*(ScanInput(s.nonce, s.kind, codes.get(s.code, s.code), s.at) for s in batch))
    names = {code: name for name, code in codes.items()}
    return {
        "scans": {
            (names.get(s.code, s.code), s.nonce[:6], s.kind, s.at, s.refusal)
            for s in await make.all(Scan, event_id=door.event.id)
        },
        "tickets": {
            name: (row.state, row.checked_in_at, row.checked_out_at)
            for name, row in [(name, await make.fresh(ticket)) for name, ticket in tickets.items()]
        },
        "guest": [(g.checked_in_at, g.checked_out_at) for g in [await make.fresh(guest)]],
    }


# Two desks at once


@asynccontextmanager
async def desks(door: Door, url: str) -> AsyncIterator[Any]:
    """Brings batches at once, each on a connection of its own."""
    database = Database(url, readers=1, writers=20)
    actor = await door.make.actor(door.desk)

    async def bring(scans: Sequence[ScanInput]) -> None:
        async with begin(database, actor) as work:
            await record_scans(work, door.event.id, scans)

    async def all_bring(*batches: Sequence[ScanInput]) -> None:
        await asyncio.gather(*(bring(batch) for batch in batches))

    yield all_bring
    await database.close()


async def test_two_desks_let_a_ticket_in_once(door: Door, database_url: str) -> None:
    rows = [await door.registered() for _ in range(5)]
    batches = [[scan(row, minutes=-1 - i, nonce=f"{i}-{row.id}") for row in rows] for i in range(12)]
    for i, batch in enumerate(batches):  # each desk has them in another order
        batch[:] = batch[i % 5 :] + batch[: i % 5]
    async with desks(door, database_url) as all_bring:
        await all_bring(*batches, *batches[:4])
    found = await door.make.all(Scan)
    assert len(found) == 12 * 5
    accepted = [row for row in found if row.refusal is None]
    assert {row.registration_id for row in accepted} == {row.id for row in rows}
    assert [row.nonce.partition("-")[0] for row in accepted] == ["11"] * 5  # the earliest, whoever was first
    checked_in = [e for e in await door.make.all(JournalEntry) if e.action == "registration.checked_in"]
    assert len(checked_in) == 5


async def test_without_the_lock_two_desks_let_a_ticket_in_twice(
    door: Door, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = await door.registered()
    both = asyncio.Barrier(2)
    scans_of = scanning._scans

    async def unlocked(work: Work, ids: Collection[UUID]) -> dict[UUID, Registration]:
        which = (col(Registration.confederation_id) == work.tenant_id) & col(Registration.id).in_(ids)
        return {row.id: row for row in await work.session.scalars(select(Registration).where(which))}

    async def met(work: Work, ids: Collection[UUID]) -> Any:
        found = await scans_of(work, ids)
        await both.wait()
        return found

    monkeypatch.setattr(scanning, "_locked", unlocked)
    monkeypatch.setattr(scanning, "_scans", met)
    async with desks(door, database_url) as all_bring:
        await all_bring([scan(registered, nonce="one")], [scan(registered, nonce="other")])
    assert [row.refusal for row in await door.make.all(Scan)] == [None, None]
