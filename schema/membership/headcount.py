"""Headcounts: figures over members whom the reader may not see, as of a day, each person once."""

from datetime import date
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Date, Integer, Text, Uuid, cast, func, literal_column, null
from sqlalchemy import column as sql_column

import models
from schema.base.describing import describe_values
from schema.compiler.bindings import ORDINALITY, Row
from schema.compiler.declare import column, expression, extends, many, one, read_type
from schema.tenancy.federation import AS_OF, Association, Confederation

_WEIGHT = 300
"""What a headcount counts for in an operation's cost, and each of its divisions: each goes through all members."""
_UNDER_FIVE = "Null where it is fewer than five."


@strawberry.enum(description="How a headcount makes sure that nobody counts twice.")
class HeadcountRule(Enum):
    """Whoever has several memberships or positions counts once: by the full-time position, else the oldest."""

    ONCE_BY_MAIN_POSITION = "ONCE_BY_MAIN_POSITION"


describe_values(
    HeadcountRule,
    {
        "ONCE_BY_MAIN_POSITION": "A person with several memberships or positions counts once, by the main position: "
        "full-time before part-time, then the one that began first."
    },
)


@read_type()
class PositionClassCount:
    """Members whose main position is of a class. PUBLIC; fewer than five are not told."""

    position_class: models.PositionClass = column("The class.")
    count: int | None = column(f"How many. {_UNDER_FIVE}")


@read_type()
class SectorCount:
    """Members who work in a sector. PUBLIC; fewer than five are not told."""

    sector: models.Sector = column("The sector of their main position, else of their association.")
    count: int | None = column(f"How many. {_UNDER_FIVE}")


@read_type()
class AssociationCount:
    """Members of an association; whoever belongs to two counts in both. PUBLIC; fewer than five are not told."""

    association: Association | None = one(
        "The association.", on=lambda counted, association: association.id == counted.association_id
    )
    count: int | None = column(f"How many. {_UNDER_FIVE}")


def _cells(figure: str, cell: str, type_: Any) -> Row:
    def rows(headcount: Row) -> Row:
        counted = getattr(func.figures, figure)(headcount.association_id, headcount.day)
        columns = sql_column(cell, type_), sql_column("count", Integer)
        return counted.table_valued(*columns, with_ordinality=ORDINALITY)

    return rows


@read_type()
class Headcount:
    """How many members in good standing, each once, with their main position. PUBLIC; fewer than five are not told."""

    as_of: date = column("The day that it is told for.", name="day")
    rule: HeadcountRule = expression(
        "How it makes sure that nobody counts twice.", lambda _: literal_column("'ONCE_BY_MAIN_POSITION'::text")
    )
    total: int | None = column(f"How many in all. {_UNDER_FIVE}")
    part_time: int | None = column(f"How many work part time. {_UNDER_FIVE}")
    full_time: int | None = column(f"How many work full time. {_UNDER_FIVE}")
    by_position_class: list[PositionClassCount] = many(
        "By class of position, the most first.",
        rows=_cells("headcount_by_class", "position_class", Text),
        weight=_WEIGHT,
    )
    by_sector: list[SectorCount] = many(
        "By sector, the most first.", rows=_cells("headcount_by_sector", "sector", Text), weight=_WEIGHT
    )
    by_association: list[AssociationCount] = many(
        "By association, the most first.",
        rows=_cells("headcount_by_association", "association_id", Uuid),
        limit=500,
        weight=_WEIGHT,
    )


def _headcount(association_id: Row, as_of: Row) -> Row:
    counted = func.figures.headcount(association_id, as_of)
    return counted.table_valued(
        sql_column("association_id", Uuid),
        sql_column("day", Date),
        *(sql_column(name, Integer) for name in ("total", "part_time", "full_time")),
    )


@extends(Confederation)
class _ConfederationHeadcount:
    headcount: Headcount = one(
        "How many members there are in all.",
        rows=lambda _, as_of: _headcount(cast(null(), Uuid), as_of),
        arguments=AS_OF,
        weight=_WEIGHT,
    )


@extends(Association)
class _AssociationHeadcount:
    headcount: Headcount = one(
        "How many members there are in it and in those affiliated with it.",
        rows=lambda association, as_of: _headcount(association.id, as_of),
        arguments=AS_OF,
        weight=_WEIGHT,
    )
