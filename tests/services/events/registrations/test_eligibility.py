"""Who may register when: the reasons against, for one event and for many."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as listening

from models import Event, EventAudience, EventState, Person, Registration, RegistrationState, Role, Sector
from services.core.errors import NotAllowed, NotFound, NotSignedIn, Problem
from services.events.errors import AlreadyRegistered, NotInvited, RegistrationClosed, RegistrationNotOpen
from services.events.registrations.eligibility import reasons_for
from services.events.registrations.registering import register
from tests.making import ActingAs, Maker
from tests.services.events.looking import picture

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
PUBLIC_SECTOR: dict[str, Any] = {"sector": Sector.PUBLIC}


class Asker:
    """Asks for the reasons, and holds `register` to the first of them."""

    def __init__(self, make: Maker) -> None:
        self.make = make

    async def ask(self, event: Event, person: Person, now: datetime = NOW) -> list[Problem]:
        """The reasons against; when there are any, `register` raises the first and changes nothing."""
        async with self.make.acting_as(person, now=now) as work:
            reasons = (await reasons_for(work, [event.id], person.id))[event.id]
        before = await self.make.count(Registration)
        if reasons:
            with pytest.raises(type(reasons[0])) as refused:
                async with self.make.acting_as(person, now=now) as work:
                    await register(work, event.id)
            assert vars(refused.value) == vars(reasons[0])
        else:
            async with self.make.acting_as(person, now=now, dry_run=True) as work:
                await register(work, event.id)
        assert await self.make.count(Registration) == before
        return reasons


@pytest.fixture
def asker(make: Maker) -> Asker:
    """Asks in the test's confederation."""
    return Asker(make)


def kinds(reasons: list[Problem]) -> list[type[Problem]]:
    """The reasons, without what they found."""
    return [type(reason) for reason in reasons]


async def test_an_event_without_audiences_is_for_every_person(make: Maker, asker: Asker) -> None:
    event = await make.event()
    assert await asker.ask(event, await make.person()) == []


@pytest.mark.parametrize("state", EventState)
async def test_registration_asks_for_an_open_event(make: Maker, asker: Asker, state: EventState) -> None:
    event = await make.event(state=state)
    expected: dict[EventState, list[type[Problem]]] = {
        EventState.OPEN: [],
        EventState.DRAFT: [NotFound],
        EventState.PUBLISHED: [RegistrationNotOpen],
        EventState.POSTPONED: [RegistrationNotOpen],
    }
    assert kinds(await asker.ask(event, await make.person())) == expected.get(state, [RegistrationClosed])


async def test_registration_opens_and_closes_at_its_times(make: Maker, asker: Asker) -> None:
    event = await make.event(registration_opens_at=NOW - DAY, registration_closes_at=NOW)
    person = await make.person()
    (early,) = await asker.ask(event, person, NOW - DAY - timedelta(seconds=1))
    assert isinstance(early, RegistrationNotOpen)
    assert early.opens_at == NOW - DAY
    assert await asker.ask(event, person, NOW - DAY) == []
    assert await asker.ask(event, person, NOW - timedelta(seconds=1)) == []
    (late,) = await asker.ask(event, person, NOW)
    assert isinstance(late, RegistrationClosed)
    assert late.closed_at == NOW


async def test_registration_closes_when_the_event_starts(make: Maker, asker: Asker) -> None:
    event, person = await make.event(starts_at=NOW), await make.person()
    assert await asker.ask(event, person, NOW - timedelta(seconds=1)) == []
    assert kinds(await asker.ask(event, person, NOW)) == [RegistrationClosed]


async def test_an_event_with_audiences_is_for_who_is_in_one_of_them(make: Maker, asker: Asker) -> None:
    governors = await make.segment({"mandate_role": "GOVERNOR"}, slug="governors")
    hidden = await make.segment({"region": "Nunavik"}, published=False)
    managers = await make.segment(PUBLIC_SECTOR, slug="managers")
    event = await make.event(invited=[governors, hidden], by_interest=[managers])
    governor, manager, neither = await make.person(), await make.person(), await make.person()
    await make.mandate(governor)
    await make.position(manager)
    assert await asker.ask(event, governor) == []
    assert await asker.ask(event, manager) == []
    (reason,) = await asker.ask(event, neither)
    assert isinstance(reason, NotInvited)
    assert reason.audiences == ["governors", "managers"]


async def test_each_audience_has_its_opening_and_the_earliest_counts(make: Maker, asker: Asker) -> None:
    first, second = await make.segment({"region": "first"}), await make.segment({"region": "second"})
    both = await make.segment({"region": "first"}, {"region": "second"})
    event = await make.event(invited=[first], by_interest=[second, both], registration_opens_at=NOW - 2 * DAY)
    opens = {first.id: NOW - 3 * DAY, second.id: NOW - DAY, both.id: NOW}
    for audience in await make.all(EventAudience, event_id=event.id):
        audience.opens_at = opens[audience.segment_id]
        await make.save(audience)
    one, two = await make.person(region="first"), await make.person(region="second")
    assert await asker.ask(event, one, NOW - 3 * DAY) == []
    (reason,) = await asker.ask(event, two, NOW - 2 * DAY)
    assert isinstance(reason, RegistrationNotOpen)
    assert reason.opens_at == NOW - DAY
    assert await asker.ask(event, two, NOW - DAY) == []


async def test_an_audience_without_a_time_opens_with_the_event(make: Maker, asker: Asker) -> None:
    segment = await make.segment({"region": "first"})
    event = await make.event(invited=[segment], registration_opens_at=NOW)
    person = await make.person(region="first")
    assert kinds(await asker.ask(event, person, NOW - DAY)) == [RegistrationNotOpen]
    assert await asker.ask(event, person, NOW) == []


async def test_one_live_registration_each(make: Maker, asker: Asker) -> None:
    event, person = await make.event(), await make.person()
    await make.registration(event, person, RegistrationState.CANCELLED)
    assert await asker.ask(event, person) == []
    live = await make.registration(event, person, RegistrationState.WAITLISTED)
    (reason,) = await asker.ask(event, person)
    assert isinstance(reason, AlreadyRegistered)
    assert (reason.registration_id, reason.state) == (live.id, RegistrationState.WAITLISTED)


async def test_all_reasons_are_told_and_the_first_is_the_one_that_refuses(make: Maker, asker: Asker) -> None:
    event = await make.event(state=EventState.CLOSED, invited=[await make.segment({"region": "nowhere"})])
    person = await make.person()
    await make.registration(event, person)
    assert kinds(await asker.ask(event, person)) == [RegistrationClosed, NotInvited, AlreadyRegistered]


async def test_nobody_is_told_to_sign_in_and_what_stands_in_everybodys_way(make: Maker, acting_as: ActingAs) -> None:
    open_one, closed, draft = (
        await make.event(),
        await make.event(state=EventState.CLOSED),
        await make.event(state=EventState.DRAFT),
    )
    async with acting_as(None) as work:
        reasons = await reasons_for(work, [open_one.id, closed.id, draft.id], None)
    assert {id: kinds(found) for id, found in reasons.items()} == {
        open_one.id: [NotSignedIn],
        closed.id: [NotSignedIn, RegistrationClosed],
        draft.id: [NotFound],
    }
    before = await picture(make)
    with pytest.raises(NotSignedIn):
        async with acting_as(None) as work:
            await register(work, open_one.id)
    assert await picture(make) == before


async def test_what_stands_in_somebodys_way_is_for_them_and_who_may_register_them(
    make: Maker, acting_as: ActingAs
) -> None:
    event, person = await make.event(invited=[await make.segment({"region": "nowhere"})]), await make.person()
    expected: list[tuple[Person, type[Problem]]] = [
        (person, NotInvited),
        (await make.staff(Role.REGISTRAR), NotInvited),
        (await make.member(), NotAllowed),
        (await make.staff(association=await make.association()), NotAllowed),
    ]
    for actor, kind in expected:
        async with acting_as(actor) as work:
            assert kinds((await reasons_for(work, [event.id], person.id))[event.id]) == [kind]


async def test_many_events_take_no_more_queries_than_one(make: Maker, acting_as: ActingAs) -> None:
    segment = await make.segment({"region": "nowhere"})
    events = [await make.event(invited=[segment]) for _ in range(4)]
    person = await make.person()
    counts = []
    for asked in (events[:1], events):
        statements: list[str] = []
        async with acting_as(person) as work:
            connection = (await work.session.connection()).sync_connection
            listening.listen(connection, "before_cursor_execute", lambda *args, s=statements: s.append(args[2]))
            reasons = await reasons_for(work, [event.id for event in asked], person.id)
        assert len(reasons) == len(asked)
        counts.append(len(statements))
    assert counts[0] == counts[1] > 0
