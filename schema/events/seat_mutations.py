"""Mutations of allotments, the seats reserved for associations."""

from datetime import datetime
from typing import Annotated

import models
from schema.events.event import SeatPoolId
from schema.events.seat import Allotment, AllotmentId
from schema.mutations.declare import mutation
from schema.tenancy.federation import AssociationId
from services.core.errors import AlreadyExists
from services.core.unset import UNSET, Unset, given
from services.core.work import Work
from services.events.errors import AlreadyReleased, BelowTaken, NotEnoughSeats, WrongEventState
from services.events.seats import allotments

_RELEASES = "Time at which unused seats are released; not after the event starts."


@mutation(Allotment, problems=(NotEnoughSeats, AlreadyExists, WrongEventState))
async def create_allotment(
    work: Work,
    *,
    seat_pool_id: Annotated[SeatPoolId, "Seat pool that the seats belong to."],
    beneficiary_id: Annotated[
        AssociationId, "Association for whose members, and those of its affiliates, the seats are reserved."
    ],
    seats: Annotated[int, "Number of seats."],
    releases_at: Annotated[datetime, _RELEASES],
) -> models.Allotment:
    """Reserve seats for the members of an association and of its affiliates. Requires `events.manage`."""
    return await allotments.allot(work, seat_pool_id, beneficiary_id, seats=seats, releases_at=releases_at)


@mutation(Allotment, problems=(NotEnoughSeats, BelowTaken, AlreadyReleased, WrongEventState))
async def update_allotment(
    work: Work,
    *,
    allotment_id: AllotmentId,
    seats: Annotated[Unset | int, "New number of reserved seats."] = UNSET,
    releases_at: Annotated[Unset | datetime, _RELEASES] = UNSET,
) -> models.Allotment:
    """Change the number of reserved seats or the time of release; never below the seats taken. Requires
    `events.manage`.
    """
    return await allotments.change_allotment(work, allotment_id, **given(seats=seats, releases_at=releases_at))


@mutation(Allotment, problems=(AlreadyReleased, WrongEventState))
async def release_allotment(work: Work, *, allotment_id: AllotmentId) -> models.Allotment:
    """Release the unused seats of an allotment, to the waiting list first. Requires `events.manage`."""
    return await allotments.release_allotment(work, allotment_id)
