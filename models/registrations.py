"""Registrations: a place at an event, or in its queue."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlmodel import Field

from models.base import TenantRecord, belongs_to, choice, moment
from models.figures import RULE_OF_FIVE, figure
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

attendance = figure(
    "attendance(of_event uuid)",
    "table (registered int, attended int, absent int)",
    f"""
  select case when r >= {RULE_OF_FIVE} then r end::int, case when told then a end::int,
    case when told and (n = 0 or n >= {RULE_OF_FIVE}) and (r = a + n or r - a - n >= {RULE_OF_FIVE}) then n end::int
  from (
    select r, a, n, r >= {RULE_OF_FIVE}
      and (a = 0 or a >= {RULE_OF_FIVE}) and (r = a or r - a >= {RULE_OF_FIVE}) as told
    from (
      select count(*) filter (where state in ('CONFIRMED', 'ATTENDED', 'NO_SHOW')) as r,
        count(*) filter (where state = 'ATTENDED') as a, count(*) filter (where state = 'NO_SHOW') as n
      from public.registration where event_id = of_event
    ) counted
  ) judged
""",
)
"""How many were registered for an event, came, and did not. Nothing below five, nor what is left of the registered."""

waiting = figure(
    "waiting(of_pool uuid)",
    "int",
    "select count(*)::int from public.registration where pool_id = of_pool and state = 'WAITLISTED'",
)
"""How many wait for a seat of a pool: like `taken`, a figure about seats that is told as it is."""

place_in_queue = figure(
    "place_in_queue(of_registration uuid)",
    "int",
    """
  select 1 + count(ahead.id)::int from public.registration mine
  left join public.registration ahead on ahead.confederation_id = mine.confederation_id and ahead.pool_id = mine.pool_id
    and ahead.state = 'WAITLISTED' and (ahead.priority, ahead.arrival) < (mine.priority, mine.arrival)
  where mine.id = of_registration and mine.state = 'WAITLISTED' group by mine.id
""",
)
"""How many are ahead in a queue, and oneself. Asked for registrations that the actor sees."""
