"""Mail about events: which message went to whom, and whether it was sent. Never what it said."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index

from models.base.policies import holds, own, policy
from models.base.records import TenantRecord, belongs_to, choice, moment, unique
from models.events.registrations import MANAGE_REGISTRATIONS, READ_REGISTRATIONS


class MailKind(StrEnum):
    """What a message is about."""

    CONFIRMATION = "CONFIRMATION"
    WAITING_LIST = "WAITING_LIST"
    OFFER = "OFFER"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    CANCELLATION = "CANCELLATION"
    CHANGE = "CHANGE"
    REMINDER = "REMINDER"
    REPORT = "REPORT"


class MailState(StrEnum):
    """Where a message is."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    NO_ADDRESS = "NO_ADDRESS"
    FAILED = "FAILED"
    OUTDATED = "OUTDATED"  # what it would have said was no longer so when its turn came


class Mail(TenantRecord, table=True):
    """A message to somebody who registered. The person's; STAFF of the event's association."""

    __table_args__ = (
        belongs_to("registration", "registration_id", "event_id", "association_id", "person_id"),
        # Written with the change that it tells of, once: whoever has to begin anew sends no second message.
        unique("registration_id", "kind", "reason_id", name="a_message_once"),
        Index("mail_by_registration", "confederation_id", "registration_id", "at"),
    )

    registration_id: UUID
    event_id: UUID
    association_id: UUID
    person_id: UUID
    kind: MailKind = choice(MailKind)
    reason_id: UUID  # the journal entry of the change that it tells of
    sequence: int = 0  # of the invitation that it carried (RFC 5545)
    at: datetime = moment()
    state: MailState = choice(MailState, default=MailState.QUEUED)
    sent_at: datetime | None = moment(nullable=True)
    attempts: int = 0


policy(
    Mail,
    read=own(Mail.person_id) | holds(READ_REGISTRATIONS, Mail.association_id),
    write=own(Mail.person_id) | holds(MANAGE_REGISTRATIONS, Mail.association_id),
)
