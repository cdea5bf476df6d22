"""What desks do: bring scans, let people out, and let in who walks in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import models
from schema.events.event import Event, EventId
from schema.events.registration import Registration, RegistrationId
from schema.mutations.declare import mutation
from schema.people.person import PersonId
from services.core.work import Work
from services.events.desk import checkin
from services.events.desk import scans as bringing
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


@dataclass(frozen=True)
class ScanInput(bringing.ScanInput):
    """A scan, as the desk that made it has it."""

    nonce: Annotated[
        str,
        "The desk's own name for it, up to 100 characters, never used twice at an event: "
        "brought again, it changes nothing.",
    ]
    kind: Annotated[models.ScanKind, "Whether somebody comes, leaves, or the last is taken back."]
    code: Annotated[str, "The ticket's code as it was read."]
    at: Annotated[datetime, "When it was: five minutes ahead of our clock at the most."]
    device: Annotated[str | None, "What it was scanned with."] = None


@mutation(Event)
async def record_scans(
    work: Work, *, event_id: EventId, scans: Annotated[list[ScanInput], f"Up to {bringing.MOST_SCANS_PER_BATCH} scans."]
) -> models.Event:
    """Take a desk's scans, however late, again, and in any order. Asks for `registrations.manage`.

    What became of each is read by its nonce: `event { scans(where: {nonce: {in: […]}}) { nodes { nonce refusal } } }`.
    A scan that comes late may turn what was accepted or refused after it, as if all had come in the order of their own
    times.
    """
    return await bringing.record_scans(work, event_id, scans)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState, NotInside))
async def check_out(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Note that somebody leaves; they may come back. Asks for `registrations.manage`."""
    return await checkin.check_out(work, registration_id)


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
async def register_walk_in(
    work: Work,
    *,
    event_id: EventId,
    person_id: Annotated[PersonId, "Who it is."],
    format: Annotated[
        models.EventFormat | None, "Which kind of seat; needed where the event has several formats."
    ] = None,
    reason: Annotated[str | None, "Why, for the journal."] = None,
) -> models.Registration:
    """Register somebody who stands at the door, and check them in; never past the seats, nor past who waits for one.

    Asks for `registrations.manage`.
    """
    return await checkin.walk_in(work, event_id, person_id, format=format, reason=reason)
