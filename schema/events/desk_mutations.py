"""What desks do: bring scans, let people out, and let in who walks in."""

from datetime import datetime

import strawberry

import models
from schema.events.event import Event
from schema.events.registration import Registration
from schema.events.registration_mutations import RegistrationInput
from schema.mutations.declare import MutationInput, key, mutation
from services.core.work import Work
from services.events.desk import checkin, scans
from services.events.errors import (
    AlreadyRegistered,
    AnswersNotAccepted,
    NoSuchFormat,
    NotEnoughSeats,
    NotInside,
    RegistrationClosed,
    RegistrationNotOpen,
    WrongEventState,
    WrongRegistrationState,
)


@strawberry.input(description="A scan, as the desk that made it has it.")
class ScanInput:
    """One of a batch."""

    nonce: str = strawberry.field(
        description="The desk's own name for it, up to 100 characters, never used twice at an event: "
        "brought again, it changes nothing."
    )
    kind: models.ScanKind = strawberry.field(description="Whether somebody comes, leaves, or the last is taken back.")
    code: str = strawberry.field(description="The ticket's code as it was read.")
    at: datetime = strawberry.field(description="When it was: five minutes ahead of our clock at the most.")
    device: str | None = strawberry.field(default=None, description="What it was scanned with.")


@strawberry.input(description="Scans that a desk brings.")
class RecordScansInput(MutationInput):
    """The input of `recordScans`."""

    event_id: strawberry.ID = strawberry.field(description="The event.")
    scans: list[ScanInput] = strawberry.field(description=f"Up to {scans.MOST_SCANS_PER_BATCH} scans.")


@mutation(Event)
async def record_scans(work: Work, input: RecordScansInput) -> models.Event:
    """Take a desk's scans, however late, again, and in any order. Asks for `registrations.manage`.

    What became of each is read by its nonce: `event { scans(where: {nonce: {in: […]}}) { nodes { nonce refusal } } }`.
    A scan that comes late may turn what was accepted or refused after it, as if all had come in the order of their own
    times.
    """
    brought = [scans.ScanInput(scan.nonce, scan.kind, scan.code, scan.at, scan.device) for scan in input.scans]
    return await scans.record_scans(work, key(input.event_id, "Event", "eventId"), brought)


@strawberry.input(description="Somebody who leaves.")
class CheckOutInput(RegistrationInput):
    """The input of `checkOut`."""


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState, NotInside))
async def check_out(work: Work, input: CheckOutInput) -> models.Registration:
    """Note that somebody leaves; they may come back. Asks for `registrations.manage`."""
    return await checkin.check_out(work, key(input.registration_id, "Registration", "registrationId"))


@strawberry.input(description="Somebody at the door without a registration.")
class RegisterWalkInInput(MutationInput):
    """The input of `registerWalkIn`."""

    event_id: strawberry.ID = strawberry.field(description="The event.")
    person_id: strawberry.ID = strawberry.field(description="Who it is.")
    format: models.EventFormat | None = strawberry.field(
        default=None, description="Which kind of seat; needed where the event has several formats."
    )
    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(
    Registration,
    problems=(
        RegistrationNotOpen,
        RegistrationClosed,
        AlreadyRegistered,
        AnswersNotAccepted,
        NoSuchFormat,
        NotEnoughSeats,
        WrongEventState,
        WrongRegistrationState,
    ),
)
async def register_walk_in(work: Work, input: RegisterWalkInInput) -> models.Registration:
    """Register somebody who stands at the door, and check them in; never past the seats, nor past who waits for one.

    Asks for `registrations.manage`.
    """
    return await checkin.walk_in(
        work,
        key(input.event_id, "Event", "eventId"),
        key(input.person_id, "Person", "personId"),
        format=input.format,
        reason=input.reason,
    )
