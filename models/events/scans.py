"""Ticket scans at the desk, refused ones included."""

from datetime import datetime
from uuid import UUID

from alembic_utils.pg_function import PGFunction
from sqlalchemy import CheckConstraint, Index

from models.base.enums import DescribedEnum
from models.base.figures import derivation, routine
from models.base.personal import classified
from models.base.policies import holds, permission_setting, policy, setting
from models.base.records import TenantRecord, belongs_to, choice, moment, unique
from models.base.topics import topic
from models.events.events import Event
from models.events.registrations import MANAGE_REGISTRATIONS, READ_REGISTRATIONS


class ScanKind(DescribedEnum):
    """Kind of scan: entry, exit, or undoing the ticket's last scan."""

    CHECK_IN = "CHECK_IN", "Somebody comes in."
    CHECK_OUT = "CHECK_OUT", "Somebody goes out."
    UNDO = "UNDO", "The desk takes back its last scan of the ticket."


class ScanRefusal(DescribedEnum):
    """Why a scan was refused."""

    UNKNOWN_TICKET = "UNKNOWN_TICKET", "No ticket of the event has this code."
    NO_SEAT = "NO_SEAT", "The registration has no seat: it is on the waiting list or only offered one."
    CANCELLED = "CANCELLED", "The registration is cancelled."
    ALREADY_IN = "ALREADY_IN", "The ticket's holder is already in."
    NOT_IN = "NOT_IN", "The ticket's holder is not in."
    EVENT_NOT_ON = "EVENT_NOT_ON", "The event is not taking place at the time of the scan."
    UNREADABLE = "UNREADABLE", "The code is empty, or too long to be a ticket's."
    WRONG_CLOCK = "WRONG_CLOCK", "The device's clock is wrong: ahead of the server's, or before the eve of the event."


class Scan(TenantRecord, table=True):
    """A scan of a ticket at its own time, however late it arrived. STAFF of the event's association."""

    __table_args__ = (
        belongs_to("event", "event_id", "association_id"),
        belongs_to("registration", "registration_id"),
        belongs_to("registration_guest", "guest_id"),
        belongs_to("person", "scanned_by_id"),
        # A scan that is sent twice, by the same desk or by another, is stored once.
        unique("event_id", "nonce", name="a_scan_once"),
        CheckConstraint("guest_id is null or registration_id is not null", name="scan_of_a_registrations_guest"),
        CheckConstraint("refusal is not null or registration_id is not null", name="scan_accepted_of_a_ticket"),
        Index("scan_by_registration", "confederation_id", "registration_id", "at"),
        Index("scan_by_event", "confederation_id", "event_id", "at"),
    )

    event_id: UUID
    association_id: UUID  # the event's
    nonce: str  # chosen by the client, unique to this scan
    kind: ScanKind = choice(ScanKind)
    code: str  # the code as read
    registration_id: UUID | None = None
    guest_id: UUID | None = None
    at: datetime = moment()  # time of the scan by the desk's clock
    received_at: datetime = moment()
    refusal: ScanRefusal | None = choice(ScanRefusal, nullable=True)  # null: accepted
    device: str | None = None
    scanned_by_id: UUID | None = None


policy(
    Scan,
    read=holds(READ_REGISTRATIONS, Scan.association_id),
    write=holds(MANAGE_REGISTRATIONS, Scan.association_id),
)

classified(
    Scan,
    personal={"scanned_by_id": "device", "registration_id.person_id": "kind code at received_at refusal"},
    neither="event_id association_id nonce registration_id guest_id",
)

key_of = derivation(
    PGFunction(
        schema="public",
        signature="key_of(kind text, global_id text)",
        definition="""returns uuid language sql immutable parallel safe as $figure$
  select case when said ~ ('^' || kind || '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
    then substr(said, length(kind) + 1)::uuid end
  from (
    select case when global_id ~ '^[A-Za-z0-9+/]{8,200}={0,2}$' and length(global_id) % 4 = 0
      then encode(decode(global_id, 'base64'), 'escape') end as said
  ) told
$figure$""",
    )
)
"""The key in a global identifier that begins with the type's name, such as `Event:`; null if it is of another type."""

desk_counts = routine(
    "desk_counts(of_event uuid)",
    "table (registered int, waiting int, offered int, checked_in int, checked_out int, guests_in int, "
    "scans_refused int, last_scan_at timestamptz)",
    f"""
  select r.registered, r.waiting, r.offered, r.checked_in, r.checked_out, g.guests_in, s.refused, s.last_at
  from public.event e cross join lateral (
    select count(*) filter (where state in ('CONFIRMED', 'ATTENDED', 'NO_SHOW'))::int as registered,
      count(*) filter (where state = 'WAITLISTED')::int as waiting,
      count(*) filter (where state = 'OFFERED')::int as offered,
      count(*) filter (where state = 'ATTENDED')::int as checked_in,
      count(checked_out_at)::int as checked_out
    from public.registration where confederation_id = e.confederation_id and event_id = e.id
  ) r cross join lateral (
    select count(*)::int as guests_in from public.registration_guest
    where confederation_id = e.confederation_id and event_id = e.id and checked_in_at is not null
      and checked_out_at is null
  ) g cross join lateral (
    select count(refusal)::int as refused, max(at) as last_at from public.scan
    where confederation_id = e.confederation_id and event_id = e.id
  ) s
  where e.confederation_id = {setting("tenant", "uuid")} and e.id = of_event
    and e.association_id = any({permission_setting(READ_REGISTRATIONS)})
""",
)
"""An event's check-in counts, for holders of `registrations.read` there; for others, no row."""

topic(Scan, Event, by=Scan.event_id)
