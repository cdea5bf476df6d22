"""Segments: groups of people defined by conditions."""

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
    """A set of conditions that must all be met; a null condition is not checked. PUBLIC with its segment."""

    within: Association | None = one(
        "Association in which the person is a member or holds the mandate.", via="within_id"
    )
    with_affiliates: bool = column("True to include the associations affiliated with it.")
    sector: models.Sector | None = column("Sector that they work in.")
    mandate_role: models.MandateRole | None = column("Mandate that they hold.")
    position_class: models.PositionClass | None = column("Class of their position.")
    level: models.ManagementLevel | None = column("Management level of their position.")
    membership_status: models.MembershipStatus | None = column("Status of their membership; null: in good standing.")
    locale: str | None = column("Language that they prefer, as a language code.")
    region: str | None = column("Region where they live or work.")


@read_type(models.Segment)
class Segment(Node):
    """A group of people, defined by conditions: everybody who meets all conditions of at least one clause. PUBLIC once
    published, before that visible to STAFF.
    """

    slug: str = column("Name in URLs.", where=True, order=True)
    name: str | None = localized("Name.")
    published: bool = column("True if everybody may see the segment; its members are never shown.", where=True)
    clauses: list[SegmentClause] = many("Clauses; meeting one of them is enough.", via="segment_id", order=("rank",))
    association: Association = one("Association that owns it.", via="association_id")


SegmentId = Annotated[UUID, Ref("Segment", "The segment.")]


@extends(Association)
class _AssociationSegments:
    segments: Connection[Segment] = connection("Its segments.", via="association_id", order=("slug",))


@extends(Query)
class _Segments:
    segment: Segment | None = by_slug("Find a segment by its slug.")
