"""Segments: whom an association means."""

from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler.declare import column, connection, extends, localized, many, one, read_type
from schema.reading.queries import Query, by_slug
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association


@read_type(models.SegmentClause)
class SegmentClause:
    """All of the conditions that are given; one that is null asks nothing. PUBLIC with its segment."""

    within: Association | None = one("A member, or the holder of the mandate, in this association.", via="within_id")
    with_affiliates: bool = column("Or in one affiliated with it.")
    sector: models.Sector | None = column("In this sector.")
    mandate_role: models.MandateRole | None = column("Who holds this mandate.")
    position_class: models.PositionClass | None = column("Whose position is of this class.")
    level: models.ManagementLevel | None = column("Whose position is at this level.")
    membership_status: models.MembershipStatus | None = column(
        "Whose membership stands so; by default, in good standing."
    )
    locale: str | None = column("Who prefers this language, by its code.")
    region: str | None = column("Who lives or works there.")


@read_type(models.Segment)
class Segment(Node):
    """Whom an association means: anybody in any of the clauses. PUBLIC once published, else STAFF."""

    slug: str = column("Its name in addresses.", where=True, order=True)
    name: str | None = localized("What it is called.")
    published: bool = column("Whether everybody may know of it; who is in it, never.", where=True)
    clauses: list[SegmentClause] = many("Its clauses: any of them.", via="segment_id", order=("rank",))
    association: Association = one("Whose it is.", via="association_id")


SegmentId = Annotated[UUID, Ref("Segment", "The segment.")]


@extends(Association)
class _AssociationSegments:
    segments: Connection[Segment] = connection("Its segments.", via="association_id", order=("slug",))


@extends(Query)
class _Segments:
    segment: Segment | None = by_slug("A segment by its slug.")
