"""Seats of an event: pools by format, and what is kept in them for an association until a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base.elevation import elevated_body
from models.base.figures import routine
from models.base.personal import classified
from models.base.policies import holds, member_of, policy, when
from models.base.records import TenantRecord, belongs_to, carries, choice, moment, unique
from models.base.topics import topic
from models.events.events import MANAGE_EVENTS, Event, EventFormat
from models.events.registrations import MANAGE_REGISTRATIONS


class SeatPool(TenantRecord, table=True):
    """Seats of one format at an event. PUBLIC with the event.

    `taken` is lock, invariant and public figure in one. A conditional update of one row decides who gets the last seat,
    the CHECK always holds, and the seats left can be read without seeing the registrations.
    """

    __table_args__ = (
        belongs_to("event", "event_id", "association_id", "published"),
        CheckConstraint("format in ('IN_PERSON', 'ONLINE')", name="seat_pool_of_one_format"),
        CheckConstraint("capacity >= 0", name="seat_pool_capacity_not_negative"),
        CheckConstraint("taken >= 0", name="seat_pool_taken_not_negative"),
        CheckConstraint("reserved >= 0", name="seat_pool_reserved_not_negative"),
        CheckConstraint("taken + reserved <= capacity", name="never_one_seat_too_many"),
        unique("event_id", "format", name="a_pool_a_format"),
        unique("id", "event_id", name="seat_pool_of_its_event"),
        carries("event_id", "association_id"),
    )
    __tablename__ = "seat_pool"

    event_id: UUID
    format: EventFormat = choice(EventFormat)
    capacity: int | None = None  # null: no limit
    taken: int = 0  # by registrations that are confirmed, offered, attended or no-show
    reserved: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # reserved by allotments and not taken
    association_id: UUID  # the event's
    published: bool = False

    @property
    def free(self) -> int | None:
        """Seats open to everybody that are not taken; None without a limit."""
        return None if self.capacity is None else self.capacity - self.taken - self.reserved


class Allotment(TenantRecord, table=True):
    """Seats reserved for an association's members until a moment, then released to everybody. STAFF and MEMBERS.

    STAFF of the event's association and of the beneficiary, and the beneficiary's MEMBERS. Everybody reads the sum of
    reserved seats, `seat_pool.reserved`.
    """

    __table_args__ = (
        belongs_to("seat_pool", "pool_id", "event_id", "association_id"),
        belongs_to("association", "beneficiary_id"),
        carries("pool_id"),
        unique("pool_id", "beneficiary_id", name="an_allotment_each"),
        CheckConstraint("seats > 0", name="allotment_of_seats"),
        CheckConstraint("taken between 0 and seats", name="allotment_never_one_seat_too_many"),
        Index("allotment_to_release", "confederation_id", "releases_at"),
    )

    pool_id: UUID
    event_id: UUID
    association_id: UUID  # the event's
    beneficiary_id: UUID  # the association whose members the seats are reserved for
    seats: int
    taken: int = 0
    releases_at: datetime = moment()
    released_at: datetime | None = moment(nullable=True)  # when the remaining seats were released

    @property
    def left(self) -> int:
        """Seats that the beneficiary's members haven't taken."""
        return self.seats - self.taken


policy(
    SeatPool,
    read=when(SeatPool.published) | holds(MANAGE_EVENTS, SeatPool.association_id),
    write=holds(MANAGE_EVENTS, SeatPool.association_id),
    counted=True,
)
policy(
    Allotment,
    read=holds(MANAGE_EVENTS, Allotment.association_id)
    | holds(MANAGE_REGISTRATIONS, Allotment.beneficiary_id)
    | member_of(Allotment.beneficiary_id),
    write=holds(MANAGE_EVENTS, Allotment.association_id),
    counted=True,
)

classified(SeatPool, neither="event_id format capacity taken reserved association_id published")
classified(Allotment, neither="pool_id event_id association_id beneficiary_id seats taken releases_at released_at")

others_wait = routine(
    "others_wait(of_pool uuid, of_members_of uuid, free int, at timestamptz, as_of date)",
    "boolean",
    """
  select exists (
    select from public.registration w
    join public.event e on e.confederation_id = w.confederation_id and e.id = w.event_id
    where w.confederation_id = nullif(current_setting('confed.tenant', true), '')::uuid
      and w.pool_id = of_pool and w.state = 'WAITLISTED' and w.priority <= 0
      and (w.seats <= free or free is null or not e.smaller_parties_may_pass)
      and (of_members_of is null or public.is_member(w.person_id, of_members_of, as_of))
      and at < e.starts_at and e.state not in ('HELD', 'REPORTED', 'CANCELLED')
  )
""",
)
"""Whether somebody on a pool's waiting list is ahead of a new request for these free seats.

Ahead are those waiting at the usual priority or better whose party fits these seats, and larger parties where smaller
ones may not pass. `of_members_of`: the seats are reserved for an association, so only its members are ahead. Nobody is
ahead once the event has begun, because the waiting list is no longer served. Runs elevated, under the pool's lock.
"""

take_seats = routine(
    "take_seats(of_event uuid, of_format text, who uuid, as_what text, party int, at timestamptz, as_of date)",
    "table (pool_id uuid, seats int, seated boolean, allotment_id uuid, event_state text)",
    # A pool's counter is staff's to write.
    elevated_body(
        "a seat is anybody's to take",
        """
  tenant uuid := nullif(current_setting('confed.tenant', true), '')::uuid;
  ids uuid[];
  pool public.seat_pool;
  gathering public.event;
""",
        """
  select array_agg(p.id) into ids from public.seat_pool p
    where p.confederation_id = tenant and p.event_id = of_event and (of_format is null or p.format = of_format);
  if cardinality(ids) = 1 then
    -- The lock. Each statement after it sees what its last holder left: a seat freed, another who waits.
    select * into pool from public.seat_pool p where p.confederation_id = tenant and p.id = ids[1] for no key update;
    select * into gathering from public.event e where e.confederation_id = tenant and e.id = of_event;
    pool_id := pool.id;
    event_state := gathering.state;
    seats := case
      when as_what = 'SPEAKER' and not gathering.counts_speakers then 0
      when as_what = 'STAFF' and not gathering.counts_staff then 0
      else party
    end;
    seated := seats = 0;
    if not seated and pool.reserved > 0 then
      select a.id into allotment_id from public.allotment a
      where a.confederation_id = tenant and a.pool_id = pool.id and a.released_at is null
        and a.seats - a.taken >= take_seats.seats and public.is_member(who, a.beneficiary_id, as_of)
        and not public.others_wait(pool.id, a.beneficiary_id, a.seats - a.taken, at, as_of)
      order by a.releases_at, a.id limit 1;
      seated := allotment_id is not null;
    end if;
    if not seated and (pool.capacity is null or pool.taken + pool.reserved + seats <= pool.capacity) then
      seated := not public.others_wait(pool.id, null, pool.capacity - pool.taken - pool.reserved, at, as_of);
    end if;
    if seated and seats > 0 then
      -- As `services.events.seats.pools.count` does.
      update public.allotment a set taken = a.taken + take_seats.seats, updated_at = at
        where a.confederation_id = tenant and a.id = take_seats.allotment_id;
      update public.seat_pool p set taken = p.taken + take_seats.seats, updated_at = at,
          reserved = p.reserved - case when take_seats.allotment_id is null then 0 else take_seats.seats end
        where p.confederation_id = tenant and p.id = pool.id;
    end if;
    return next;
  end if;
""",
    ),
    language="plpgsql",
    volatility="volatile",
)
"""Take a party's seats at an event: from an allotment for the person, otherwise from the seats open to everybody.

Taken or not, the pool stays locked until the transaction ends. One row tells of the pool, how many seats the party
counts for (none where the event doesn't count its role), whether they were taken, of which allotment, and where the
event is in its life now; no row where the event has no such pool, or several and no format was given.

Nobody takes what somebody ahead waits for (`others_wait`). A function, so that the lock, what it protects and the
lifting of the row policies cost one round trip. It runs as whoever calls it.
"""

topic(SeatPool, Event, by=SeatPool.event_id)
topic(Allotment, Event, by=Allotment.event_id)
