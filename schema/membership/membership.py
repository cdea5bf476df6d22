"""Membership categories and memberships."""

from datetime import date

from sqlalchemy import func

import models
from models import READ_MEMBERSHIPS
from schema.compiler.bindings import Row
from schema.compiler.declare import column, connection, expression, extends, localized, many, one, read_type
from schema.people.person import Person
from schema.reading.recording import file
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import AS_OF, Association


@read_type(models.MembershipCategory)
class MembershipCategory(Node):
    """A category of an association's members. PUBLIC."""

    slug: str = column("Name in URLs, unique in the association.", where=True, order=True)
    name: str | None = localized("Name.")
    kind: models.CategoryKind = column("Kind of category.", where=True)
    grace_days: int = column("Number of days for which a membership still holds after its last day.")
    association: Association = one("Association that owns it.", via="association_id")


def _status(row: Row, as_of: Row) -> Row:
    return func.membership_status(
        row.joined_on,
        row.starts_on,
        row.ends_on,
        row.grace_until,
        row.cancelled_on,
        row.cancellation_reason,
        row.override_status,
        row.override_until,
        as_of,
    )


@read_type(models.Membership)
class Membership(Node):
    """A person's membership of an association. STAFF of the association, and the person."""

    number: str | None = column("Member number in the association; null if none.", where=True)
    status: models.MembershipStatus = expression("Status on a day; derived, not stored.", _status, AS_OF)
    joined_on: date = column("Day of joining; renewals and transfers keep it.", where=True, order=True)
    starts_on: date = column("First day of the current period.", where=True, order=True)
    ends_on: date | None = column("Last day that is paid for; null if there is no end.", where=True)
    grace_until: date | None = column("Last day of the grace period.")
    cancelled_on: date | None = column("Day on which it was cancelled; null if not cancelled.", where=True)
    cancellation_reason: models.CancellationReason | None = column(
        "Reason for the cancellation; null if not cancelled.", where=True
    )
    category: MembershipCategory = one("Membership category.", via="category_id")
    association: Association = one("Association that the person is a member of.", via="association_id")
    person: Person | None = one("Member; null if the reader may not see them.", via="person_id")


@extends(Association)
class _AssociationMembers:
    categories: list[MembershipCategory] = many("Its membership categories.", via="association_id", order=("slug",))
    memberships: Connection[Membership] = connection(
        "Memberships in it that the reader may see.", via="association_id", order=("joined_on",)
    )


@extends(Person)
class _PersonMemberships:
    memberships: list[Membership] = many(
        "All their memberships.", via="person_id", order=("joined_on",), limit=50, recorded=file(READ_MEMBERSHIPS)
    )
