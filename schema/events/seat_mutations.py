"""What staff do about seats: keep some for an association, and release them."""

from datetime import datetime

import strawberry

import models
from schema.events.seat import Allotment
from schema.mutations.declare import MutationInput, key, mutation
from services.core.errors import AlreadyExists
from services.core.work import Work
from services.events.errors import AlreadyReleased, BelowTaken, NotEnoughSeats, WrongEventState
from services.events.seats import allotments

_RELEASES = "Until when they are kept; not after the event starts."


@strawberry.input(description="Seats to keep for an association.")
class AllotSeatsInput(MutationInput):
    """The input of `allotSeats`."""

    seat_pool_id: strawberry.ID = strawberry.field(description="Of which seats.")
    beneficiary_id: strawberry.ID = strawberry.field(description="The association whose members they are for.")
    seats: int = strawberry.field(description="How many.")
    releases_at: datetime = strawberry.field(description=_RELEASES)


@mutation(Allotment, problems=(NotEnoughSeats, AlreadyExists, WrongEventState))
async def allot_seats(work: Work, input: AllotSeatsInput) -> models.Allotment:
    """Keep seats for an association's members, and those of its affiliates. Asks for `events.manage`."""
    return await allotments.allot(
        work,
        key(input.seat_pool_id, "SeatPool", "seatPoolId"),
        key(input.beneficiary_id, "Association", "beneficiaryId"),
        seats=input.seats,
        releases_at=input.releases_at,
    )


@strawberry.input(description="An allotment.")
class AllotmentInput(MutationInput):
    """The input of mutations that take an allotment."""

    allotment_id: strawberry.ID = strawberry.field(description="The allotment.")


@strawberry.input(description="A change of an allotment.")
class ChangeAllotmentInput(AllotmentInput):
    """The input of `changeAllotment`."""

    seats: int | None = strawberry.field(default=None, description="How many to keep; left out: as many as before.")
    releases_at: datetime | None = strawberry.field(default=None, description=f"{_RELEASES} Left out: as before.")


@mutation(Allotment, problems=(NotEnoughSeats, BelowTaken, AlreadyReleased, WrongEventState))
async def change_allotment(work: Work, input: ChangeAllotmentInput) -> models.Allotment:
    """Keep more or fewer seats, or until another moment; never fewer than were taken. Asks for `events.manage`."""
    id = key(input.allotment_id, "Allotment", "allotmentId")
    return await allotments.change_allotment(work, id, seats=input.seats, releases_at=input.releases_at)


@strawberry.input(description="An allotment to release.")
class ReleaseAllotmentInput(AllotmentInput):
    """The input of `releaseAllotment`."""


@mutation(Allotment, problems=(AlreadyReleased, WrongEventState))
async def release_allotment(work: Work, input: ReleaseAllotmentInput) -> models.Allotment:
    """Let everybody have what an allotment still keeps, who waits first. Asks for `events.manage`."""
    return await allotments.release_allotment(work, key(input.allotment_id, "Allotment", "allotmentId"))
