"""The outbox: which message goes to whom, and whether it was sent. Its content is never stored.

A message belongs to no subject. A domain that sends messages has a link table of its own, whose composite key holds the
message's person, and declares by which permissions STAFF read its kinds: `readable_with(READ_REGISTRATIONS)`.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import Condition, holds, is_any, own, policy
from models.base.records import TenantRecord, belongs_to, carries, choice, moment, unique


class MessageState(DescribedEnum):
    """Status of a message."""

    QUEUED = "QUEUED", "Waiting to be sent."
    SENT = "SENT", "Accepted by the mail server."
    NO_ADDRESS = "NO_ADDRESS", "Not sent: the person has no usable address."
    FAILED = "FAILED", "Not sent: the mail server refused it for good, or every retry failed."
    OUTDATED = "OUTDATED", "Not sent: what it would have said was no longer true when its turn came."


class Message(TenantRecord, table=True):
    """A message to a person. The person's; STAFF of the association that sends it who hold the kind's permission."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("association", "association_id"),
        carries("person_id"),
        carries("association_id", "person_id"),
        # Written once, in the transaction of the change: a retried operation sends no second message.
        unique("kind", "cause_id", "person_id", name="a_message_once"),
        CheckConstraint("kind ~ '^[a-z_]+[.][a-z_]+$'", name="message_of_a_domains_kind"),
        CheckConstraint("(sent_at is not null) = (state = 'SENT')", name="message_sent_at_a_time"),
        CheckConstraint("permission is null or association_id is not null", name="message_read_by_staff_of_somebody"),
        Index("message_by_person", "confederation_id", "person_id", "at", "id"),
    )

    person_id: UUID
    association_id: UUID | None = None  # the sender; null: the confederation's server itself
    kind: str  # `domain.kind`, as the domain declares it
    permission: str | None = None  # the permission by which STAFF of the association read it; null: they can't
    cause_id: UUID  # the journal entry or domain row that it is about
    at: datetime = moment()
    state: MessageState = choice(MessageState, default=MessageState.QUEUED)
    sent_at: datetime | None = moment(nullable=True)
    attempts: int = 0


classified(
    Message,
    personal={"person_id": "kind cause_id at state sent_at"},
    neither="association_id permission attempts",
)


_readers: set[Permission] = set()


def readable_with(permission: Permission) -> None:
    """Declare a permission by which STAFF of the sending association read some kinds of messages."""
    _readers.add(permission)
    admitted: Condition = own(Message.person_id)
    for reader in sorted(_readers):
        admitted |= is_any(Message.permission, reader) & holds(reader, Message.association_id)
    # Only `services.messages` writes, elevated for whoever makes the change; one's own change needs no elevation.
    policy(Message, read=admitted, write=own(Message.person_id))
