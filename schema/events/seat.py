"""Availability of seats, and seats reserved for associations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import Integer, func
from sqlalchemy import column as sql_column

import models
from schema.base.ids import Ref
from schema.compiler.declare import column, extends, many, one, read_type
from schema.events.event import SeatPool
from schema.reading.relay import Node
from schema.tenancy.federation import Association

_FIGURES = ("capacity", "confirmed", "offered", "allotted", "waiting", "waiting_seats", "free")


@read_type()
class Availability:
    """Numbers of seats of a pool. `free` is `capacity - confirmed - offered - allotted`. PUBLIC."""

    capacity: int | None = column("Number of seats; null if there is no limit.")
    confirmed: int = column("Number of confirmed seats, used ones included.")
    offered: int = column("Number of seats held by open offers.")
    allotted: int = column("Number of seats reserved for associations and not yet taken by their members.")
    waiting: int = column("Number of registrations on the waiting list.")
    waiting_seats: int = column("Number of seats that they wait for.")
    free: int | None = column("Number of seats that are open to everybody; null if there is no limit.")


@read_type(models.Allotment)
class Allotment(Node):
    """Seats reserved for an association's members until a given time, then released to everybody. STAFF of both
    associations, and MEMBERS of the one they are reserved for.
    """

    seats: int = column("Number of reserved seats.")
    taken: int = column("Number of them taken by the association's members.")
    releases_at: datetime = column("Time at which unused seats will be released.")
    released_at: datetime | None = column("Time at which unused seats were released; null while they are reserved.")
    beneficiary: Association = one(
        "Association for whose members, and those of its affiliates, the seats are reserved.", via="beneficiary_id"
    )
    seat_pool: SeatPool | None = one("Seat pool that the seats belong to.", via="pool_id")


AllotmentId = Annotated[UUID, Ref("Allotment", "The allotment.")]


@extends(SeatPool)
class _PoolSeats:
    availability: Availability = one(
        "Numbers of seats by use.",
        rows=lambda pool: func.figures.availability(pool.id).table_valued(
            *(sql_column(name, Integer) for name in _FIGURES)
        ),
        weight=2,
    )
    allotments: list[Allotment] = many("Reserved seats that the reader may see.", via="pool_id", order=("releases_at",))
