"""Mail about events: which message went to whom, and whether it was sent. Never what it said."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from models.base.enums import DescribedEnum
from models.base.policies import holds, own, policy
from models.base.records import TenantRecord, belongs_to, choice, moment, unique


class MailKind(DescribedEnum):
    """What a message is about."""

    CONFIRMATION = "CONFIRMATION", "The registration is confirmed."
    WAITING_LIST = "WAITING_LIST", "The person was put on the waiting list."
    OFFER = "OFFER", "A seat is offered until a given time."
    OFFER_EXPIRED = "OFFER_EXPIRED", "The offer was not accepted in time."
    CANCELLATION = "CANCELLATION", "The registration or the event was cancelled."
    CHANGE = "CHANGE", "The event or the registration has changed."
    REMINDER = "REMINDER", "The event is about to take place."
    REPORT = "REPORT", "Thanks for taking part, with the follow-up report."


class MailState(DescribedEnum):
    """Where a message is."""

    QUEUED = "QUEUED", "Waiting to be sent."
    SENT = "SENT", "Accepted by the mail server."
    NO_ADDRESS = "NO_ADDRESS", "Not sent: the person has no usable address."
    FAILED = "FAILED", "Not sent: the mail server refused it for good, or every retry failed."
    OUTDATED = "OUTDATED", "Not sent: what it would have said was no longer true when its turn came."


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
    read=own(Mail.person_id) | holds("registrations.read", Mail.association_id),
    write=own(Mail.person_id) | holds("registrations.manage", Mail.association_id),
)
