"""A membership's standing on a day: derived from its dates by the database's ordered rules, never stored."""

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, func
from sqlmodel import SQLModel

from models import MembershipStatus

GOOD_STANDING = (MembershipStatus.NEW, MembershipStatus.CURRENT, MembershipStatus.GRACE)
"""The statuses of somebody who is a member."""


def status_on(as_of: date | BindParameter[date]) -> ColumnElement[str]:
    """The status of a membership on a day, as SQL over its row."""
    m = SQLModel.metadata.tables["membership"].c
    return func.membership_status(
        m.joined_on,
        m.starts_on,
        m.ends_on,
        m.grace_until,
        m.cancelled_on,
        m.cancellation_reason,
        m.override_status,
        m.override_until,
        as_of,
    )
