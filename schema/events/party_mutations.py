"""Guests, changes, groups and moves."""

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
_WHY = "Why, for the journal."


@mutation(Registration, problems=(*_CHANGING, *_SEATS))
async def create_registration_guest(
    work: Work, *, registration_id: RegistrationId, name: Annotated[str, "The name on the badge."]
) -> models.Registration:
    """Bring somebody, on a seat of the party that nobody is named for, or else on one more.

    Another seat is taken where one is free and nobody waits for it; who waits, waits with one more. One's own, or with
    `registrations.manage`.
    """
    return await guests.add_guest(work, registration_id, name)


@mutation(Registration, problems=_CHANGING)
async def update_registration_guest(
    work: Work, *, registration_guest_id: RegistrationGuestId, name: Annotated[str, "The name on the badge."]
) -> models.Registration:
    """Name a guest otherwise, or somebody else instead. One's own, or with `registrations.manage`."""
    return await guests.rename_guest(work, registration_guest_id, name)


@mutation(Registration, deletes=RegistrationGuest, problems=(WrongRegistrationState, WrongEventState, GuestScanned))
async def delete_registration_guest(work: Work, *, registration_guest_id: RegistrationGuestId) -> models.Registration:
    """Give a guest's seat back; the first in line takes it. One's own, or with `registrations.manage`."""
    return await guests.remove_guest(work, registration_guest_id)


@mutation(Registration, problems=(*_CHANGING, *_SEATS, PartyTooSmall, NoSuchFormat))
async def update_registration(
    work: Work,
    *,
    registration_id: RegistrationId,
    format: Annotated[Unset | models.EventFormat, "Where to take part instead."] = UNSET,
    seats: Annotated[Unset | int, "For how many, oneself included."] = UNSET,
    role: Annotated[Unset | models.AttendeeRole, "As what the person comes; asks for `registrations.manage`."] = UNSET,
    reason: Annotated[str | None, _WHY] = None,
) -> models.Registration:
    """Change the format, the seats or the role, all of it or nothing.

    One keeps the seats one has where there are none of the other format. One's own, or with `registrations.manage`.
    """
    return await editing.edit_registration(
        work, registration_id, reason=reason, **given(format=format, seats=seats, role=role)
    )


@dataclass(frozen=True)
class PersonAnswersInput:
    """What one of a group answers."""

    person_id: Annotated[PersonId, "Who of the group."]
    answers: Annotated[list[AnswerInput], "Answers to the event's questions."]


@mutation(Event, problems=_COMING)
async def register_group(
    work: Work,
    *,
    event_id: EventId,
    person_ids: Annotated[
        list[PersonId],
        f"Who is registered, {groups.LARGEST_GROUP} at the most, a seat each; in this order they have them.",
    ],
    association_id: Annotated[
        AssociationId | None, "Whose delegates they are: it pays for them, and sees their registrations."
    ] = None,
    format: Annotated[
        models.EventFormat | None, "Where they take part; needed where the event has several formats."
    ] = None,
    role: Annotated[
        models.AttendeeRole, "As what they come: other roles are the event's to give."
    ] = models.AttendeeRole.PARTICIPANT,
    answers: Annotated[
        Sequence[PersonAnswersInput], "What is required may be left open for the delegates themselves."
    ] = (),
    may_wait: Annotated[
        bool, "Whether those wait for whom there are no seats; else there are seats for all or none."
    ] = False,
    reason: Annotated[str | None, _WHY] = None,
) -> models.Event:
    """Register several people, all of them or nobody. A refusal about one has the path of whom it is about.

    Asks for `registrations.manage` in the association that organises the event, or in the one that sends delegates:
    these are registered as they would be by themselves, when the event is open to them.
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
    person_id: Annotated[PersonId, "Who comes instead."],
    reason: Annotated[str | None, _WHY] = None,
) -> models.Registration:
    """Let somebody else have the same seats, or the same place in line, with a ticket of their own; the other is void.

    Asks for `registrations.manage` in the association that organises the event, or in the one whose delegate it is.
    """
    return await moving.move_registration(work, registration_id, person_id, reason=reason)


@mutation(Registration, problems=(*_COMING, WrongEventState, WrongRegistrationState))
async def move_to_event(
    work: Work,
    *,
    registration_id: RegistrationId,
    event_id: Annotated[EventId, "The other event, of the same association."],
    format: Annotated[
        models.EventFormat | None, "Where to take part there; needed where that event has several formats."
    ] = None,
    may_wait: Annotated[bool, "Whether to wait there where no seat is free."] = False,
    answers: Annotated[Sequence[AnswerInput], "Answers to that event's questions."] = (),
    reason: Annotated[str | None, _WHY] = None,
) -> models.Registration:
    """Register for another edition instead, with one's guests, both or neither. Answers the new registration.

    One's own, or with `registrations.manage`.
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
