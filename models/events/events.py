"""Events: status, hosts, speakers, series and audiences."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Computed, Index, String
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import UNNAMED, classified
from models.base.policies import everyone, holds, policy, when
from models.base.records import (
    TenantRecord,
    belongs_to,
    carries,
    choice,
    localized,
    localized_check,
    many,
    moment,
    unique,
)
from models.base.topics import topic


class EventKind(DescribedEnum):
    """Kind of event."""

    STUDY_AND_EXCHANGE_MEETING = "STUDY_AND_EXCHANGE_MEETING", "A study-and-exchange meeting on a theme."
    CONVENTION = "CONVENTION", "A convention of a whole association or community."
    LOCAL_MEETING = "LOCAL_MEETING", "A meeting of people in one region or city."
    CODEVELOPMENT_SESSION = (
        "CODEVELOPMENT_SESSION",
        "A co-development session, in which peers work on one participant's situation.",
    )
    WEBINAR = "WEBINAR", "A presentation held online."
    LEARNING_EXPEDITION = "LEARNING_EXPEDITION", "A visit to another organisation to learn from it."
    WELCOME_SESSION = "WELCOME_SESSION", "A session for people who are new in their position."
    PROFESSIONAL_DEVELOPMENT = "PROFESSIONAL_DEVELOPMENT", "Training."
    RECOGNITION = "RECOGNITION", "A ceremony or activity that honours people."
    SOCIAL = "SOCIAL", "A social activity."
    GENERAL_ASSEMBLY = "GENERAL_ASSEMBLY", "A general assembly of an association's members."


class EventFormat(DescribedEnum):
    """How people take part. A hybrid event has a seat pool for each of the two other formats."""

    IN_PERSON = "IN_PERSON", "At the venue."
    ONLINE = "ONLINE", "Online."
    HYBRID = "HYBRID", "At the venue or online, as each participant chooses; there is a seat pool for each."


class EventState(DescribedEnum):
    """Status of an event."""

    DRAFT = "DRAFT", "Being prepared. Only staff see it."
    PUBLISHED = "PUBLISHED", "Everybody sees it. Registration has not opened."
    OPEN = "OPEN", "Registration is open."
    CLOSED = "CLOSED", "Registration has closed."
    HELD = "HELD", "The event has taken place."
    REPORTED = "REPORTED", "Its follow-up report is published. It can no longer be changed."
    POSTPONED = "POSTPONED", "It takes place at another time. Registrations are kept."
    CANCELLED = "CANCELLED", "It does not take place."


class HostRole(DescribedEnum):
    """Role of an association at an event: host or partner."""

    HOST = "HOST", "Invites to the event."
    PARTNER = "PARTNER", "Supports the hosts (“in conjunction with”)."


class EventSeries(TenantRecord, table=True):
    """A series of events, whose editions are numbered. PUBLIC."""

    __table_args__ = (
        unique("slug"),
        belongs_to("association", "association_id"),
        localized_check("event_series", "name"),
    )
    __tablename__ = "event_series"

    slug: str
    association_id: UUID
    name: dict[str, str] = localized()


class Event(TenantRecord, table=True):
    """An event. PUBLIC once published; a draft is STAFF of the association that organises it."""

    __table_args__ = (
        belongs_to("association", "association_id"),
        belongs_to("event_series", "series_id"),
        belongs_to("event", "follow_up_to_id"),
        unique("slug"),
        carries("association_id"),
        carries("association_id", "published"),
        localized_check("event", "title"),
        # A cancelled draft was never published, and stays hidden.
        CheckConstraint(
            "case state when 'DRAFT' then published_at is null when 'CANCELLED' then true "
            "else published_at is not null end",
            name="event_published_unless_a_draft",
        ),
        CheckConstraint("ends_at > starts_at", name="event_ends_after_it_starts"),
        CheckConstraint(
            "registration_closes_at > registration_opens_at", name="event_registration_closes_after_opening"
        ),
        CheckConstraint("(series_id is null) = (edition is null)", name="event_edition_of_a_series"),
        CheckConstraint("edition > 0", name="event_edition_counts_from_one"),
        CheckConstraint("follow_up_to_id <> id", name="event_follows_up_another"),
        CheckConstraint("offer_hours between 1 and 720", name="event_offers_stand_a_while"),
        CheckConstraint("largest_party between 1 and 50", name="event_parties_have_a_limit"),
        Index("one_event_an_edition", "confederation_id", "series_id", "edition", unique=True),
        Index("event_by_association", "confederation_id", "association_id", "starts_at", "id"),
        Index("event_by_start", "confederation_id", "starts_at", "id"),
    )

    slug: str
    association_id: UUID
    series_id: UUID | None = None
    edition: int | None = None
    follow_up_to_id: UUID | None = None
    kind: EventKind = choice(EventKind)
    format: EventFormat = choice(EventFormat)
    state: EventState = choice(EventState, default=EventState.DRAFT)
    published_at: datetime | None = moment(nullable=True)
    # Compared by this row's policy and its children's, which carry it in their foreign key.
    published: bool = Field(
        default=None, sa_column=Column(Boolean, Computed("published_at is not null", persisted=True), nullable=False)
    )
    title: dict[str, str] = localized()
    summary: dict[str, str] | None = localized(nullable=True)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    time_zone: str
    venue: str | None = None
    city: str | None = None
    languages: list[str] = many(String)
    registration_opens_at: datetime | None = moment(nullable=True)  # null: as soon as staff open it
    registration_closes_at: datetime | None = moment(nullable=True)  # null: when the event starts
    cancellation_reason: dict[str, str] | None = localized(nullable=True)
    # How long a freed seat is offered to the next person waiting; null: they are confirmed at once.
    offer_hours: int | None = None
    largest_party: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # maximum seats per registration
    # Whether a party that fits may get seats before a larger party that is ahead of it and doesn't fit.
    smaller_parties_may_pass: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    counts_speakers: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})  # as taking seats
    counts_staff: bool = Field(default=True, sa_column_kwargs={"server_default": "true"})
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # of its calendar entry (RFC 5545)


class EventHost(TenantRecord, table=True):
    """An association that hosts an event or is its partner. PUBLIC with the event."""

    __table_args__ = (
        belongs_to("event", "event_id", "association_id", "published"),
        belongs_to("association", "host_id"),
        unique("event_id", "host_id", name="a_host_once_an_event"),
    )
    __tablename__ = "event_host"

    event_id: UUID
    host_id: UUID
    role: HostRole = choice(HostRole)
    rank: int = 0
    association_id: UUID  # the event's
    published: bool = False


class Speaker(TenantRecord, table=True):
    """A speaker, as printed in the programme. PUBLIC with the event."""

    __table_args__ = (
        belongs_to("event", "event_id", "association_id", "published"),
        CheckConstraint("name <> ''", name="speaker_has_a_name"),
        Index("speaker_in_order", "confederation_id", "event_id", "rank", "id"),
    )

    event_id: UUID
    name: str
    title: dict[str, str] | None = localized(nullable=True)
    rank: int = 0
    association_id: UUID  # the event's
    published: bool = False


class EventAudience(TenantRecord, table=True):
    """A segment of people that an event is for. PUBLIC with the event."""

    __table_args__ = (
        belongs_to("event", "event_id", "association_id", "published"),
        belongs_to("segment", "segment_id"),
        unique("event_id", "segment_id", name="an_audience_once_an_event"),
    )
    __tablename__ = "event_audience"

    event_id: UUID
    segment_id: UUID
    by_interest: bool = False  # true: open to expressions of interest, without an invitation
    opens_at: datetime | None = moment(nullable=True)  # null: when the event's registration opens
    association_id: UUID  # the event's
    published: bool = False


MANAGE_EVENTS = Permission("events.manage", about_persons=False, scope=True)

policy(EventSeries, read=everyone, write=holds(MANAGE_EVENTS, EventSeries.association_id))
policy(
    Event,
    read=when(Event.published) | holds(MANAGE_EVENTS, Event.association_id),
    write=holds(MANAGE_EVENTS, Event.association_id),
    counted=True,
)
for _part in (EventHost, Speaker, EventAudience):
    policy(
        _part,
        read=when(_part.published) | holds(MANAGE_EVENTS, _part.association_id),
        write=holds(MANAGE_EVENTS, _part.association_id),
    )

classified(EventSeries, neither="slug association_id name")
classified(
    Event,
    neither="slug association_id series_id edition follow_up_to_id kind format state published_at published title "
    "summary starts_at ends_at time_zone venue city languages registration_opens_at "
    "registration_closes_at cancellation_reason offer_hours largest_party smaller_parties_may_pass "
    "counts_speakers counts_staff sequence",
)
classified(EventHost, neither="event_id host_id role rank association_id published")
classified(Speaker, personal={UNNAMED: "name title"}, neither="event_id rank association_id published")
classified(EventAudience, neither="event_id segment_id by_interest opens_at association_id published")

# Watchers of an event are notified of what changes its check-in counts.
topic(Event, Event, by=Event.id)
