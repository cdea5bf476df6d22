"""Categories and memberships. A membership's status is derived from its dates, as of any day (see `figures.py`)."""

from datetime import date
from uuid import UUID

from alembic_utils.pg_function import PGFunction
from sqlalchemy import CheckConstraint, Index, text

from models.base.enums import DescribedEnum
from models.base.figures import derivation, routine
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import everyone, holds, own, policy
from models.base.records import TenantRecord, belongs_to, carries, choice, in_order, localized, localized_check, unique


class CategoryKind(DescribedEnum):
    """Kind of membership category, whatever the association calls it."""

    REGULAR = "REGULAR", "Regular members."
    ASSOCIATE = "ASSOCIATE", "Associate members."
    RETIRED = "RETIRED", "Retired members."
    STUDENT = "STUDENT", "Students."
    HONORARY = "HONORARY", "Honorary members."


class MembershipStatus(DescribedEnum):
    """Status of a membership on a given day."""

    PENDING = "PENDING", "Begins on a later day."
    NEW = "NEW", "Current, and joined within the last 90 days."
    CURRENT = "CURRENT", "In force."
    GRACE = "GRACE", "Past its end and within the grace period."
    EXPIRED = "EXPIRED", "Past its end and the grace period."
    CANCELLED = "CANCELLED", "Ended before its time."
    DECEASED = "DECEASED", "The person has died."


class CancellationReason(DescribedEnum):
    """Why a membership was cancelled."""

    RESIGNED = "RESIGNED", "The member resigned."
    TRANSFERRED = "TRANSFERRED", "The member went to another association."
    EXCLUDED = "EXCLUDED", "The association excluded the member."
    DECEASED = "DECEASED", "The member died."


class MembershipCategory(TenantRecord, table=True):
    """A category of an association's members. PUBLIC."""

    __table_args__ = (
        belongs_to("association", "association_id"),
        unique("association_id", "slug"),
        carries("association_id"),
        localized_check("membership_category", "name"),
        CheckConstraint("grace_days >= 0", name="membership_category_grace_not_negative"),
    )
    __tablename__ = "membership_category"

    association_id: UUID
    slug: str
    name: dict[str, str] = localized()
    kind: CategoryKind = choice(CategoryKind)
    grace_days: int = 0


class Membership(TenantRecord, table=True):
    """A person's membership of an association. STAFF of the association, and the person."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("association", "association_id"),
        belongs_to("membership_category", "category_id", "association_id"),
        in_order("membership", "starts_on", "ends_on"),
        in_order("membership", "joined_on", "starts_on"),
        in_order("membership", "ends_on", "grace_until"),
        CheckConstraint(
            "(cancelled_on is null) = (cancellation_reason is null)", name="membership_cancelled_for_a_reason"
        ),
        CheckConstraint(
            "override_status is null or (override_reason is not null and override_until is not null)",
            name="membership_override_has_a_reason_and_an_end",
        ),
        # At most one live membership per person and association; a cancelled one may be followed by another.
        Index(
            "one_live_membership",
            "confederation_id",
            "association_id",
            "person_id",
            unique=True,
            postgresql_where=text("cancelled_on is null"),
        ),
        Index("membership_by_association", "confederation_id", "association_id", "joined_on", "id"),
        Index("membership_by_person", "confederation_id", "person_id"),
        unique("association_id", "number", name="one_membership_a_number"),
    )

    person_id: UUID
    association_id: UUID
    category_id: UUID
    number: str | None = None
    joined_on: date
    starts_on: date
    ends_on: date | None = None  # the last day that is paid for
    grace_until: date | None = None  # the last day of grace after it
    cancelled_on: date | None = None
    cancellation_reason: CancellationReason | None = choice(CancellationReason, nullable=True)
    override_status: MembershipStatus | None = choice(MembershipStatus, nullable=True)
    override_reason: str | None = None
    override_until: date | None = None


READ_MEMBERSHIPS = Permission("memberships.read", about_persons=True, scope=True)
MANAGE_MEMBERSHIPS = Permission("memberships.manage", about_persons=True, scope=False)

policy(MembershipCategory, read=everyone, write=holds(MANAGE_MEMBERSHIPS, MembershipCategory.association_id))
policy(
    Membership,
    read=own(Membership.person_id) | holds(READ_MEMBERSHIPS, Membership.association_id),
    write=holds(MANAGE_MEMBERSHIPS, Membership.association_id),
    counted=True,
)

classified(MembershipCategory, neither="association_id slug name kind grace_days")
classified(
    Membership,
    personal={
        "person_id": "number joined_on starts_on ends_on grace_until "
        "cancelled_on cancellation_reason override_status override_until"
    },
    confidential={"person_id": "override_reason"},
    neither="association_id category_id",
)

membership_status = derivation(
    PGFunction(
        schema="public",
        signature=(
            "membership_status(joined_on date, starts_on date, ends_on date, grace_until date, cancelled_on date, "
            "cancellation_reason text, override_status text, override_until date, as_of date)"
        ),
        # The ordered rules, the first that fits. Inlined by the planner: no SECURITY DEFINER, no SET, no table.
        definition="""returns text language sql immutable parallel safe as $figure$
  select case
    when override_status is not null and as_of <= override_until then override_status
    when cancelled_on <= as_of and cancellation_reason = 'DECEASED' then 'DECEASED'
    when cancelled_on <= as_of then 'CANCELLED'
    when as_of < starts_on then 'PENDING'
    when as_of > coalesce(grace_until, ends_on) then 'EXPIRED'
    when as_of > ends_on then 'GRACE'
    when as_of < joined_on + 90 then 'NEW'
    else 'CURRENT'
  end
$figure$""",
    )
)
"""A membership's status on a day. Reads no table: it is derived from the given row."""

is_member = routine(
    "is_member(of_person uuid, of_association uuid, as_of date)",
    "boolean",
    """
  select exists (
    select from public.membership m
    where m.confederation_id = nullif(current_setting('confed.tenant', true), '')::uuid and m.person_id = of_person
      and public.membership_status(m.joined_on, m.starts_on, m.ends_on, m.grace_until, m.cancelled_on,
        m.cancellation_reason, m.override_status, m.override_until, as_of) in ('NEW', 'CURRENT', 'GRACE')
      and m.association_id in (select figures.scope(of_association, as_of))
  )
""",
)
"""Whether somebody is a member in good standing of an association, or of one below it, as far as the caller may see."""
