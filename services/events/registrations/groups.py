"""Groups: several people registered at once, all of them or nobody."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from models import (
    MANAGE_REGISTRATIONS,
    Association,
    AttendeeRole,
    Event,
    EventFormat,
    Person,
    Registration,
    RegistrationState,
)
from services.core.checks import check_text
from services.core.errors import InvalidInput, Problem
from services.core.work import Work
from services.events import access
from services.events.errors import NotEnoughSeats
from services.events.questions import answers
from services.events.registrations import delegates, eligibility, registering
from services.events.seats import pools

LARGEST_GROUP = 200
"""People in one group."""
ELEVATION_REASON = "an association registers its delegates for another's event"


async def register_group(
    work: Work,
    event_id: UUID,
    person_ids: Sequence[UUID],
    *,
    association_id: UUID | None = None,
    format: EventFormat | None = None,
    role: AttendeeRole = AttendeeRole.PARTICIPANT,
    given: Mapping[UUID, Mapping[str, Any]] | None = None,
    may_wait: bool = False,
    reason: str | None = None,
) -> Event:
    """Register up to `LARGEST_GROUP` people for an event, a seat each, in the order given: all or nobody.

    As delegates of the association, if one is named: it pays for them, sees their registrations, and may give them up
    or send others. Asks for `registrations.manage` in the event's association, or in the one that sends them; what the
    event's staff may go past (`register_on_behalf`), its delegates' may not, and they register participants only.

    A refusal about somebody has the path of who it is, `personIds` and the place in the list. NotEnoughSeats with how
    many could be had, unless those `may_wait` for whom there are none. `given`: answers by person, each by the keys of
    the questions; what is required may be left open for the delegate.
    """
    event = await access.event(work, event_id)
    if association_id is not None:
        await work.find(Association, association_id, "associationId")
    by_staff = work.actor.may(MANAGE_REGISTRATIONS, event.association_id)
    if not by_staff:
        at = association_id if role is AttendeeRole.PARTICIPANT else None
        work.actor.require(MANAGE_REGISTRATIONS, at or event.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    _check_group(person_ids, given or {})
    paths = {id: ("personIds", str(i)) for i, id in enumerate(person_ids)}
    people = await delegates.persons(work, list(paths.items()), of=association_id)
    async with work.elevated(ELEVATION_REASON):
        # All of the event's pools, so that nobody else registers any of these people meanwhile, be it in another
        # format: two groups that name the same people in another order would wait for each other.
        await pools.lock_all(work, of=event.id)
        reasons = await eligibility.reasons_against_each(work, event, person_ids, on_behalf=by_staff)
        made: list[Registration] = []
        for person in people:
            if against := reasons[person.id]:
                raise _about(against[0], paths[person.id])
            made.append(
                await registering.place(
                    work,
                    event,
                    person,
                    format=format,
                    role=role,
                    on_behalf=True,
                    past_the_window=by_staff,
                    delegated_by_id=association_id,
                    reason=reason,
                )
            )
        _check_seats(made, may_wait=may_wait)
        await _answer(work, people, made, given or {}, paths)
        await work.record("event.group_registered", event, reason=reason, data=_counts(made, association_id))
    return event


def _check_group(person_ids: Sequence[UUID], given: Mapping[UUID, Any]) -> None:
    if not 1 <= len(person_ids) <= LARGEST_GROUP:
        raise InvalidInput(f"1 to {LARGEST_GROUP} persons", f"{len(person_ids)}", path=("personIds",))
    first = {id: i for i, id in reversed(list(enumerate(person_ids)))}
    for i, id in enumerate(person_ids):
        if first[id] != i:
            raise InvalidInput("each person once", f"the same as {first[id]}", path=("personIds", str(i)))
    if not given.keys() <= first.keys():
        raise InvalidInput("answers of the group's people", "somebody else's", path=("answers",))


def _check_seats(made: Sequence[Registration], *, may_wait: bool) -> None:
    seated = [one for one in made if one.state is RegistrationState.CONFIRMED]
    if not may_wait and len(seated) < len(made):
        raise NotEnoughSeats(len(made), len(seated), path=("personIds",))


async def _answer(
    work: Work,
    people: Sequence[Person],
    made: Sequence[Registration],
    given: Mapping[UUID, Mapping[str, Any]],
    paths: Mapping[UUID, tuple[str, ...]],
) -> None:
    for person, one in zip(people, made, strict=True):
        if given.get(person.id):
            try:
                await answers.store(work, one, given[person.id], on_behalf=True)
            except Problem as problem:
                raise _about(problem, paths[person.id]) from problem


def _about(problem: Problem, path: tuple[str, ...]) -> Problem:
    problem.path = path
    return problem


def _counts(made: Sequence[Registration], association_id: UUID | None) -> dict[str, Any]:
    waiting = sum(one.state is RegistrationState.WAITLISTED for one in made)
    sent = {} if association_id is None else {"delegated_by_id": str(association_id)}
    return {"registrations": len(made), "waiting": waiting} | sent
