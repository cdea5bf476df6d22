"""Categories and memberships."""

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

    slug: str = column("Its name in addresses, unique in the association.", where=True, order=True)
    name: str | None = localized("What the association calls it.")
    kind: models.CategoryKind = column("What it is.", where=True)
    grace_days: int = column("How many days after its end a membership still holds.")
    association: Association = one("Whose it is.", via="association_id")


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

    number: str | None = column("The member's number in the association.", where=True)
    status: models.MembershipStatus = expression("Its standing on a day: derived, never stored.", _status, AS_OF)
    joined_on: date = column("Since when, renewals and transfers included.", where=True, order=True)
    starts_on: date = column("The first day of the present period.", where=True, order=True)
    ends_on: date | None = column("The last day that is paid for; null without an end.", where=True)
    grace_until: date | None = column("The last day of grace after it.")
    cancelled_on: date | None = column("When it was ended before its time.", where=True)
    cancellation_reason: models.CancellationReason | None = column("Why it was.", where=True)
    category: MembershipCategory = one("In which category.", via="category_id")
    association: Association = one("Of which association.", via="association_id")
    person: Person | None = one("Whose it is, for those who may see them.", via="person_id")


@extends(Association)
class _AssociationMembers:
    categories: list[MembershipCategory] = many("Its categories of members.", via="association_id", order=("slug",))
    memberships: Connection[Membership] = connection(
        "Its memberships, as far as the reader may see them.", via="association_id", order=("joined_on",)
    )


@extends(Person)
class _PersonMemberships:
    memberships: list[Membership] = many(
        "All their memberships.", via="person_id", order=("joined_on",), limit=50, recorded=file(READ_MEMBERSHIPS)
    )
