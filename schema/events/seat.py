"""Seats: how what is left of them comes about, and what is kept for associations."""

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
    """How many seats of a pool are free, and why: `capacity - confirmed - offered - allotted = free`. PUBLIC."""

    capacity: int | None = column("How many there are; null without a limit.")
    confirmed: int = column("How many are confirmed, or were used.")
    offered: int = column("How many are held by offers that stand.")
    allotted: int = column("How many are kept for associations whose members have not taken them.")
    waiting: int = column("How many registrations wait.")
    waiting_seats: int = column("How many seats these wait for.")
    free: int | None = column("How many are left for everybody; null without a limit.")


@read_type(models.Allotment)
class Allotment(Node):
    """Seats kept for an association's members until a moment, then released to all. STAFF of both, and its MEMBERS."""

    seats: int = column("How many.")
    taken: int = column("How many of them its members took.")
    releases_at: datetime = column("Until when they are kept.")
    released_at: datetime | None = column("When what was left went to all.")
    beneficiary: Association = one("For whose members, and those of its affiliates.", via="beneficiary_id")
    seat_pool: SeatPool | None = one("Of which seats.", via="pool_id")


AllotmentId = Annotated[UUID, Ref("Allotment", "The allotment.")]


@extends(SeatPool)
class _PoolSeats:
    availability: Availability = one(
        "How what is left comes about.",
        rows=lambda pool: func.figures.availability(pool.id).table_valued(
            *(sql_column(name, Integer) for name in _FIGURES)
        ),
        weight=2,
    )
    allotments: list[Allotment] = many(
        "What is kept for associations, as far as the reader may see it.", via="pool_id", order=("releases_at",)
    )
