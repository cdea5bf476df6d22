"""Segments: definitions of groups of people. A person who meets all conditions of any clause is in the segment."""

from uuid import UUID

from sqlalchemy import Index

from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import holds, policy, when
from models.base.records import TenantRecord, belongs_to, carries, choice, localized, localized_check, unique
from models.membership.memberships import MembershipStatus
from models.people.persons import ManagementLevel, MandateRole, PositionClass
from models.tenancy.federation import Sector


class Segment(TenantRecord, table=True):
    """A group of people, defined by conditions.

    PUBLIC once published, else its STAFF; only services read its members.
    """

    __table_args__ = (
        belongs_to("association", "association_id"),
        unique("slug"),
        carries("association_id", "published"),
        localized_check("segment", "name"),
    )

    association_id: UUID
    slug: str
    name: dict[str, str] = localized()
    published: bool = False


class SegmentClause(TenantRecord, table=True):
    """A set of conditions that must all be met; a null condition is ignored. PUBLIC with its segment."""

    __table_args__ = (
        belongs_to("segment", "segment_id", "association_id", "published"),
        belongs_to("association", "within_id"),
        Index("segment_clause_in_order", "confederation_id", "segment_id", "rank"),
    )
    __tablename__ = "segment_clause"

    segment_id: UUID
    rank: int = 0
    within_id: UUID | None = None  # the association of the membership or mandate
    with_affiliates: bool = False
    sector: Sector | None = choice(Sector, nullable=True)
    mandate_role: MandateRole | None = choice(MandateRole, nullable=True)
    position_class: PositionClass | None = choice(PositionClass, nullable=True)
    level: ManagementLevel | None = choice(ManagementLevel, nullable=True)
    membership_status: MembershipStatus | None = choice(MembershipStatus, nullable=True)
    locale: str | None = None
    region: str | None = None
    association_id: UUID  # the segment's
    published: bool = False


MANAGE_SEGMENTS = Permission("segments.manage", about_persons=False, scope=True)

policy(
    Segment,
    read=when(Segment.published) | holds(MANAGE_SEGMENTS, Segment.association_id),
    write=holds(MANAGE_SEGMENTS, Segment.association_id),
)
policy(
    SegmentClause,
    read=when(SegmentClause.published) | holds(MANAGE_SEGMENTS, SegmentClause.association_id),
    write=holds(MANAGE_SEGMENTS, SegmentClause.association_id),
)

classified(Segment, neither="association_id slug name published")
classified(
    SegmentClause,
    neither="segment_id rank within_id with_affiliates sector mandate_role position_class level membership_status "
    "locale region association_id published",
)
