"""Offers: seats that are held for the next in line until they accept, decline, or let the time pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models import CancellationCause, Event, EventState, JournalEntry, Person, Registration, RegistrationState, Role
from services.core.actor import system
from services.core.errors import NotAllowed, NotFound
from services.events.errors import OfferExpired, WrongEventState, WrongRegistrationState
from services.events.planning.life import hold_event, postpone_event
from services.events.registrations.registering import cancel_registration, register_on_behalf
from services.events.seats.offers import accept_offer, decline_offer, expire_offer, expire_offers
from tests.making import ActingAs, Maker, assert_seats_reconcile
from tests.services.events.looking import picture
from tests.services.looking import actions

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
CONFIRMED, WAITLISTED, OFFERED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.OFFERED,
    RegistrationState.CANCELLED,
)


class Scene:
    """A full event that makes offers for four hours, and who waits for it."""

    def __init__(self, event: Event, seated: Registration, waiting: list[tuple[Person, Registration]]) -> None:
        self.event, self.seated, self.waiting = event, seated, waiting


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's registrations."""
    return await make.staff(Role.REGISTRAR)


@pytest.fixture
async def scene(make: Maker) -> Scene:
    """One seat, and three who wait."""
    event = await make.event(capacity=1, offer_hours=4)
    seated = await make.registration(event, await make.member())
    people = [await make.member() for _ in range(3)]
    return Scene(event, seated, [(person, await make.registration(event, person, WAITLISTED)) for person in people])


async def freed(make: Maker, scene: Scene, registrar: Person) -> list[RegistrationState]:
    """The seat is given back; where those who waited stand then."""
    async with make.acting_as(registrar, now=NOW) as work:
        await cancel_registration(work, scene.seated.id)
    return await states(make, scene)


async def states(make: Maker, scene: Scene) -> list[RegistrationState]:
    """Where those who waited stand."""
    return [(await make.fresh(row)).state for _, row in scene.waiting]


async def test_a_freed_seat_is_held_for_the_next_in_line(make: Maker, scene: Scene, registrar: Person) -> None:
    assert await freed(make, scene, registrar) == [OFFERED, WAITLISTED, WAITLISTED]
    offer = await make.fresh(scene.waiting[0][1])
    assert (offer.offered_at, offer.offer_expires_at, offer.confirmed_at) == (NOW, NOW + 4 * HOUR, None)
    assert await actions(make) == ["registration.cancelled", "registration.offered"]
    assert (await make.pool(scene.event)).taken == 1
    await assert_seats_reconcile(make)


async def test_nobody_thinks_it_over_past_the_beginning(make: Maker, registrar: Person) -> None:
    event = await make.event(capacity=1, offer_hours=4, starts_at=NOW + HOUR)
    scene = Scene(event, await make.registration(event, await make.member()), [])
    waiting = await make.registration(event, await make.member(), WAITLISTED)
    await freed(make, scene, registrar)
    assert (await make.fresh(waiting)).offer_expires_at == NOW + HOUR


async def test_who_accepts_is_confirmed(make: Maker, acting_as: ActingAs, scene: Scene, registrar: Person) -> None:
    await freed(make, scene, registrar)
    ana, offer = scene.waiting[0]
    async with acting_as(ana, now=NOW + HOUR) as work:
        accepted = await accept_offer(work, offer.id)
    assert (accepted.state, accepted.confirmed_at) == (CONFIRMED, NOW + HOUR)
    assert (accepted.offered_at, accepted.offer_expires_at) == (NOW, None)
    assert (await actions(make))[-1] == "registration.accepted"
    await assert_seats_reconcile(make)


async def test_who_declines_passes_it_on(make: Maker, acting_as: ActingAs, scene: Scene, registrar: Person) -> None:
    await freed(make, scene, registrar)
    ana, offer = scene.waiting[0]
    async with acting_as(ana, now=NOW + HOUR) as work:
        declined = await decline_offer(work, offer.id, reason="Away")
    assert (declined.state, declined.cancellation_cause) == (CANCELLED, CancellationCause.OFFER_DECLINED)
    assert declined.offer_expires_at is None
    assert await states(make, scene) == [CANCELLED, OFFERED, WAITLISTED]
    assert (await make.fresh(scene.waiting[1][1])).offer_expires_at == NOW + 5 * HOUR
    await assert_seats_reconcile(make)


async def test_an_offer_that_is_over_passes_on_and_only_then(
    make: Maker, acting_as: ActingAs, scene: Scene, registrar: Person
) -> None:
    await freed(make, scene, registrar)
    platform = system(make.tenant)
    async with acting_as(platform, now=NOW + 4 * HOUR - timedelta(seconds=1)) as work:
        assert await expire_offers(work) == []
    async with acting_as(platform, now=NOW + 4 * HOUR) as work:
        (expired,) = await expire_offers(work)
    assert (expired.id, expired.cancellation_cause) == (scene.waiting[0][1].id, CancellationCause.OFFER_EXPIRED)
    assert await states(make, scene) == [CANCELLED, OFFERED, WAITLISTED]
    (entry,) = [e for e in await make.all(JournalEntry, subject_id=expired.id) if e.action == "registration.cancelled"]
    assert (entry.actor, entry.data["cause"]) == ("system", "OFFER_EXPIRED")
    # A job that comes once more finds nothing to do.
    async with acting_as(platform, now=NOW + 5 * HOUR) as work:
        await expire_offer(work, registration_id=expired.id)
    assert await states(make, scene) == [CANCELLED, OFFERED, WAITLISTED]
    await assert_seats_reconcile(make)


async def test_an_offer_that_is_over_is_not_accepted_though_nobody_has_ended_it(
    make: Maker, acting_as: ActingAs, scene: Scene, registrar: Person
) -> None:
    await freed(make, scene, registrar)
    ana, offer = scene.waiting[0]
    before = await picture(make)
    with pytest.raises(OfferExpired) as refused:
        async with acting_as(ana, now=NOW + 4 * HOUR) as work:
            await accept_offer(work, offer.id)
    assert refused.value.expired_at == NOW + 4 * HOUR
    assert await picture(make) == before


async def test_staff_answer_for_somebody_and_strangers_do_not(
    make: Maker, acting_as: ActingAs, scene: Scene, registrar: Person
) -> None:
    await freed(make, scene, registrar)
    offer = scene.waiting[0][1]
    before = await picture(make)
    for answer in (accept_offer, decline_offer):
        for stranger in (None, scene.waiting[1][0], await (await make.other()).staff()):
            with pytest.raises(NotFound):
                async with acting_as(stranger) as work:
                    await answer(work, offer.id)
    assert await picture(make) == before
    async with acting_as(registrar, now=NOW) as work:
        await accept_offer(work, offer.id)
    assert await states(make, scene) == [CONFIRMED, WAITLISTED, WAITLISTED]


@pytest.mark.parametrize("state", [CONFIRMED, WAITLISTED, CANCELLED])
async def test_only_an_offer_is_answered(make: Maker, acting_as: ActingAs, state: RegistrationState) -> None:
    ana = await make.member()
    registration = await make.registration(await make.event(), ana, state)
    before = await picture(make)
    for answer in (accept_offer, decline_offer):
        with pytest.raises(WrongRegistrationState) as refused:
            async with acting_as(ana) as work:
                await answer(work, registration.id)
        assert (refused.value.required, refused.value.found) == ([OFFERED], state)
    assert await picture(make) == before


async def test_whoever_was_offered_a_seat_may_leave_as_anybody(
    make: Maker, acting_as: ActingAs, scene: Scene, registrar: Person
) -> None:
    await freed(make, scene, registrar)
    ana, offer = scene.waiting[0]
    async with acting_as(ana, now=NOW) as work:
        assert (await cancel_registration(work, offer.id)).cancellation_cause is CancellationCause.BY_PERSON
    assert await states(make, scene) == [CANCELLED, OFFERED, WAITLISTED]


async def test_who_comes_to_a_free_seat_is_confirmed_and_needs_no_offer(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event, guest = await make.event(capacity=1, offer_hours=4), await make.member()
    async with acting_as(registrar) as work:
        assert (await register_on_behalf(work, event.id, guest.id)).state is CONFIRMED


async def test_nobody_is_served_once_the_event_has_begun(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event(capacity=1, starts_at=NOW)
    seated = await make.registration(event, await make.member())
    waiting = await make.registration(event, await make.member(), WAITLISTED)
    async with acting_as(registrar, now=NOW) as work:
        await cancel_registration(work, seated.id)
    assert (await make.fresh(waiting)).state is WAITLISTED
    # The seat is for whoever comes to the door.
    guest = await make.member()
    async with acting_as(registrar, now=NOW) as work:
        assert (await register_on_behalf(work, event.id, guest.id)).state is CONFIRMED
    # And for those in line where the event is put off instead.
    other = await make.event(capacity=1, starts_at=NOW)
    waiting = await make.registration(other, await make.member(), WAITLISTED)
    async with acting_as(registrar, now=NOW) as work:
        await postpone_event(work, other.id, starts_at=NOW + 9 * HOUR, ends_at=NOW + 10 * HOUR)
    assert (await make.fresh(waiting)).state is CONFIRMED
    await assert_seats_reconcile(make)


async def test_an_offer_that_still_stands_when_the_event_is_held_has_run_out(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(capacity=1, offer_hours=4, starts_at=NOW - HOUR)
    ana = await make.member()
    offer = await make.registration(event, ana, OFFERED, offer_expires_at=event.starts_at)
    async with acting_as(registrar, now=NOW) as work:
        await hold_event(work, event.id)
    ended = await make.fresh(offer)
    assert (ended.state, ended.cancellation_cause) == (CANCELLED, CancellationCause.OFFER_EXPIRED)
    await assert_seats_reconcile(make)


async def test_an_offer_of_an_event_that_was_held_is_not_declined(make: Maker, acting_as: ActingAs) -> None:
    ana = await make.member()
    offer = await make.registration(await make.event(state=EventState.HELD), ana, OFFERED)
    before = await picture(make)
    with pytest.raises(WrongEventState):
        async with acting_as(ana) as work:
            await decline_offer(work, offer.id)
    assert await picture(make) == before


async def test_who_sees_an_offer_without_running_the_desk_leaves_it(make: Maker, scene: Scene) -> None:
    offer = await make.registration(scene.event, await make.member(), WAITLISTED)
    actor = replace(
        await make.actor(await make.person()),
        holds={"registrations.read": frozenset({scene.event.association_id})},
    )
    for answer in (accept_offer, decline_offer):
        with pytest.raises(NotAllowed):
            async with make.acting_as(actor) as work:
                await answer(work, offer.id)
