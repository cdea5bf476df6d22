"""Headcounts: numbers of members on a day, each person counted once, without showing the members."""

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
"""Cost of a headcount, and of each of its breakdowns: each reads all members."""
_UNDER_FIVE = "Null below five."


@strawberry.enum(description="Rule by which a headcount counts everybody once.")
class HeadcountRule(Enum):
    """The rule that decides between several memberships or positions: the full-time position, then the oldest."""

    ONCE_BY_MAIN_POSITION = "ONCE_BY_MAIN_POSITION"


describe_values(
    HeadcountRule,
    {
        "ONCE_BY_MAIN_POSITION": "A person with several memberships or positions counts once, by the main position: "
        "the full-time one, or else the one that began first."
    },
)


@read_type()
class PositionClassCount:
    """Number of members whose main position is of a class. PUBLIC; null below five."""

    position_class: models.PositionClass = column("Class of position.")
    count: int | None = column(f"Number of members. {_UNDER_FIVE}")


@read_type()
class SectorCount:
    """Number of members who work in a sector. PUBLIC; null below five."""

    sector: models.Sector = column("Sector of the main position, or of the association without one.")
    count: int | None = column(f"Number of members. {_UNDER_FIVE}")


@read_type()
class AssociationCount:
    """Number of members of an association; a member of two counts in both. PUBLIC; null below five."""

    association: Association | None = one(
        "The association.", on=lambda counted, association: association.id == counted.association_id
    )
    count: int | None = column(f"Number of members. {_UNDER_FIVE}")


def _cells(figure: str, cell: str, type_: Any) -> Row:
    def rows(headcount: Row) -> Row:
        counted = getattr(func.figures, figure)(headcount.association_id, headcount.day)
        columns = sql_column(cell, type_), sql_column("count", Integer)
        return counted.table_valued(*columns, with_ordinality=ORDINALITY)

    return rows


@read_type()
class Headcount:
    """Numbers of members in good standing, each counted once, by their main position. PUBLIC; null below five."""

    as_of: date = column("The day in question.", name="day")
    rule: HeadcountRule = expression(
        "Rule by which everybody is counted once.", lambda _: literal_column("'ONCE_BY_MAIN_POSITION'::text")
    )
    total: int | None = column(f"Number of members. {_UNDER_FIVE}")
    part_time: int | None = column(f"Number of members who work part time. {_UNDER_FIVE}")
    full_time: int | None = column(f"Number of members who work full time. {_UNDER_FIVE}")
    by_position_class: list[PositionClassCount] = many(
        "Breakdown by class of position, the largest first.",
        rows=_cells("headcount_by_class", "position_class", Text),
        weight=_WEIGHT,
    )
    by_sector: list[SectorCount] = many(
        "Breakdown by sector, the largest first.", rows=_cells("headcount_by_sector", "sector", Text), weight=_WEIGHT
    )
    by_association: list[AssociationCount] = many(
        "Breakdown by association, the largest first.",
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
        "Number of members in the confederation.",
        rows=lambda _, as_of: _headcount(cast(null(), Uuid), as_of),
        arguments=AS_OF,
        weight=_WEIGHT,
    )


@extends(Association)
class _AssociationHeadcount:
    headcount: Headcount = one(
        "Number of members in the association and its affiliates.",
        rows=lambda association, as_of: _headcount(association.id, as_of),
        arguments=AS_OF,
        weight=_WEIGHT,
    )
