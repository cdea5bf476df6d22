"""What staff do about seats: keep some for an association, and release them."""

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

_RELEASES = "Until when they are kept; not after the event starts."


@mutation(Allotment, problems=(NotEnoughSeats, AlreadyExists, WrongEventState))
async def create_allotment(
    work: Work,
    *,
    seat_pool_id: Annotated[SeatPoolId, "Of which seats."],
    beneficiary_id: Annotated[AssociationId, "The association whose members they are for."],
    seats: Annotated[int, "How many."],
    releases_at: Annotated[datetime, _RELEASES],
) -> models.Allotment:
    """Keep seats for an association's members, and those of its affiliates. Asks for `events.manage`."""
    return await allotments.allot(work, seat_pool_id, beneficiary_id, seats=seats, releases_at=releases_at)


@mutation(Allotment, problems=(NotEnoughSeats, BelowTaken, AlreadyReleased, WrongEventState))
async def update_allotment(
    work: Work,
    *,
    allotment_id: AllotmentId,
    seats: Annotated[Unset | int, "How many to keep."] = UNSET,
    releases_at: Annotated[Unset | datetime, _RELEASES] = UNSET,
) -> models.Allotment:
    """Keep more or fewer seats, or until another moment; never fewer than were taken. Asks for `events.manage`."""
    return await allotments.change_allotment(work, allotment_id, **given(seats=seats, releases_at=releases_at))


@mutation(Allotment, problems=(AlreadyReleased, WrongEventState))
async def release_allotment(work: Work, *, allotment_id: AllotmentId) -> models.Allotment:
    """Let everybody have what an allotment still keeps, who waits first. Asks for `events.manage`."""
    return await allotments.release_allotment(work, allotment_id)
