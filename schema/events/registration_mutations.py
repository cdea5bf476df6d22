"""Mutations of registrations by people and the desk, and the check of eligibility."""

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
from schema.mutations.batching import Batching
from schema.mutations.declare import mutation
from schema.mutations.problems import Met, Problem
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
"""Reasons for which a person may not register, whatever they ask for."""
REGISTERING = (*ADMISSION, NoSuchFormat, PartyTooLarge, PartyTooSmall, AnswersNotAccepted)
"""Problems of registering, for oneself or on behalf of somebody."""
_FORMAT = "Format; required if the event has several formats."


@dataclass(frozen=True)
class GuestInput:
    """A guest whom a person brings."""

    name: Annotated[str, "Name on the badge."]


def _plain(
    event_id: UUID,
    *,
    format: models.EventFormat | None = None,
    seats: int | None = None,
    guests: Sequence[GuestInput] = (),
    answers: Sequence[AnswerInput] = (),
) -> Hashable:
    """Return the batch key (event and format) of a registration of one seat without guests or answers,
    otherwise None.
    """
    return None if seats not in (None, 1) or guests or answers else (event_id, format)


async def _register_each(
    work: Work, about: tuple[UUID, models.EventFormat | None], actors: Sequence[Actor]
) -> Sequence[gate.Decision]:
    event_id, format = about
    return await gate.register_each(work, event_id, actors, format=format)


@mutation(Registration, problems=REGISTERING, batching=Batching(_plain, _register_each))
async def register_for_event(
    work: Work,
    *,
    event_id: EventId,
    format: Annotated[models.EventFormat | None, _FORMAT] = None,
    seats: Annotated[
        int | None,
        "Number of seats, the person's own included; all or none, within the event's limit. By default "
        "one for the person and each guest; guests on further seats can be named later.",
    ] = None,
    guests: Annotated[Sequence[GuestInput], "Guests whom the person brings."] = (),
    answers: Annotated[
        Sequence[AnswerInput], "Answers to the event's questions; staff may leave out required ones."
    ] = (),
) -> models.Registration:
    """Register the signed-in person for an event, or put them on the waiting list if it is full."""
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
    person_id: Annotated[PersonId, "Person to register."],
    format: Annotated[models.EventFormat | None, _FORMAT] = None,
    seats: Annotated[
        int | None,
        "Number of seats, the person's own included; all or none, within the event's limit. By default "
        "one for the person and each guest; guests on further seats can be named later.",
    ] = None,
    guests: Annotated[Sequence[GuestInput], "Guests whom the person brings."] = (),
    answers: Annotated[
        Sequence[AnswerInput], "Answers to the event's questions; staff may leave out required ones."
    ] = (),
    role: Annotated[
        models.AttendeeRole, "Role of the person; speakers and staff take seats only if the event counts them."
    ] = models.AttendeeRole.PARTICIPANT,
    reason: Annotated[str | None, "Reason, kept in the journal."] = None,
) -> models.Registration:
    """Register a person on their behalf. Registration dates and audiences don't apply; the seat limit does.

    Requires `registrations.manage` in the organising association.
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
    work: Work, *, registration_id: RegistrationId, reason: Annotated[str | None, "Reason, kept in the journal."] = None
) -> models.Registration:
    """Cancel a registration; the first person on the waiting list gets the seat.

    Requires `registrations.manage` unless it is one's own registration.
    """
    return await registering.cancel_registration(work, registration_id, reason=reason)


@mutation(Registration, problems=(WrongRegistrationState, OfferExpired))
async def accept_offer(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Accept the offered seats. Requires `registrations.manage` unless it is one's own registration."""
    return await offers.accept_offer(work, registration_id)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def decline_offer(
    work: Work, *, registration_id: RegistrationId, reason: Annotated[str | None, "Reason, kept in the journal."] = None
) -> models.Registration:
    """Decline the offered seats; they go to the next person on the waiting list. Requires `registrations.manage` unless
    it is one's own registration.
    """
    return await offers.decline_offer(work, registration_id, reason=reason)


@mutation(Registration, problems=(WrongRegistrationState,))
async def update_registration_priority(
    work: Work,
    *,
    registration_id: RegistrationId,
    priority: Annotated[int, "Priority on the waiting list: lower comes first, 0 by default."],
    reason: Annotated[str, "Reason, kept in the journal."],
) -> models.Registration:
    """Move a registration up or down the waiting list. Requires `registrations.manage`."""
    return await priorities.set_priority(work, registration_id, priority, reason=reason)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def check_in(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Check a person in. Requires `registrations.manage`."""
    return await checkin.check_in(work, registration_id)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState))
async def undo_check_in(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Undo a check-in. Requires `registrations.manage`."""
    return await checkin.undo_check_in(work, registration_id)


@strawberry.type(
    description="Whether the reader may register, with the reasons if not; meant to be shown before they try."
)
class Eligibility:
    """The answer of `canRegister`, by the same rules as the operation."""

    allowed: bool = strawberry.field(description="True if registering would be accepted now.")
    reasons: list[Problem] = strawberry.field(
        description="Reasons for which registering would be refused; empty if it is allowed."
    )


async def _can_register(events: Sequence[Mapping[str, Any]], request: Request) -> list[Eligibility]:
    ids = [UUID(event["id"]) for event in events]
    async with begin(request.database, request.actor, now=request.reading.now) as work:
        reasons = await eligibility.reasons_for(work, ids, work.actor.person_id)
    met: list[list[Any]] = [[Met(problem) for problem in reasons[id]] for id in ids]
    return [Eligibility(allowed=not problems, reasons=problems) for problems in met]


@extends(Event)
class _EventEligibility:
    can_register: Eligibility = computed(
        "Whether the reader may register now, with the reasons if not.", batch=_can_register, needs=("id",), weight=5
    )
