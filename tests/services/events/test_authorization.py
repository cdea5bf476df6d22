"""Who may do what to an event: each operation, for each kind of actor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from models import (
    Allotment,
    Event,
    EventFormat,
    EventKind,
    EventState,
    JournalEntry,
    Person,
    Registration,
    RegistrationState,
    Role,
    ScanKind,
    SeatPool,
)
from services.core.errors import NotAllowed, NotFound, NotSignedIn, Problem
from services.core.work import Work
from services.events.desk import checkin, scans
from services.events.planning import life, reports, rules, series
from services.events.planning.planning import plan_event
from services.events.registrations import registering
from services.events.seats import allotments, capacity, offers, priorities
from tests.making import ActingAs, Maker, texts
from tests.services.events.looking import picture

SOON = datetime.now(UTC) + timedelta(days=40)


@dataclass
class Scene:
    """An event with its seats, one registration, and a guest whom the home association's staff see."""

    event: Event
    pool: SeatPool
    registration: Registration
    guest: Person
    allotment: Allotment


@dataclass(frozen=True)
class Operation:
    """An operation on the scene, and the state that the event and its registration have to be in."""

    run: Callable[[Work, Scene], Awaitable[object]]
    event: EventState = EventState.OPEN
    registration: RegistrationState = RegistrationState.CONFIRMED
    has_begun: bool = True
    hidden: bool = False  # its subject is nothing that a stranger to the desk may see


def _plan(work: Work, scene: Scene) -> Awaitable[object]:
    return plan_event(
        work,
        association_id=scene.event.association_id,
        slug="another",
        title=texts("Autre", "Another"),
        kind=EventKind.WEBINAR,
        format=EventFormat.ONLINE,
        starts_at=SOON,
        ends_at=SOON + timedelta(hours=1),
    )


REPORT = texts("Compte rendu", "Report")
OPERATIONS = {
    "create a series": Operation(
        lambda work, scene: series.create_series(
            work, association_id=scene.event.association_id, slug="annual", name=texts("Annuel", "Annual")
        )
    ),
    "plan": Operation(_plan),
    "change the capacity": Operation(lambda work, scene: capacity.change_capacity(work, scene.pool.id, 12)),
    "change the rules": Operation(
        lambda work, scene: rules.configure_registration(work, scene.event.id, largest_party=2)
    ),
    "allot seats": Operation(
        lambda work, scene: allotments.allot(
            work, scene.pool.id, scene.event.association_id, seats=1, releases_at=scene.event.starts_at
        ),
        has_begun=False,
    ),
    "change an allotment": Operation(
        lambda work, scene: allotments.change_allotment(work, scene.allotment.id, seats=2), hidden=True
    ),
    "release an allotment": Operation(
        lambda work, scene: allotments.release_allotment(work, scene.allotment.id), hidden=True
    ),
    "publish": Operation(lambda work, scene: life.publish_event(work, scene.event.id), EventState.POSTPONED),
    "open": Operation(lambda work, scene: life.open_registration(work, scene.event.id), EventState.PUBLISHED),
    "close": Operation(lambda work, scene: life.close_registration(work, scene.event.id)),
    "hold": Operation(lambda work, scene: life.hold_event(work, scene.event.id), EventState.CLOSED),
    "cancel": Operation(lambda work, scene: life.cancel_event(work, scene.event.id)),
    "postpone": Operation(
        lambda work, scene: life.postpone_event(work, scene.event.id, starts_at=SOON, ends_at=SOON + timedelta(hours=1))
    ),
    "draft the report": Operation(
        lambda work, scene: reports.draft_report(work, scene.event.id, summary=REPORT), EventState.HELD
    ),
    "publish the report": Operation(lambda work, scene: reports.publish_report(work, scene.event.id), EventState.HELD),
    "register on behalf": Operation(
        lambda work, scene: registering.register_on_behalf(work, scene.event.id, scene.guest.id)
    ),
    "cancel a registration": Operation(
        lambda work, scene: registering.cancel_registration(work, scene.registration.id), hidden=True
    ),
    "accept an offer": Operation(
        lambda work, scene: offers.accept_offer(work, scene.registration.id),
        registration=RegistrationState.OFFERED,
        hidden=True,
    ),
    "decline an offer": Operation(
        lambda work, scene: offers.decline_offer(work, scene.registration.id),
        registration=RegistrationState.OFFERED,
        hidden=True,
    ),
    "move somebody up": Operation(
        lambda work, scene: priorities.set_priority(work, scene.registration.id, -1, reason="Agreed"),
        registration=RegistrationState.WAITLISTED,
        hidden=True,
    ),
    "check in": Operation(lambda work, scene: checkin.check_in(work, scene.registration.id), hidden=True),
    "undo a check-in": Operation(
        lambda work, scene: checkin.undo_check_in(work, scene.registration.id),
        registration=RegistrationState.ATTENDED,
        hidden=True,
    ),
    "check out": Operation(
        lambda work, scene: checkin.check_out(work, scene.registration.id),
        registration=RegistrationState.ATTENDED,
        hidden=True,
    ),
    "bring scans": Operation(
        lambda work, scene: scans.record_scans(
            work,
            scene.event.id,
            [scans.ScanInput("1", ScanKind.CHECK_IN, scene.registration.ticket_code, datetime.now(UTC))],
        )
    ),
    "let a walk-in in": Operation(lambda work, scene: checkin.walk_in(work, scene.event.id, scene.guest.id)),
}

operations = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


async def set_the_scene(make: Maker, operation: Operation) -> Scene:
    """The event has started, so that every step of its life may be next; registration is still open."""
    started = datetime.now(UTC) + timedelta(minutes=-60 if operation.has_begun else 50)
    closes = datetime.now(UTC) + timedelta(hours=1)
    event = await make.event(capacity=5, state=operation.event, starts_at=started, registration_closes_at=closes)
    registered = await make.registration(event, await make.member(), operation.registration)
    if operation.event is EventState.HELD:
        await make.report(event, "Une piste", published=False)
    allotment = await make.allotment(event)
    return Scene(event, await make.pool(event), registered, await make.member(), allotment)


@operations
async def test_the_registrar_does_it_and_nobody_else(make: Maker, acting_as: ActingAs, operation: Operation) -> None:
    scene = await set_the_scene(make, operation)
    last_month = datetime.now(UTC).date() - timedelta(days=30)
    unseen = NotFound if operation.hidden else NotAllowed
    others: list[tuple[Person | None, type[Problem]]] = [
        (None, NotFound if operation.hidden else NotSignedIn),
        (await (await make.other()).staff(), NotFound),
        (await make.member(), unseen),
        (await make.member(ends_on=last_month), unseen),
        (await make.staff(association=await make.association()), unseen),
        (await make.staff(ends_on=last_month), unseen),
    ]
    registrar = await make.staff(Role.REGISTRAR)
    before = await picture(make)
    for somebody_else, refusal in others:
        with pytest.raises(refusal):
            async with acting_as(somebody_else) as work:
                await operation.run(work, scene)
    assert await picture(make) == before

    async with acting_as(registrar) as work:
        await operation.run(work, scene)
    entries = (await make.all(JournalEntry))[len(before["journal_entry"]) :]
    assert {(entry.actor_person_id, entry.association_id) for entry in entries} == {
        (registrar.id, scene.event.association_id)
    }


@operations
async def test_staff_of_an_umbrella_do_it_where_their_role_cascades(
    make: Maker, acting_as: ActingAs, operation: Operation
) -> None:
    scene = await set_the_scene(make, operation)
    umbrella = await make.umbrella()
    await make.affiliation(await make.home(), umbrella, visible_from_above=True)
    async with acting_as(await make.staff(Role.REGISTRAR, umbrella)) as work:
        with pytest.raises(NotFound if operation.hidden else NotAllowed):
            await operation.run(work, scene)
    async with acting_as(await make.staff(Role.REGISTRAR, umbrella, cascades=True)) as work:
        await operation.run(work, scene)


async def test_an_umbrella_that_sees_no_persons_manages_events_without_their_registrations(
    make: Maker, acting_as: ActingAs
) -> None:
    umbrella = await make.umbrella()
    await make.affiliation(await make.home(), umbrella, visible_from_above=False)
    event = await make.event(capacity=1)
    registered = await make.registration(event, await make.person())
    waiting = await make.registration(event, await make.person(), RegistrationState.WAITLISTED)
    manager = await make.staff(Role.REGISTRAR, umbrella, cascades=True)
    pool, guest = await make.pool(event), await make.member()
    with pytest.raises(NotFound):
        async with acting_as(manager) as work:
            await registering.cancel_registration(work, registered.id)
    with pytest.raises(NotAllowed):
        async with acting_as(manager) as work:
            await registering.register_on_behalf(work, event.id, guest.id)
    async with acting_as(manager) as work:
        await capacity.change_capacity(work, pool.id, 2)
    assert (await make.fresh(waiting)).state is RegistrationState.CONFIRMED
    async with acting_as(manager) as work:
        await life.cancel_event(work, event.id)
    assert (await make.fresh(registered)).state is RegistrationState.CANCELLED


async def test_a_draft_is_not_there_for_who_may_not_see_it(make: Maker, acting_as: ActingAs) -> None:
    event = await make.event(state=EventState.DRAFT)
    for actor in (None, await make.member(), await make.staff(association=await make.association())):
        for operation in (life.publish_event, life.open_registration, life.cancel_event, registering.register):
            with pytest.raises(NotFound):
                async with acting_as(actor) as work:
                    await operation(work, event.id)
    assert (await make.fresh(event)).state is EventState.DRAFT
