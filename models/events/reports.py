"""Follow-up reports of events, and the avenues that they propose."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Computed
from sqlmodel import Field

from models.base.personal import classified
from models.base.policies import holds, policy, when
from models.base.records import TenantRecord, belongs_to, carries, localized, localized_check, moment, unique
from models.events.events import MANAGE_EVENTS


class Report(TenantRecord, table=True):
    """An event's follow-up report. PUBLIC once published, else STAFF of the event's association."""

    __table_args__ = (
        belongs_to("event", "event_id", "association_id"),
        unique("event_id", name="one_report_an_event"),
        carries("association_id", "published"),
        localized_check("report", "summary"),
    )

    event_id: UUID
    association_id: UUID  # the event's
    summary: dict[str, str] = localized()
    published_at: datetime | None = moment(nullable=True)
    published: bool = Field(
        default=None, sa_column=Column(Boolean, Computed("published_at is not null", persisted=True), nullable=False)
    )


class Avenue(TenantRecord, table=True):
    """A course of action that a report proposes. PUBLIC with its report."""

    __table_args__ = (
        belongs_to("report", "report_id", "association_id", "published"),
        unique("report_id", "number", name="an_avenue_a_number"),
        localized_check("avenue", "title"),
        CheckConstraint("number > 0", name="avenue_counts_from_one"),
    )

    report_id: UUID
    number: int
    title: dict[str, str] = localized()
    association_id: UUID  # the event's
    published: bool = False


for _part in (Report, Avenue):
    policy(
        _part,
        read=when(_part.published) | holds(MANAGE_EVENTS, _part.association_id),
        write=holds(MANAGE_EVENTS, _part.association_id),
    )

classified(Report, neither="event_id association_id summary published_at published")
classified(Avenue, neither="report_id number title association_id published")
