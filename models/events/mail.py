"""Messages about events: their kinds, and the registration that each concerns."""

from uuid import UUID

from sqlalchemy import Index

from models.base.enums import DescribedEnum
from models.base.personal import classified
from models.base.policies import holds, own, policy
from models.base.records import TenantRecord, belongs_to, unique
from models.events.registrations import MANAGE_REGISTRATIONS, READ_REGISTRATIONS
from models.messages.messages import readable_with


class MailKind(DescribedEnum):
    """Kind of message about an event."""

    CONFIRMATION = "CONFIRMATION", "The registration is confirmed."
    WAITING_LIST = "WAITING_LIST", "The person was put on the waiting list."
    OFFER = "OFFER", "A seat is offered until a given time."
    OFFER_EXPIRED = "OFFER_EXPIRED", "The offer was not accepted in time."
    CANCELLATION = "CANCELLATION", "The registration or the event was cancelled."
    CHANGE = "CHANGE", "The event or the registration has changed."
    REMINDER = "REMINDER", "The event is about to take place."
    REPORT = "REPORT", "Thanks for taking part, with the follow-up report."


class RegistrationMessage(TenantRecord, table=True):
    """The registration that a message concerns. The person's; STAFF of the event's association."""

    __table_args__ = (
        belongs_to("message", "message_id", "person_id"),
        belongs_to("registration", "registration_id", "event_id", "association_id", "person_id"),
        unique("message_id"),
        Index("registration_message_by_registration", "confederation_id", "registration_id"),
    )
    __tablename__ = "registration_message"

    message_id: UUID
    registration_id: UUID
    event_id: UUID
    association_id: UUID
    person_id: UUID
    sequence: int = 0  # SEQUENCE of the calendar entry in the message (RFC 5545)


readable_with(READ_REGISTRATIONS)
policy(
    RegistrationMessage,
    read=own(RegistrationMessage.person_id) | holds(READ_REGISTRATIONS, RegistrationMessage.association_id),
    write=own(RegistrationMessage.person_id) | holds(MANAGE_REGISTRATIONS, RegistrationMessage.association_id),
)

classified(
    RegistrationMessage,
    personal={"person_id": ""},
    neither="message_id registration_id event_id association_id sequence",
)
