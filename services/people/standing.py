"""A membership's status on a day: derived from its dates by ordered rules in the database, never stored."""

from datetime import date

from sqlalchemy import BindParameter, ColumnElement, func
from sqlmodel import SQLModel

from models import MembershipStatus

GOOD_STANDING = (MembershipStatus.NEW, MembershipStatus.CURRENT, MembershipStatus.GRACE)
"""Statuses of members in good standing."""


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
