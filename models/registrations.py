"""Registrations: a place at an event, or in its queue."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlmodel import Field

from models.base import TenantRecord, belongs_to, choice, moment
from models.policies import holds, own, policy


class RegistrationState(StrEnum):
    """Where a registration stands. Confirmed, offered, attended and no-show hold a seat."""

    CONFIRMED = "CONFIRMED"
    WAITLISTED = "WAITLISTED"
    OFFERED = "OFFERED"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"
    NO_SHOW = "NO_SHOW"
    ATTENDED = "ATTENDED"


HOLDING_A_SEAT = (
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.ATTENDED,
    RegistrationState.NO_SHOW,
)
"""The states that a seat pool's `taken` counts."""


class Registration(TenantRecord, table=True):
    """One person's place. STAFF of the event's association, and the person. Cancelled rows stay: reports count them."""

    __table_args__ = (
        belongs_to("event", "event_id", "association_id"),
        belongs_to("person", "person_id"),
        belongs_to("person", "registered_by_id"),
        belongs_to("seat_pool", "pool_id", "event_id"),
        CheckConstraint("(cancelled_at is null) = (state <> 'CANCELLED')", name="registration_cancelled_at_a_time"),
        CheckConstraint("(checked_in_at is null) = (state <> 'ATTENDED')", name="registration_attended_at_a_time"),
        # One live registration each; a cancelled or refused one may be followed by another.
        Index(
            "one_live_registration",
            "confederation_id",
            "event_id",
            "person_id",
            unique=True,
            postgresql_where=text("state not in ('CANCELLED', 'REFUSED')"),
        ),
        # The queue in its order: arrival within priority.
        Index(
            "registration_queue",
            "confederation_id",
            "pool_id",
            "priority",
            "arrival",
            postgresql_where=text("state = 'WAITLISTED'"),
        ),
        Index("registration_by_event", "confederation_id", "event_id", "state"),
        Index("registration_by_person", "confederation_id", "person_id"),
    )

    event_id: UUID
    association_id: UUID  # the event's: what the row policy and the desk's index compare
    pool_id: UUID
    person_id: UUID
    name: str  # as the desk and the badge print it: the organiser's staff may not see the person's own row
    registered_by_id: UUID | None = None  # who registered on the person's behalf
    state: RegistrationState = choice(RegistrationState)
    priority: int = 0  # lower comes first
    # Decides the queue. Taken under the pool's lock, so arrivals and commits are in one order.
    arrival: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    registered_at: datetime = moment()
    confirmed_at: datetime | None = moment(nullable=True)
    cancelled_at: datetime | None = moment(nullable=True)
    checked_in_at: datetime | None = moment(nullable=True)


policy(
    Registration,
    read=own(Registration.person_id) | holds("registrations.read", Registration.association_id),
    write=own(Registration.person_id) | holds("registrations.manage", Registration.association_id),
    counted=True,
)
