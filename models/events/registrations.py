"""Registrations: a seat at an event, or a place on its waiting list."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, text
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.figures import RULE_OF_FIVE, figure
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import holds, own, policy
from models.base.records import TenantRecord, belongs_to, carries, choice, moment, unique
from models.base.topics import topic
from models.events.events import Event


class RegistrationState(DescribedEnum):
    """Status of a registration. Confirmed, offered, attended and no-show hold a seat."""

    CONFIRMED = "CONFIRMED", "Has a seat."
    WAITLISTED = "WAITLISTED", "On the waiting list, without a seat."
    OFFERED = "OFFERED", "A seat is held until the offer expires."
    CANCELLED = "CANCELLED", "Cancelled, by whom and why its cause says."
    REFUSED = "REFUSED", "Refused by staff."
    NO_SHOW = "NO_SHOW", "Had a seat and did not come."
    ATTENDED = "ATTENDED", "Came to the event."


class AttendeeRole(DescribedEnum):
    """Role in which somebody attends an event."""

    PARTICIPANT = "PARTICIPANT", "Takes part."
    SPEAKER = "SPEAKER", "Speaks at the event. Whether speakers take seats is a setting of the event."
    STAFF = "STAFF", "Works at the event. Whether staff take seats is a setting of the event."


class WaitReason(DescribedEnum):
    """Why a registration on the waiting list has no seat yet."""

    NO_SEAT_FREE = "NO_SEAT_FREE", "No seat is free."
    SEATS_OFFERED = "SEATS_OFFERED", "The free seats are offered to people ahead on the list."
    SEATS_ALLOTTED = "SEATS_ALLOTTED", "The free seats are reserved for associations' allotments."
    PARTY_TOO_LARGE = "PARTY_TOO_LARGE", "Fewer seats are free than the party needs."
    OTHERS_FIRST = "OTHERS_FIRST", "Others on the waiting list come first."
    EVENT_OVER = "EVENT_OVER", "The event has started or no longer takes registrations."


class CancellationCause(DescribedEnum):
    """Why a registration was cancelled."""

    BY_PERSON = "BY_PERSON", "The person cancelled."
    BY_STAFF = "BY_STAFF", "Staff cancelled it."
    EVENT_CANCELLED = "EVENT_CANCELLED", "The event was cancelled."
    OFFER_DECLINED = "OFFER_DECLINED", "The person declined the seat that was offered."
    OFFER_EXPIRED = "OFFER_EXPIRED", "The offer of a seat expired."
    MOVED = "MOVED", "The person was moved to another event."
    REPLACED = "REPLACED", "Somebody else comes in the person's place."


_TICKET = "upper(substr(replace(gen_random_uuid()::text, '-', ''), 1, 20))"
"""A ticket's code: 74 random bits, so it can't be guessed."""

HOLDING_A_SEAT = (
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.ATTENDED,
    RegistrationState.NO_SHOW,
)
"""The states that a seat pool's `taken` counts."""


class Registration(TenantRecord, table=True):
    """A person's registration. STAFF of the event's association and of the one that delegates them, and the person.

    Cancelled rows are kept: reports count them.
    """

    __table_args__ = (
        belongs_to("event", "event_id", "association_id"),
        belongs_to("person", "person_id"),
        belongs_to("person", "registered_by_id"),
        belongs_to("association", "delegated_by_id"),
        belongs_to("seat_pool", "pool_id", "event_id"),
        belongs_to("allotment", "allotment_id", "pool_id"),
        carries("event_id", "association_id", "person_id"),
        unique("ticket_code", name="a_ticket_each"),
        CheckConstraint("seats between 0 and 50", name="registration_of_some_seats"),
        CheckConstraint("allotment_id is null or seats > 0", name="registration_takes_allotted_seats"),
        CheckConstraint("(offer_expires_at is null) = (state <> 'OFFERED')", name="registration_offered_until_a_time"),
        CheckConstraint("checked_out_at is null or checked_in_at is not null", name="registration_out_after_in"),
        CheckConstraint(
            "num_nonnulls(agreed_amount, agreed_currency) in (0, 2)", name="registration_agreed_in_a_currency"
        ),
        CheckConstraint("(cancelled_at is null) = (state <> 'CANCELLED')", name="registration_cancelled_at_a_time"),
        CheckConstraint("(checked_in_at is null) = (state <> 'ATTENDED')", name="registration_attended_at_a_time"),
        # At most one live registration per person and event; a cancelled or refused one may be followed by another.
        Index(
            "one_live_registration",
            "confederation_id",
            "event_id",
            "person_id",
            unique=True,
            postgresql_where=text("state not in ('CANCELLED', 'REFUSED')"),
        ),
        # The waiting list in order: priority, then arrival.
        Index(
            "registration_queue",
            "confederation_id",
            "pool_id",
            "priority",
            "arrival",
            postgresql_where=text("state = 'WAITLISTED'"),
        ),
        # Offers by expiry.
        Index(
            "offer_to_expire",
            "confederation_id",
            "offer_expires_at",
            postgresql_where=text("state = 'OFFERED'"),
        ),
        Index("registration_by_event", "confederation_id", "event_id", "state"),
        Index("registration_by_person", "confederation_id", "person_id"),
        Index(
            "registration_by_delegation",
            "confederation_id",
            "delegated_by_id",
            "event_id",
            postgresql_where=text("delegated_by_id is not null"),
        ),
    )

    event_id: UUID
    association_id: UUID  # the event's association, compared by the row policy and the desk's index
    pool_id: UUID
    person_id: UUID
    name: str  # copied for the desk and the badge: the organiser's staff may not see the person's own row
    registered_by_id: UUID | None = None  # who registered on the person's behalf
    delegated_by_id: UUID | None = None  # the association that delegates them: it pays, and may change it
    state: RegistrationState = choice(RegistrationState)
    role: AttendeeRole = choice(AttendeeRole, default=AttendeeRole.PARTICIPANT, server_default="PARTICIPANT")
    # Seats of the person and their guests, all or none; 0 for a role that takes no seats at the event.
    seats: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    allotment_id: UUID | None = None  # the allotment that the seats come from, if any
    # Price of a seat when the person joined the waiting list, charged if they get one. Null: free.
    agreed_amount: Decimal | None = Field(default=None, max_digits=12, decimal_places=2)
    agreed_currency: str | None = None
    ticket_code: str = Field(default=None, sa_column_kwargs={"server_default": text(_TICKET)})
    priority: int = 0  # lower numbers come first
    # Decides the queue. Taken under the pool's lock, so arrivals and commits are in one order. Who comes in somebody's
    # stead has theirs.
    arrival: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    registered_at: datetime = moment()
    confirmed_at: datetime | None = moment(nullable=True)
    offered_at: datetime | None = moment(nullable=True)
    offer_expires_at: datetime | None = moment(nullable=True)  # while the offer is open
    cancelled_at: datetime | None = moment(nullable=True)
    cancellation_cause: CancellationCause | None = choice(CancellationCause, nullable=True)
    checked_in_at: datetime | None = moment(nullable=True)
    checked_out_at: datetime | None = moment(nullable=True)  # the last exit; null if the person came back since


class RegistrationGuest(TenantRecord, table=True):
    """A guest of a registered person. STAFF of the event's association, and the person."""

    __table_args__ = (
        belongs_to("registration", "registration_id", "event_id", "association_id", "person_id"),
        unique("ticket_code", name="a_guests_ticket_each"),
        CheckConstraint("name <> ''", name="registration_guest_has_a_name"),
        CheckConstraint("checked_out_at is null or checked_in_at is not null", name="registration_guest_out_after_in"),
        Index("registration_guest_in_order", "confederation_id", "registration_id", "rank"),
        Index("registration_guest_by_event", "confederation_id", "event_id"),
    )
    __tablename__ = "registration_guest"

    registration_id: UUID
    event_id: UUID
    association_id: UUID
    person_id: UUID  # the host of the guest
    name: str
    rank: int = 0
    ticket_code: str = Field(default=None, sa_column_kwargs={"server_default": text(_TICKET)})
    checked_in_at: datetime | None = moment(nullable=True)
    checked_out_at: datetime | None = moment(nullable=True)


READ_REGISTRATIONS = Permission("registrations.read", about_persons=True, scope=True)
MANAGE_REGISTRATIONS = Permission("registrations.manage", about_persons=True, scope=True)

policy(
    Registration,
    read=own(Registration.person_id)
    | holds(READ_REGISTRATIONS, Registration.association_id)
    | holds(READ_REGISTRATIONS, Registration.delegated_by_id),
    write=own(Registration.person_id)
    | holds(MANAGE_REGISTRATIONS, Registration.association_id)
    | holds(MANAGE_REGISTRATIONS, Registration.delegated_by_id),
    counted=True,
)
policy(
    RegistrationGuest,
    read=own(RegistrationGuest.person_id) | holds(READ_REGISTRATIONS, RegistrationGuest.association_id),
    write=own(RegistrationGuest.person_id) | holds(MANAGE_REGISTRATIONS, RegistrationGuest.association_id),
    counted=True,
)

classified(
    Registration,
    personal={
        "person_id": "name delegated_by_id state role seats ticket_code priority arrival registered_at confirmed_at "
        "offered_at offer_expires_at cancelled_at cancellation_cause checked_in_at checked_out_at "
        "agreed_amount agreed_currency",
        "registered_by_id": "",
    },
    neither="event_id association_id pool_id allotment_id",
)
classified(
    RegistrationGuest,
    personal={"person_id": "name ticket_code checked_in_at checked_out_at"},
    neither="registration_id event_id association_id rank",
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
"""Number of people registered for an event, attended and absent. Figures below five are null, and so is a figure that
would give them away.
"""

waiting = figure(
    "waiting(of_pool uuid)",
    "int",
    "select count(*)::int from public.registration where pool_id = of_pool and state = 'WAITLISTED'",
)
"""Number of people waiting for a seat of a pool: like `taken`, a figure about seats, published as it is."""

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
"""Position on the waiting list, from 1. Called for registrations that the actor sees."""

availability = figure(
    "availability(of_pool uuid)",
    "table (capacity int, confirmed int, offered int, allotted int, waiting int, waiting_seats int, free int)",
    """
  select p.capacity, p.taken - n.offered, n.offered, p.reserved, n.waiting, n.waiting_seats,
    p.capacity - p.taken - p.reserved
  from public.seat_pool p cross join lateral (
    select coalesce(sum(r.seats) filter (where r.state = 'OFFERED'), 0)::int as offered,
      count(*) filter (where r.state = 'WAITLISTED')::int as waiting,
      coalesce(sum(r.seats) filter (where r.state = 'WAITLISTED'), 0)::int as waiting_seats
    from public.registration r
    where r.confederation_id = p.confederation_id and r.event_id = p.event_id and r.pool_id = p.id
      and r.state in ('OFFERED', 'WAITLISTED')
  ) n
  where p.id = of_pool
""",
)
"""How a pool's capacity is used: seats confirmed, offered, and allotted but not taken.

Figures about seats, like `waiting`, published as they are.
"""

why_waiting = figure(
    "why_waiting(of_registration uuid, at timestamptz, as_of date)",
    "table (reason text, until timestamptz)",
    """
  select case
      when over then 'EVENT_OVER'
      when free >= seats or capacity is null then 'OTHERS_FIRST'
      when free > 0 then 'PARTY_TOO_LARGE'
      when expires_at <= releases_at or releases_at is null and expires_at is not null then 'SEATS_OFFERED'
      when releases_at is not null then 'SEATS_ALLOTTED'
      else 'NO_SEAT_FREE'
    end,
    case when not over then least(expires_at, releases_at) end
  from (
    select r.seats, p.capacity, e.state in ('HELD', 'REPORTED', 'CANCELLED') or at >= e.starts_at as over,
      greatest(p.capacity - p.taken - p.reserved, (
        select max(a.seats - a.taken) from public.allotment a
        where a.confederation_id = p.confederation_id and a.pool_id = p.id and a.released_at is null
          and public.is_member(r.person_id, a.beneficiary_id, as_of)
      )) as free,
      (
        select min(o.offer_expires_at) from public.registration o
        where o.confederation_id = p.confederation_id and o.event_id = p.event_id and o.pool_id = p.id
          and o.state = 'OFFERED'
      ) as expires_at,
      (
        select min(a.releases_at) from public.allotment a
        where a.confederation_id = p.confederation_id and a.pool_id = p.id and a.released_at is null
          and a.taken < a.seats
      ) as releases_at
    from public.registration r
    join public.seat_pool p on p.confederation_id = r.confederation_id and p.id = r.pool_id
    join public.event e on e.confederation_id = r.confederation_id and e.id = r.event_id
    where r.id = of_registration and r.state = 'WAITLISTED'
  ) mine
""",
)
"""Why a waiting registration has no seat yet, and when that may change: when an offer expires or an allotment is
released.

Free seats include those that an allotment reserves for the person. Called for registrations that the actor sees.
"""

is_ticket = figure(
    "is_ticket(of_code text)",
    "boolean",
    """
  select exists (select from public.registration
                 where ticket_code = of_code and state not in ('CANCELLED', 'REFUSED'))
      or exists (select from public.registration_guest g
                 join public.registration r on r.confederation_id = g.confederation_id and r.id = g.registration_id
                 where g.ticket_code = of_code and r.state not in ('CANCELLED', 'REFUSED'))
""",
)
"""Whether a code is that of a valid ticket. Open to anybody who has the code: the code is the secret."""

topic(Registration, Event, by=Registration.event_id)
topic(RegistrationGuest, Event, by=RegistrationGuest.event_id)
