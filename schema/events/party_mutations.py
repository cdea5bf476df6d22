"""Mutations of guests, parties, groups and moved registrations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import models
from schema.events.event import Event, EventId
from schema.events.party import RegistrationGuest, RegistrationGuestId
from schema.events.question import AnswerInput, given_answers
from schema.events.registration import Registration, RegistrationId
from schema.events.registration_mutations import ADMISSION
from schema.mutations.declare import mutation
from schema.people.person import PersonId
from schema.tenancy.federation import AssociationId
from services.core.errors import InvalidInput
from services.core.unset import UNSET, Unset, given
from services.core.work import Work
from services.events.errors import (
    AnswersNotAccepted,
    GuestScanned,
    NoSuchFormat,
    NotEnoughSeats,
    PartyTooLarge,
    PartyTooSmall,
    RegistrationClosed,
    RegistrationNotOpen,
    SeatsKeptForOthers,
    WrongEventState,
    WrongRegistrationState,
)
from services.events.registrations import editing, groups, guests, moving

_CHANGING = (WrongRegistrationState, WrongEventState, RegistrationNotOpen, RegistrationClosed)
_SEATS = (PartyTooLarge, NotEnoughSeats)
_COMING = (*ADMISSION, NoSuchFormat, *_SEATS, AnswersNotAccepted)
_WHY = "Reason, kept in the journal."


@mutation(Registration, problems=(*_CHANGING, *_SEATS))
async def create_registration_guest(
    work: Work, *, registration_id: RegistrationId, name: Annotated[str, "Name on the badge."]
) -> models.Registration:
    """Name a guest, on a seat of the party without a name or else on an additional one.

    An additional seat is taken if one is free and nobody is waiting for it; a registration on the waiting list then
    waits for one seat more. Requires `registrations.manage` unless it is one's own registration.
    """
    return await guests.add_guest(work, registration_id, name)


@mutation(Registration, problems=_CHANGING)
async def update_registration_guest(
    work: Work, *, registration_guest_id: RegistrationGuestId, name: Annotated[str, "Name on the badge."]
) -> models.Registration:
    """Correct a guest's name, or name somebody else instead. Requires `registrations.manage` unless it is one's own
    registration.
    """
    return await guests.rename_guest(work, registration_guest_id, name)


@mutation(Registration, deletes=RegistrationGuest, problems=(WrongRegistrationState, WrongEventState, GuestScanned))
async def delete_registration_guest(work: Work, *, registration_guest_id: RegistrationGuestId) -> models.Registration:
    """Remove a guest and free the seat for the waiting list. Requires `registrations.manage` unless it is one's own
    registration.
    """
    return await guests.remove_guest(work, registration_guest_id)


@mutation(Registration, problems=(*_CHANGING, *_SEATS, PartyTooSmall, NoSuchFormat))
async def update_registration(
    work: Work,
    *,
    registration_id: RegistrationId,
    format: Annotated[Unset | models.EventFormat, "New format."] = UNSET,
    seats: Annotated[Unset | int, "Number of seats, the person's own included."] = UNSET,
    role: Annotated[Unset | models.AttendeeRole, "Role of the person; requires `registrations.manage`."] = UNSET,
    reason: Annotated[str | None, _WHY] = None,
) -> models.Registration:
    """Change the format, the number of seats or the role: all of it or nothing.

    If the other format has no free seats, the registration keeps its seats. Requires `registrations.manage` unless it
    is one's own registration.
    """
    return await editing.edit_registration(
        work, registration_id, reason=reason, **given(format=format, seats=seats, role=role)
    )


@dataclass(frozen=True)
class PersonAnswersInput:
    """The answers of one person of a group."""

    person_id: Annotated[PersonId, "The person."]
    answers: Annotated[list[AnswerInput], "Answers to the event's questions."]


@mutation(Event, problems=_COMING)
async def register_group(
    work: Work,
    *,
    event_id: EventId,
    person_ids: Annotated[
        list[PersonId],
        f"Persons to register, at most {groups.LARGEST_GROUP}, one seat each; seats are given in this order.",
    ],
    association_id: Annotated[
        AssociationId | None,
        "Association that sends the persons as its delegates; it pays for them, and sees their registrations.",
    ] = None,
    format: Annotated[models.EventFormat | None, "Format; required if the event has several formats."] = None,
    role: Annotated[
        models.AttendeeRole, "Role of the persons; only staff of the event may choose one other than participant."
    ] = models.AttendeeRole.PARTICIPANT,
    answers: Annotated[
        Sequence[PersonAnswersInput],
        "Answers of each person; required answers may be left to the delegates themselves.",
    ] = (),
    may_wait: Annotated[
        bool, "True to put persons without a seat on the waiting list; false to register all or none."
    ] = False,
    reason: Annotated[str | None, _WHY] = None,
) -> models.Event:
    """Register several persons, all or none. A problem with one person has the path of that person.

    Requires `registrations.manage` in the organising association or in the one that sends delegates. Delegates are
    subject to the same rules as if they registered themselves, and only while the event is open to them.
    """
    return await groups.register_group(
        work,
        event_id,
        person_ids,
        association_id=association_id,
        format=format,
        role=role,
        given=_by_person(answers),
        may_wait=may_wait,
        reason=reason,
    )


@mutation(Registration, problems=(*ADMISSION, WrongEventState, WrongRegistrationState, SeatsKeptForOthers))
async def move_registration(
    work: Work,
    *,
    registration_id: RegistrationId,
    person_id: Annotated[PersonId, "Person who comes instead."],
    reason: Annotated[str | None, _WHY] = None,
) -> models.Registration:
    """Hand a registration over to another person, with its seats or its place on the waiting list. They get a new
    ticket; the old one is void.

    Requires `registrations.manage` in the organising association, or in the one that sent the delegate.
    """
    return await moving.move_registration(work, registration_id, person_id, reason=reason)


@mutation(Registration, problems=(*_COMING, WrongEventState, WrongRegistrationState))
async def move_to_event(
    work: Work,
    *,
    registration_id: RegistrationId,
    event_id: Annotated[EventId, "Other event, of the same association."],
    format: Annotated[models.EventFormat | None, "Format there; required if that event has several formats."] = None,
    may_wait: Annotated[bool, "True to join that event's waiting list if no seat is free."] = False,
    answers: Annotated[Sequence[AnswerInput], "Answers to that event's questions."] = (),
    reason: Annotated[str | None, _WHY] = None,
) -> models.Registration:
    """Move a registration and its guests to another edition, both or neither. Returns the new registration.

    Requires `registrations.manage` unless it is one's own registration.
    """
    return await moving.move_to_event(
        work, registration_id, event_id, format=format, may_wait=may_wait, given=given_answers(answers), reason=reason
    )


def _by_person(given: Sequence[PersonAnswersInput]) -> dict[UUID, dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = {}
    for rank, one in enumerate(given):
        if one.person_id in found:
            raise InvalidInput("each person once", "one twice", path=("answers", str(rank), "personId"))
        found[one.person_id] = given_answers(one.answers, "answers", str(rank))
    return found
