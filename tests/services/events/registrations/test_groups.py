"""Groups: an event's staff, or an association that sends delegates, register several people at once or nobody."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from models import (
    Answer,
    Association,
    AttendeeRole,
    CancellationCause,
    Event,
    EventFormat,
    EventState,
    Invoice,
    JournalEntry,
    Person,
    Registration,
    RegistrationState,
    Role,
)
from services.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from services.core.work import Work
from services.events.errors import (
    AlreadyRegistered,
    AnswersNotAccepted,
    NoSuchFormat,
    NotEnoughSeats,
    NotInvited,
    RegistrationClosed,
    RegistrationNotOpen,
)
from services.events.registrations.groups import register_group
from services.events.registrations.registering import cancel_registration
from services.people.segments import ClauseInput, create_segment
from tests.making import ActingAs, Maker, texts
from tests.services.events.looking import picture

CONFIRMED, WAITLISTED = RegistrationState.CONFIRMED, RegistrationState.WAITLISTED


pytestmark = pytest.mark.usefixtures("reconciled")


@dataclass
class South:
    """An association that sends delegates to another's events."""

    association: Association
    staff: Person
    delegates: list[Person]

    @property
    def ids(self) -> list[UUID]:
        return [person.id for person in self.delegates]


@pytest.fixture
async def south(make: Maker) -> South:
    association = await make.association()
    staff = await make.staff(Role.REGISTRAR, association)
    return South(association, staff, [await make.member(association) for _ in range(4)])


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who runs the home association's events."""
    return await make.staff(Role.REGISTRAR)


async def rows(make: Maker, event: Event) -> list[Registration]:
    """The event's registrations by arrival."""
    return sorted(await make.all(Registration, event_id=event.id), key=lambda row: row.arrival)


async def test_staff_register_a_group_in_the_order_given(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event, people = await make.event(capacity=3), [await make.member() for _ in range(3)]
    async with acting_as(registrar) as work:
        assert (await register_group(work, event.id, [person.id for person in people])).id == event.id
    made = await rows(make, event)
    assert [(row.person_id, row.state, row.registered_by_id, row.delegated_by_id) for row in made] == [
        (person.id, CONFIRMED, registrar.id, None) for person in people
    ]
    (entry,) = await make.all(JournalEntry, action="event.group_registered")
    assert entry.data == {"registrations": 3, "waiting": 0}


async def test_an_association_registers_its_delegates_pays_for_them_and_sees_them(
    make: Maker, acting_as: ActingAs, south: South
) -> None:
    event = await make.event(capacity=10)
    await make.price(event, "50.00")
    await make.registration(event, await make.member())
    async with acting_as(south.staff) as work:
        await register_group(work, event.id, south.ids, association_id=south.association.id)
    invoices = await make.all(Invoice)
    assert [(row.payer_id, row.person_id) for row in invoices] == [(south.association.id, None)] * 4
    assert [row.total for row in invoices] == [50] * 4
    async with acting_as(south.staff) as work:
        seen = await work.seen(Registration, [row.id for row in await rows(make, event)])
    assert seen == {row.id for row in await rows(make, event) if row.person_id in south.ids}


async def test_who_waited_is_paid_for_by_the_association_when_a_seat_is_theirs(
    make: Maker, acting_as: ActingAs, south: South
) -> None:
    event = await make.event(capacity=1)
    await make.price(event, "50.00")
    ana = await make.person()
    anas = await make.registration(event, ana)
    async with acting_as(south.staff) as work:
        await register_group(work, event.id, south.ids[:1], association_id=south.association.id, may_wait=True)
    assert await make.count(Invoice) == 0
    async with acting_as(ana) as work:
        await cancel_registration(work, anas.id)
    (invoice,) = await make.all(Invoice)
    assert invoice.payer_id == south.association.id


async def test_the_association_gives_up_a_delegates_place(make: Maker, acting_as: ActingAs, south: South) -> None:
    event = await make.event(capacity=10)
    async with acting_as(south.staff) as work:
        await register_group(work, event.id, south.ids, association_id=south.association.id)
    first, others = (await rows(make, event))[0], await make.registration(event, await make.member())
    async with acting_as(south.staff) as work:
        await cancel_registration(work, first.id)
    assert (await make.fresh(first)).cancellation_cause is CancellationCause.BY_STAFF
    with pytest.raises(NotFound):
        async with acting_as(south.staff) as work:
            await cancel_registration(work, others.id)


async def test_there_are_seats_for_all_or_for_nobody(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event, people = await make.event(capacity=3), await members(make)
    before = await picture(make)
    with pytest.raises(NotEnoughSeats) as refusal:
        async with acting_as(registrar) as work:
            await register_group(work, event.id, [person.id for person in people])
    assert (refusal.value.asked, refusal.value.free) == (4, 3)
    assert await picture(make) == before


async def members(make: Maker) -> list[Person]:
    return [await make.member() for _ in range(4)]


async def test_those_who_may_wait_do_in_the_order_given_behind_who_waits_already(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event, people = await make.event(capacity=2), await members(make)
    async with acting_as(registrar) as work:
        await register_group(work, event.id, [person.id for person in people], may_wait=True)
    made = await rows(make, event)
    assert [row.person_id for row in made] == [person.id for person in people]
    assert [row.state for row in made] == [CONFIRMED] * 2 + [WAITLISTED] * 2


async def test_a_group_has_the_seats_kept_for_its_association_first(
    make: Maker, acting_as: ActingAs, south: South
) -> None:
    event = await make.event(capacity=4)
    kept = await make.allotment(event, south.association, 2)
    async with acting_as(south.staff) as work:
        await register_group(work, event.id, south.ids, association_id=south.association.id)
    assert [row.allotment_id for row in await rows(make, event)] == [kept.id, kept.id, None, None]


async def test_one_bad_person_and_nobody_is_registered(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event, people = await make.event(capacity=9), await members(make)
    await make.registration(event, people[2])
    died = await make.member(person={"deceased_on": date(2020, 1, 1)})
    elsewhere = await make.member(await make.association())
    cases: list[tuple[list[UUID], type[Problem], tuple[str, ...]]] = [
        ([people[0].id, people[1].id, people[2].id], AlreadyRegistered, ("personIds", "2")),
        ([people[0].id, died.id], NotFound, ("personIds", "1")),
        ([people[0].id, elsewhere.id], NotFound, ("personIds", "1")),
        ([uuid4(), people[0].id], NotFound, ("personIds", "0")),
        ([people[0].id, people[1].id, people[0].id], InvalidInput, ("personIds", "2")),
        ([], InvalidInput, ("personIds",)),
        ([uuid4() for _ in range(201)], InvalidInput, ("personIds",)),
    ]
    before = await picture(make)
    for ids, refused, path in cases:
        with pytest.raises(refused) as refusal:
            async with acting_as(registrar) as work:
                await register_group(work, event.id, ids)
        assert refusal.value.path == path
        assert await picture(make) == before


async def test_which_registration_somebody_has_is_not_told_to_who_may_not_see_it(
    make: Maker, acting_as: ActingAs, south: South
) -> None:
    event = await make.event()
    await make.registration(event, south.delegates[1])
    with pytest.raises(AlreadyRegistered) as refusal:
        async with acting_as(south.staff) as work:
            await register_group(work, event.id, south.ids, association_id=south.association.id)
    assert (refusal.value.registration_id, refusal.value.state) == (None, None)
    assert refusal.value.path == ("personIds", "1")


@pytest.mark.parametrize(
    ("state", "refused"), [(EventState.CLOSED, RegistrationClosed), (EventState.PUBLISHED, RegistrationNotOpen)]
)
async def test_delegates_are_held_to_the_window_and_those_whom_the_organizer_registers_are_not(
    make: Maker, registrar: Person, south: South, state: EventState, refused: type[Problem]
) -> None:
    event, person = await make.event(state=state), await make.member()
    with pytest.raises(refused) as refusal:
        async with make.acting_as(south.staff) as work:
            await register_group(work, event.id, south.ids, association_id=south.association.id)
    assert refusal.value.path == ("personIds", "0")
    async with make.acting_as(registrar) as work:
        await register_group(work, event.id, [person.id])
    assert [row.person_id for row in await rows(make, event)] == [person.id]


async def test_delegates_are_held_to_the_audience_each_by_their_own(
    make: Maker, acting_as: ActingAs, registrar: Person, south: South
) -> None:
    async with acting_as(await make.staff(Role.ADMINISTRATOR)) as work:
        home = await make.home()
        segment = await create_segment(
            work,
            association_id=home.id,
            slug="north",
            name=texts("Nord", "North"),
            clauses=[ClauseInput(region="Nord")],
            published=True,
        )
    from_north = await make.member(south.association, person={"region": "Nord"})
    event = await make.event(invited=[segment])
    with pytest.raises(NotInvited) as refusal:
        async with acting_as(south.staff) as work:
            await register_group(work, event.id, [from_north.id, *south.ids], association_id=south.association.id)
    assert (refusal.value.path, refusal.value.audiences) == (("personIds", "1"), ["north"])
    assert await make.count(Registration) == 0
    async with acting_as(south.staff) as work:
        await register_group(work, event.id, [from_north.id], association_id=south.association.id)
    assert await make.count(Registration) == 1


async def test_who_may_register_whom(make: Maker, acting_as: ActingAs, registrar: Person, south: South) -> None:
    event, member = await make.event(), await make.member()
    other = await make.association()
    both = await make.staff(Role.REGISTRAR, south.association)
    await make.grant(both, Role.REGISTRAR, other)
    theirs = await make.member(other)
    before = await picture(make)

    async def refused(by: Person, problem: type[Problem], id: UUID, **given: Any) -> None:
        with pytest.raises(problem):
            async with acting_as(by) as work:
                await register_group(work, event.id, [id], **given)
        assert await picture(make) == before

    await refused(south.staff, NotAllowed, south.ids[0])  # for no association
    await refused(south.staff, NotAllowed, south.ids[0], association_id=other.id)  # for another one
    await refused(member, NotAllowed, member.id, association_id=south.association.id)
    await refused(south.staff, NotFound, south.ids[0], association_id=uuid4())
    await refused(south.staff, NotFound, member.id, association_id=south.association.id)  # not seen
    # Seen for another association's sake: this one mustn't see their registration.
    await refused(both, NotFound, theirs.id, association_id=south.association.id)
    # Speakers may be seated past the capacity: only the organizer says who is one.
    await refused(south.staff, NotAllowed, south.ids[0], association_id=south.association.id, role=AttendeeRole.SPEAKER)


async def test_a_member_of_an_affiliate_is_the_umbrellas_delegate(make: Maker, acting_as: ActingAs) -> None:
    umbrella = await make.umbrella()
    below = await make.association()
    await make.affiliation(below, umbrella, visible_from_above=True)
    staff, member = await make.staff(Role.REGISTRAR, umbrella, cascades=True), await make.member(below)
    event = await make.event()
    async with acting_as(staff) as work:
        await register_group(work, event.id, [member.id], association_id=umbrella.id)
    (row,) = await rows(make, event)
    assert (row.person_id, row.delegated_by_id) == (member.id, umbrella.id)


async def test_answers_come_with_each_person_and_what_is_required_may_be_left_open(
    make: Maker, acting_as: ActingAs, south: South
) -> None:
    event = await make.event()
    await make.question(event, "meal", required=True)

    async def answer(work: Work, value: object) -> None:
        given = {south.ids[1]: {"meal": value}}
        await register_group(work, event.id, south.ids, association_id=south.association.id, given=given)

    with pytest.raises(AnswersNotAccepted) as refusal:
        async with acting_as(south.staff) as work:
            await answer(work, 7)
    assert refusal.value.path == ("personIds", "1")
    assert await make.count(Registration) == 0
    async with acting_as(south.staff) as work:
        await answer(work, "Tofu")
    (stored,) = await make.all(Answer)
    assert (stored.person_id, stored.value) == (south.ids[1], "Tofu")


async def test_a_group_for_an_event_of_two_formats_says_which(make: Maker, acting_as: ActingAs, south: South) -> None:
    event = await make.event(formats=[EventFormat.IN_PERSON, EventFormat.ONLINE])
    with pytest.raises(NoSuchFormat):
        async with acting_as(south.staff) as work:
            await register_group(work, event.id, south.ids, association_id=south.association.id)
    async with acting_as(south.staff) as work:
        await register_group(work, event.id, south.ids, association_id=south.association.id, format=EventFormat.ONLINE)
    assert (await make.pool(event, EventFormat.ONLINE)).taken == 4


async def test_answers_of_who_is_not_in_the_group_are_refused(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event, person = await make.event(), await make.member()
    with pytest.raises(InvalidInput):
        async with acting_as(registrar) as work:
            await register_group(work, event.id, [person.id], given={uuid4(): {}})
    assert await make.count(Registration) == 0
