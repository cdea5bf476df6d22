"""Categories of an association's members."""

from collections.abc import Mapping
from uuid import UUID

from models import MANAGE_MEMBERSHIPS, Association, CategoryKind, MembershipCategory
from services.core.checks import check_localized, check_slug
from services.core.errors import InvalidInput
from services.core.work import Work


async def create_category(
    work: Work, *, association_id: UUID, slug: str, name: Mapping[str, str], kind: CategoryKind, grace_days: int = 0
) -> MembershipCategory:
    """Add a category. Asks for `memberships.manage`; AlreadyExists for a slug that the association uses already.

    `grace_days`: how long a membership continues after the last day paid for.
    """
    await work.find(Association, association_id)
    work.actor.require(MANAGE_MEMBERSHIPS, association_id)
    if not 0 <= grace_days <= 366:
        raise InvalidInput("0 to 366", f"{grace_days}", path=("graceDays",))
    category = await work.insert(
        MembershipCategory(
            association_id=association_id,
            slug=check_slug(slug),
            name=check_localized(name, "name"),
            kind=kind,
            grace_days=grace_days,
        )
    )
    await work.record("membership_category.created", category, data={"slug": slug, "kind": kind})
    return category
