"""Mutations of the check-in desk: recording scans, checking out, and registering walk-ins."""

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
from services.events.prices.errors import PriceListEnded


@dataclass(frozen=True)
class ScanInput(bringing.ScanInput):
    """A scan as the desk recorded it."""

    nonce: Annotated[
        str,
        "Identifier that the desk gives the scan, up to 100 characters, unique in the event: a scan that "
        "is sent again changes nothing.",
    ]
    kind: Annotated[models.ScanKind, "Kind of scan: coming in, going out, or undoing the last scan."]
    code: Annotated[str, "Ticket code as read."]
    at: Annotated[datetime, "Time of the scan; at most five minutes ahead of the server's clock."]
    device: Annotated[str | None, "Device that made the scan."] = None


@mutation(Event)
async def record_scans(
    work: Work, *, event_id: EventId, scans: Annotated[list[ScanInput], f"Up to {bringing.MOST_SCANS_PER_BATCH} scans."]
) -> models.Event:
    """Record a desk's scans; they may arrive late, repeatedly and in any order. Requires `registrations.manage`.

    Read the outcome of each by its nonce: `event { scans(where: {nonce: {in: […]}}) { nodes { nonce refusal } } }`. A
    late scan may change the outcome of scans made after it: the result is as if all had arrived in the order in which
    they were made.
    """
    return await bringing.record_scans(work, event_id, scans)


@mutation(Registration, problems=(WrongRegistrationState, WrongEventState, NotInside))
async def check_out(work: Work, *, registration_id: RegistrationId) -> models.Registration:
    """Check somebody out; they may come back. Requires `registrations.manage`."""
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
        PriceListEnded,
        WrongEventState,
        WrongRegistrationState,
    ),
)
async def register_walk_in(
    work: Work,
    *,
    event_id: EventId,
    person_id: Annotated[PersonId, "Person to register."],
    format: Annotated[
        models.EventFormat | None, "Format of the seat; required if the event has several formats."
    ] = None,
    reason: Annotated[str | None, "Reason, kept in the journal."] = None,
) -> models.Registration:
    """Register a person at the door and check them in. Refused without a free seat, or if others are waiting for it.

    Requires `registrations.manage`.
    """
    return await checkin.walk_in(work, event_id, person_id, format=format, reason=reason)
