"""What people and the desk do about registrations, and whether one may register."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

import models
from schema.compiler.declare import computed, extends
from schema.events.event import Event
from schema.events.question import AnswerInput, given_answers
from schema.events.registration import Registration
from schema.mutations.declare import MutationInput, Together, key, mutation
from schema.mutations.problems import Met, Problem
from schema.reading.requests import Request
from services.core import errors
from services.core.actor import Actor
from services.core.work import Work, begin
from services.events.desk import checkin
from services.events.errors import (
    AlreadyRegistered,
    AnswersNotAccepted,
    NoSuchFormat,
    NotInvited,
    OfferExpired,
    PartyTooLarge,
    PartyTooSmall,
    RegistrationClosed,
    RegistrationNotOpen,
    WrongEventState,
    WrongRegistrationState,
)
from services.events.prices.errors import PriceListEnded
from services.events.registrations import eligibility, gate, registering
from services.events.seats import offers, priorities

REGISTERING = (
    RegistrationNotOpen,
    RegistrationClosed,
    NotInvited,
    PriceListEnded,
    AlreadyRegistered,
    NoSuchFormat,
    PartyTooLarge,
    PartyTooSmall,
    AnswersNotAccepted,
    WrongEventState,
)
"""What stands in the way of registering, or of registering somebody."""
_FORMAT = "Where to take part; needed where the event has several formats."


@strawberry.input(description="Somebody whom a person brings.")
class GuestInput:
    """Part of the input of `registerForEvent`."""

    name: str = strawberry.field(description="The name on the badge.")


@strawberry.input(description="A registration of oneself.")
class RegisterForEventInput(MutationInput):
    """The input of `registerForEvent`."""

    event_id: strawberry.ID = strawberry.field(description="The event.")
    format: models.EventFormat | None = strawberry.field(default=None, description=_FORMAT)
    seats: int | None = strawberry.field(
        default=None,
        description="For how many, oneself included: together or not at all, as many as the event allows. "
        "As many as are named, unless more are asked for: these can be named later.",
    )
    guests: list[GuestInput] = strawberry.field(default_factory=list, description="Whom the person brings.")
    answers: list[AnswerInput] = strawberry.field(
        default_factory=list, description="Answers to the event's questions; staff may leave open what is required."
    )


def _plain(input: RegisterForEventInput) -> Hashable:
    """The event and the format, where it is for oneself alone and nothing else is said."""
    said = input.seats not in (None, 1) or input.guests or input.answers
    return None if said else (key(input.event_id, "Event", "eventId"), input.format)


async def _register_each(
    work: Work, about: tuple[UUID, models.EventFormat | None], actors: Sequence[Actor]
) -> Sequence[gate.Decision]:
    event_id, format = about
    return await gate.register_each(work, event_id, actors, format=format)


@mutation(Registration, problems=REGISTERING, together=Together(_plain, _register_each))
async def register_for_event(work: Work, input: RegisterForEventInput) -> models.Registration:
    """Take a seat, or the next place on the waiting list where the event is full."""
    return await registering.register(
        work,
        key(input.event_id, "Event", "eventId"),
        format=input.format,
        seats=input.seats,
        guests=[guest.name for guest in input.guests],
        given=given_answers(input.answers),
    )


@strawberry.input(description="A registration of somebody else.")
class RegisterOnBehalfInput(RegisterForEventInput):
    """The input of `registerOnBehalf`."""

    person_id: strawberry.ID = strawberry.field(description="Who is registered.")
    role: models.AttendeeRole = strawberry.field(
        default=models.AttendeeRole.PARTICIPANT,
        description="As what they come: speakers and staff take seats where the event counts them.",
    )
    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(Registration, problems=REGISTERING)
async def register_on_behalf(work: Work, input: RegisterOnBehalfInput) -> models.Registration:
    """Register somebody, outside the window and the audience if need be, never past the seats.

    Asks for `registrations.manage` in the association that organises the event.
    """
    return await registering.register_on_behalf(
        work,
        key(input.event_id, "Event", "eventId"),
        key(input.person_id, "Person", "personId"),
        format=input.format,
        role=input.role,
        seats=input.seats,
        guests=[guest.name for guest in input.guests],
        given=given_answers(input.answers),
        reason=input.reason,
    )


@strawberry.input(description="A registration that was made.")
class RegistrationInput(MutationInput):
    """The input of mutations that take a registration."""

    registration_id: strawberry.ID = strawberry.field(description="The registration.")


@strawberry.input(description="A registration to cancel.")
class CancelRegistrationInput(RegistrationInput):
    """The input of `cancelRegistration`."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def cancel_registration(work: Work, input: CancelRegistrationInput) -> models.Registration:
    """Give a seat back, or leave the waiting list; the first in line takes the seat.

    One's own, or with `registrations.manage`.
    """
    id = key(input.registration_id, "Registration", "registrationId")
    return await registering.cancel_registration(work, id, reason=input.reason)


@strawberry.input(description="An offer to accept.")
class AcceptOfferInput(RegistrationInput):
    """The input of `acceptOffer`."""


@mutation(Registration, problems=(WrongRegistrationState, OfferExpired))
async def accept_offer(work: Work, input: AcceptOfferInput) -> models.Registration:
    """Take the seats that one was offered. One's own, or with `registrations.manage`."""
    return await offers.accept_offer(work, key(input.registration_id, "Registration", "registrationId"))


@strawberry.input(description="An offer to decline.")
class DeclineOfferInput(RegistrationInput):
    """The input of `declineOffer`."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def decline_offer(work: Work, input: DeclineOfferInput) -> models.Registration:
    """Leave the seats that one was offered to the next in line. One's own, or with `registrations.manage`."""
    id = key(input.registration_id, "Registration", "registrationId")
    return await offers.decline_offer(work, id, reason=input.reason)


@strawberry.input(description="Somebody to move up or down a waiting list.")
class SetPriorityInput(RegistrationInput):
    """The input of `setPriority`."""

    priority: int = strawberry.field(description="Lower comes first; everybody begins at 0.")
    reason: str = strawberry.field(description="Why, for the journal.")


@mutation(Registration, problems=(WrongRegistrationState,))
async def set_priority(work: Work, input: SetPriorityInput) -> models.Registration:
    """Put somebody who waits ahead of the others, or behind. Asks for `registrations.manage`."""
    id = key(input.registration_id, "Registration", "registrationId")
    return await priorities.set_priority(work, id, input.priority, reason=input.reason)


@strawberry.input(description="Somebody who has come.")
class CheckInInput(RegistrationInput):
    """The input of `checkIn`."""


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def check_in(work: Work, input: CheckInInput) -> models.Registration:
    """Note that somebody has come. Asks for `registrations.manage`."""
    return await checkin.check_in(work, key(input.registration_id, "Registration", "registrationId"))


@strawberry.input(description="A check-in to undo.")
class UndoCheckInInput(RegistrationInput):
    """The input of `undoCheckIn`."""


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def undo_check_in(work: Work, input: UndoCheckInInput) -> models.Registration:
    """Take a check-in back. Asks for `registrations.manage`."""
    return await checkin.undo_check_in(work, key(input.registration_id, "Registration", "registrationId"))


@strawberry.type(description="Whether one may register, and why not: told before the button is pressed.")
class Eligibility:
    """The answer of `canRegister`, by the same rules as the operation."""

    allowed: bool = strawberry.field(description="Whether registering would be accepted now.")
    reasons: list[Problem] = strawberry.field(description="What stands in the way; empty where nothing does.")


async def _can_register(row: Mapping[str, Any], request: Request) -> Eligibility:
    reasons = await _loader(request).load(UUID(row["id"]))
    met: list[Any] = [Met(problem) for problem in reasons]
    return Eligibility(allowed=not met, reasons=met)


def _loader(request: Request) -> DataLoader[UUID, list[errors.Problem]]:
    """One for each request, so that a list of events asks for all of them at once."""

    async def load(ids: Sequence[UUID]) -> list[list[errors.Problem]]:
        async with begin(request.database, request.actor, now=request.reading.now) as work:
            reasons = await eligibility.reasons_for(work, ids, work.actor.person_id)
        return [reasons[id] for id in ids]

    if _can_register not in request.loaders:
        request.loaders[_can_register] = DataLoader(load_fn=load)
    loader: DataLoader[UUID, list[errors.Problem]] = request.loaders[_can_register]
    return loader


@extends(Event)
class _EventEligibility:
    can_register: Eligibility = computed(
        "Whether the reader may register now, and why not.", _can_register, needs=("id",), weight=5
    )
