"""Guests, changes, groups and moves."""

from typing import Any
from uuid import UUID

import strawberry

import models
from schema.events.event import Event
from schema.events.question import AnswerInput, given_answers
from schema.events.registration import Registration
from schema.events.registration_mutations import REGISTERING, RegistrationInput
from schema.mutations.declare import MutationInput, key, mutation
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events.errors import (
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
_WHY = "Why, for the journal."


@strawberry.input(description="A guest to bring.")
class AddGuestInput(RegistrationInput):
    """The input of `addGuest`."""

    name: str = strawberry.field(description="The name on the badge.")


@mutation(Registration, problems=(*_CHANGING, *_SEATS))
async def add_guest(work: Work, input: AddGuestInput) -> models.Registration:
    """Bring somebody, on a seat of the party that nobody is named for, or else on one more.

    Another seat is taken where one is free and nobody waits for it; who waits, waits with one more. One's own, or with
    `registrations.manage`.
    """
    id = key(input.registration_id, "Registration", "registrationId")
    return await guests.add_guest(work, id, input.name)


@strawberry.input(description="A guest who was named.")
class NamedGuestInput(MutationInput):
    """The input of mutations that take a guest."""

    guest_id: strawberry.ID = strawberry.field(description="The guest.")


@strawberry.input(description="Another name for a guest.")
class RenameGuestInput(NamedGuestInput):
    """The input of `renameGuest`."""

    name: str = strawberry.field(description="The name on the badge.")


@mutation(Registration, problems=_CHANGING)
async def rename_guest(work: Work, input: RenameGuestInput) -> models.Registration:
    """Name a guest otherwise, or somebody else instead. One's own, or with `registrations.manage`."""
    return await guests.rename_guest(work, key(input.guest_id, "RegistrationGuest", "guestId"), input.name)


@strawberry.input(description="A guest not to bring.")
class RemoveGuestInput(NamedGuestInput):
    """The input of `removeGuest`."""


@mutation(Registration, problems=(*_CHANGING, GuestScanned))
async def remove_guest(work: Work, input: RemoveGuestInput) -> models.Registration:
    """Give a guest's seat back; the first in line takes it. One's own, or with `registrations.manage`."""
    return await guests.remove_guest(work, key(input.guest_id, "RegistrationGuest", "guestId"))


@strawberry.input(description="A registration to change; what is left out stays.")
class EditRegistrationInput(RegistrationInput):
    """The input of `editRegistration`."""

    format: models.EventFormat | None = strawberry.field(default=None, description="Where to take part instead.")
    seats: int | None = strawberry.field(default=None, description="For how many, oneself included.")
    role: models.AttendeeRole | None = strawberry.field(
        default=None, description="As what the person comes; asks for `registrations.manage`."
    )
    reason: str | None = strawberry.field(default=None, description=_WHY)


@mutation(Registration, problems=(*_CHANGING, *_SEATS, PartyTooSmall, NoSuchFormat))
async def edit_registration(work: Work, input: EditRegistrationInput) -> models.Registration:
    """Change the format, the seats or the role, all of it or nothing.

    One keeps the seats one has where there are none of the other format. One's own, or with `registrations.manage`.
    """
    return await editing.edit_registration(
        work,
        key(input.registration_id, "Registration", "registrationId"),
        format=input.format,
        role=input.role,
        seats=input.seats,
        reason=input.reason,
    )


@strawberry.input(description="What one of a group answers.")
class PersonAnswersInput:
    """Part of the input of `registerGroup`."""

    person_id: strawberry.ID = strawberry.field(description="Who of the group.")
    answers: list[AnswerInput] = strawberry.field(description="Answers to the event's questions.")


@strawberry.input(description="People to register together.")
class RegisterGroupInput(MutationInput):
    """The input of `registerGroup`."""

    event_id: strawberry.ID = strawberry.field(description="The event.")
    person_ids: list[strawberry.ID] = strawberry.field(
        description=f"Who is registered, {groups.LARGEST_GROUP} at the most, a seat each; in this order they have them."
    )
    association_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose delegates they are: it pays for them, and sees their registrations."
    )
    format: models.EventFormat | None = strawberry.field(
        default=None, description="Where they take part; needed where the event has several formats."
    )
    role: models.AttendeeRole = strawberry.field(
        default=models.AttendeeRole.PARTICIPANT, description="As what they come: other roles are the event's to give."
    )
    answers: list[PersonAnswersInput] = strawberry.field(
        default_factory=list, description="What is required may be left open for the delegates themselves."
    )
    may_wait: bool = strawberry.field(
        default=False,
        description="Whether those wait for whom there are no seats; else there are seats for all or none.",
    )
    reason: str | None = strawberry.field(default=None, description=_WHY)


@mutation(Event, problems=(*REGISTERING, NotEnoughSeats))
async def register_group(work: Work, input: RegisterGroupInput) -> models.Event:
    """Register several people, all of them or nobody. A refusal about one has the path of whom it is about.

    Asks for `registrations.manage` in the association that organises the event, or in the one that sends delegates:
    these are registered as they would be by themselves, when the event is open to them.
    """
    return await groups.register_group(
        work,
        key(input.event_id, "Event", "eventId"),
        [key(id, "Person", "personIds", str(i)) for i, id in enumerate(input.person_ids[: groups.LARGEST_GROUP + 1])],
        association_id=_association(input.association_id),
        format=input.format,
        role=input.role,
        given=_by_person(input.answers),
        may_wait=input.may_wait,
        reason=input.reason,
    )


@strawberry.input(description="Somebody to come instead of who is registered.")
class MoveRegistrationInput(RegistrationInput):
    """The input of `moveRegistration`."""

    person_id: strawberry.ID = strawberry.field(description="Who comes instead.")
    reason: str | None = strawberry.field(default=None, description=_WHY)


@mutation(Registration, problems=(*REGISTERING, WrongRegistrationState, SeatsKeptForOthers))
async def move_registration(work: Work, input: MoveRegistrationInput) -> models.Registration:
    """Let somebody else have the same seats, or the same place in line, with a ticket of their own; the other is void.

    Asks for `registrations.manage` in the association that organises the event, or in the one whose delegate it is.
    """
    return await moving.move_registration(
        work,
        key(input.registration_id, "Registration", "registrationId"),
        key(input.person_id, "Person", "personId"),
        reason=input.reason,
    )


@strawberry.input(description="Another event to come to instead.")
class MoveToEventInput(RegistrationInput):
    """The input of `moveToEvent`."""

    event_id: strawberry.ID = strawberry.field(description="The other event, of the same association.")
    format: models.EventFormat | None = strawberry.field(
        default=None, description="Where to take part there; needed where that event has several formats."
    )
    may_wait: bool = strawberry.field(default=False, description="Whether to wait there where no seat is free.")
    answers: list[AnswerInput] = strawberry.field(
        default_factory=list, description="Answers to that event's questions."
    )
    reason: str | None = strawberry.field(default=None, description=_WHY)


@mutation(Registration, problems=(*REGISTERING, WrongRegistrationState, NotEnoughSeats))
async def move_to_event(work: Work, input: MoveToEventInput) -> models.Registration:
    """Register for another edition instead, with one's guests, both or neither. Answers the new registration.

    One's own, or with `registrations.manage`.
    """
    return await moving.move_to_event(
        work,
        key(input.registration_id, "Registration", "registrationId"),
        key(input.event_id, "Event", "eventId"),
        format=input.format,
        may_wait=input.may_wait,
        given=given_answers(input.answers),
        reason=input.reason,
    )


def _association(id: strawberry.ID | None) -> UUID | None:
    return None if id is None else key(id, "Association", "associationId")


def _by_person(given: list[PersonAnswersInput]) -> dict[UUID, dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = {}
    for i, one in enumerate(given):
        person_id = key(one.person_id, "Person", "answers", str(i), "personId")
        if person_id in found:
            raise InvalidInput("each person once", "one twice", path=("answers", str(i), "personId"))
        found[person_id] = given_answers(one.answers)
    return found
