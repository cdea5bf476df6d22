"""What people and the desk do about registrations, and whether one may register."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry

import models
from schema.compiler.declare import computed, extends
from schema.events.event import Event, EventId
from schema.events.question import AnswerInput, given_answers
from schema.events.registration import Registration, RegistrationId
from schema.mutations.declare import mutation
from schema.mutations.problems import Met, Problem
from schema.mutations.together import Together
from schema.people.person import PersonId
from schema.reading.requests import Request
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

ADMISSION = (RegistrationNotOpen, RegistrationClosed, NotInvited, PriceListEnded, AlreadyRegistered)
"""Why somebody may not register, whatever they ask for."""
REGISTERING = (*ADMISSION, NoSuchFormat, PartyTooLarge, PartyTooSmall, AnswersNotAccepted)
"""What stands in the way of registering, or of registering somebody."""
_FORMAT = "Where to take part; needed where the event has several formats."


@dataclass(frozen=True)
class GuestInput:
    """Somebody whom a person brings."""

    name: Annotated[str, "The name on the badge."]


def _plain(
    event_id: UUID,
    *,
    format: models.EventFormat | None = None,
    seats: int | None = None,
    guests: Sequence[GuestInput] = (),
    answers: Sequence[AnswerInput] = (),
) -> Hashable:
    """The event and the format, where it is for oneself alone and nothing else is said."""
    return None if seats not in (None, 1) or guests or answers else (event_id, format)


async def _register_each(
    work: Work, about: tuple[UUID, models.EventFormat | None], actors: Sequence[Actor]
) -> Sequence[gate.Decision]:
    event_id, format = about
    return await gate.register_each(work, event_id, actors, format=format)


@mutation(Registration, problems=REGISTERING, together=Together(_plain, _register_each))
async def register_for_event(
    work: Work,
    *,
    event_id: EventId,
    format: Annotated[models.EventFormat | None, _FORMAT] = None,
    seats: Annotated[
        int | None,
        "For how many, oneself included: together or not at all, as many as the event allows. "
        "As many as are named, unless more are asked for: these can be named later.",
    ] = None,
    guests: Annotated[Sequence[GuestInput], "Whom the person brings."] = (),
    answers: Annotated[
        Sequence[AnswerInput], "Answers to the event's questions; staff may leave open what is required."
    ] = (),
) -> models.Registration:
    """Take a seat, or the next place on the waiting list where the event is full."""
    return await registering.register(
        work,
        event_id,
        format=format,
        seats=seats,
        guests=[guest.name for guest in guests],
        given=given_answers(answers),
    )


@mutation(Registration, problems=REGISTERING)
async def register_on_behalf(
    work: Work,
    *,
    event_id: EventId,
    person_id: Annotated[PersonId, "Who is registered."],
    format: Annotated[models.EventFormat | None, _FORMAT] = None,
    seats: Annotated[
        int | None,
        "For how many, oneself included: together or not at all, as many as the event allows. "
        "As many as are named, unless more are asked for: these can be named later.",
    ] = None,
    guests: Annotated[Sequence[GuestInput], "Whom the person brings."] = (),
    answers: Annotated[
        Sequence[AnswerInput], "Answers to the event's questions; staff may leave open what is required."
    ] = (),
    role: Annotated[
        models.AttendeeRole, "As what they come: speakers and staff take seats where the event counts them."
    ] = models.AttendeeRole.PARTICIPANT,
    reason: Annotated[str | None, "Why, for the journal."] = None,
) -> models.Registration:
    """Register somebody, outside the window and the audience if need be, never past the seats.

    Asks for `registrations.manage` in the association that organises the event.
    """
    return await registering.register_on_behalf(
        work,
        event_id,
        person_id,
        format=format,
        role=role,
        seats=seats,
        guests=[guest.name for guest in guests],
        given=given_answers(answers),
        reason=reason,
    )


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def cancel_registration(
    work: Work, *, registration_id: RegistrationId, reason: Annotated[str | None, "Why, for the journal."] = None
) -> models.Registration:
    """Give a seat back, or leave the waiting list; the first in line takes the seat.

    One's own, or with `registrations.manage`.
    """
    return await registering.cancel_registration(work, registration_id, reason=reason)


@mutation(Registration, problems=(WrongRegistrationState, OfferExpired))
async def accept_offer(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Take the seats that one was offered. One's own, or with `registrations.manage`."""
    return await offers.accept_offer(work, registration_id)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def decline_offer(
    work: Work, *, registration_id: RegistrationId, reason: Annotated[str | None, "Why, for the journal."] = None
) -> models.Registration:
    """Leave the seats that one was offered to the next in line. One's own, or with `registrations.manage`."""
    return await offers.decline_offer(work, registration_id, reason=reason)


@mutation(Registration, problems=(WrongRegistrationState,))
async def update_registration_priority(
    work: Work,
    *,
    registration_id: RegistrationId,
    priority: Annotated[int, "Lower comes first; everybody begins at 0."],
    reason: Annotated[str, "Why, for the journal."],
) -> models.Registration:
    """Put somebody who waits ahead of the others, or behind. Asks for `registrations.manage`."""
    return await priorities.set_priority(work, registration_id, priority, reason=reason)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def check_in(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Note that somebody has come. Asks for `registrations.manage`."""
    return await checkin.check_in(work, registration_id)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def undo_check_in(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Take a check-in back. Asks for `registrations.manage`."""
    return await checkin.undo_check_in(work, registration_id)


@strawberry.type(description="Whether one may register, and why not: told before the button is pressed.")
class Eligibility:
    """The answer of `canRegister`, by the same rules as the operation."""

    allowed: bool = strawberry.field(description="Whether registering would be accepted now.")
    reasons: list[Problem] = strawberry.field(description="What stands in the way; empty where nothing does.")


async def _can_register(events: Sequence[Mapping[str, Any]], request: Request) -> list[Eligibility]:
    ids = [UUID(event["id"]) for event in events]
    async with begin(request.database, request.actor, now=request.reading.now) as work:
        reasons = await eligibility.reasons_for(work, ids, work.actor.person_id)
    met: list[list[Any]] = [[Met(problem) for problem in reasons[id]] for id in ids]
    return [Eligibility(allowed=not problems, reasons=problems) for problems in met]


@extends(Event)
class _EventEligibility:
    can_register: Eligibility = computed(
        "Whether the reader may register now, and why not.", batch=_can_register, needs=("id",), weight=5
    )
