"""Advocacy files on working conditions: participants and their positions, demands and answers, and a timeline.

Everything in a file is as confidential as the file: its parts carry the columns that its policy compares.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Computed, Index
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import UNNAMED, classified
from models.base.policies import Condition, holds, is_any, member_of_any, overlaps, own, policy, when
from models.base.records import (
    TenantRecord,
    belongs_to,
    carries,
    choice,
    ids,
    in_order,
    localized,
    localized_check,
    moment,
    unique,
)
from models.tenancy.federation import Sector

MOST_PARTICIPANTS = 100
"""Maximum number of associations in a file, the lead included."""


class AdvocacyTheme(DescribedEnum):
    """Subject of an advocacy file."""

    STATUS_AND_RECOGNITION = "STATUS_AND_RECOGNITION", "The status of managers and how they are recognised."
    LEGAL_STATUS = "LEGAL_STATUS", "The legal status of managers: their powers, duties and right to associate."
    REMUNERATION = "REMUNERATION", "Pay and benefits."
    PENSIONS = "PENSIONS", "Pension plans and retirement."
    WORKLOAD = "WORKLOAD", "Workload and working time."
    HEALTH_AND_SAFETY = "HEALTH_AND_SAFETY", "Health and safety at work, psychosocial risks included."
    JOB_SECURITY = "JOB_SECURITY", "Job security, reorganisation and the end of employment."
    CAREER_AND_TRAINING = "CAREER_AND_TRAINING", "Careers, training and succession."
    OTHER = "OTHER", "Anything else."


class AdvocacyFileState(DescribedEnum):
    """Status of an advocacy file."""

    OPEN = "OPEN", "Work on the file goes on."
    WATCHING = "WATCHING", "Nothing is asked for now; the subject is followed."
    NEGOTIATING = "NEGOTIATING", "Demands are being negotiated with a counterpart."
    SETTLED = "SETTLED", "An agreement was reached."
    CLOSED = "CLOSED", "Work has ended. The file can be read and no longer changed."


class Confidentiality(DescribedEnum):
    """Who may read an advocacy file and everything in it."""

    PUBLIC = "PUBLIC", "Everybody may read it."
    MEMBERS = "MEMBERS", "Members of the associations that take part, and their staff."
    STAFF = "STAFF", "Staff of the associations that take part."


class Stance(DescribedEnum):
    """An association's position on an advocacy file."""

    SUPPORTS = "SUPPORTS", "The association supports the file."
    SUPPORTS_WITH_CONDITIONS = (
        "SUPPORTS_WITH_CONDITIONS",
        "The association supports the file on conditions that its position states.",
    )
    OPPOSES = "OPPOSES", "The association opposes the file."
    NO_MANDATE = "NO_MANDATE", "The association has no mandate to take a position."


class DemandState(DescribedEnum):
    """Status of a demand."""

    DRAFTED = "DRAFTED", "Written, and not yet put to a counterpart."
    TABLED = "TABLED", "Put to the counterpart."
    IN_NEGOTIATION = "IN_NEGOTIATION", "Being negotiated with the counterpart."
    AGREED = "AGREED", "The counterpart agreed."
    REFUSED = "REFUSED", "The counterpart refused."
    WITHDRAWN = "WITHDRAWN", "Taken back by those who made it."


class TimelineKind(DescribedEnum):
    """Kind of timeline entry: an external event that staff noted, or a change of the file itself."""

    MEETING = "MEETING", "A meeting was held."
    LETTER = "LETTER", "A letter was sent or received."
    BRIEF = "BRIEF", "A brief was submitted."
    RULING = "RULING", "A court, tribunal or arbitrator ruled."
    PRESS = "PRESS", "The press reported on the file."
    STATE_CHANGED = "STATE_CHANGED", "The file's state changed. Recorded by the system."
    POSITION_TAKEN = "POSITION_TAKEN", "An association took a position. Recorded by the system."
    DEMAND_CHANGED = "DEMAND_CHANGED", "A demand's state changed. Recorded by the system."
    ANSWER_PUBLISHED = "ANSWER_PUBLISHED", "An official answer to a demand was published. Recorded by the system."


STAFF_TIMELINE_KINDS = (
    TimelineKind.MEETING,
    TimelineKind.LETTER,
    TimelineKind.BRIEF,
    TimelineKind.RULING,
    TimelineKind.PRESS,
)
"""What somebody notes in a timeline; the rest is what operations did."""

_CARRIED = ("association_id", "association_ids", "confidentiality")


class AdvocacyFile(TenantRecord, table=True):
    """A subject on which associations act together. PUBLIC, MEMBERS or STAFF of its participants, as its
    confidentiality says.
    """

    __table_args__ = (
        belongs_to("association", "association_id"),
        unique("slug"),
        carries(*_CARRIED),
        localized_check("advocacy_file", "title"),
        in_order("advocacy_file", "opened_on", "closed_on"),
        CheckConstraint("(closed_on is null) = (state <> 'CLOSED')", name="advocacy_file_closed_on_a_day"),
        CheckConstraint(
            f"cardinality(association_ids) between 1 and {MOST_PARTICIPANTS} and association_id = association_ids[1]",
            name="advocacy_file_led_by_the_first",
        ),
        Index("advocacy_file_by_lead", "confederation_id", "association_id"),
    )
    __tablename__ = "advocacy_file"

    association_id: UUID  # the lead association
    association_ids: list[UUID] = ids()  # the participants, the lead first
    slug: str
    title: dict[str, str] = localized()
    summary: dict[str, str] | None = localized(nullable=True)
    theme: AdvocacyTheme = choice(AdvocacyTheme)
    sector: Sector | None = choice(Sector, nullable=True)  # null: all sectors
    state: AdvocacyFileState = choice(AdvocacyFileState, default=AdvocacyFileState.OPEN)
    confidentiality: Confidentiality = choice(Confidentiality, default=Confidentiality.STAFF)
    opened_on: date
    closed_on: date | None = None


class _OfAFile(TenantRecord):
    """A part of a file, as confidential as the file."""

    file_id: UUID
    association_id: UUID
    association_ids: list[UUID] = ids()
    confidentiality: Confidentiality = choice(Confidentiality)


class AdvocacyPosition(_OfAFile, table=True):
    """An association's position on a file, from a day until its next position. Read with the file: PUBLIC, MEMBERS,
    STAFF.
    """

    __table_args__ = (
        belongs_to("advocacy_file", "file_id", *_CARRIED),
        belongs_to("association", "participant_id"),
        unique("file_id", "participant_id", "taken_on", name="one_position_a_day"),
        CheckConstraint(
            "(stance = 'SUPPORTS_WITH_CONDITIONS') = (conditions is not null)", name="advocacy_position_says_conditions"
        ),
    )
    __tablename__ = "advocacy_position"

    participant_id: UUID
    stance: Stance = choice(Stance)
    conditions: dict[str, str] | None = localized(nullable=True)
    taken_on: date


class Demand(_OfAFile, table=True):
    """A demand of a file. Read with the file: PUBLIC, MEMBERS, STAFF."""

    __table_args__ = (
        belongs_to("advocacy_file", "file_id", *_CARRIED),
        belongs_to("avenue", "origin_id"),
        carries("file_id", *_CARRIED),
        unique("file_id", "number", name="a_demand_a_number"),
        unique("file_id", "origin_id", name="an_avenue_once_a_file"),
        localized_check("demand", "title"),
        CheckConstraint("number > 0", name="demand_counts_from_one"),
        CheckConstraint(
            "state in ('DRAFTED', 'WITHDRAWN') or counterpart is not null", name="demand_tabled_with_somebody"
        ),
        Index("demand_by_origin", "confederation_id", "origin_id"),
    )

    number: int
    title: dict[str, str] = localized()
    details: dict[str, str] | None = localized(nullable=True)
    origin_id: UUID | None = None  # the follow-up report's avenue that the demand comes from
    state: DemandState = choice(DemandState, default=DemandState.DRAFTED)
    state_on: date  # when the current state began
    counterpart: str | None = None  # the organisation that it is tabled with
    due_on: date | None = None  # when an answer is expected


class DemandAnswer(_OfAFile, table=True):
    """The counterpart's official answer to a demand. STAFF until published, then read with the file."""

    __table_args__ = (
        belongs_to("demand", "demand_id", "file_id", *_CARRIED),
        localized_check("demand_answer", "text"),
        in_order("demand_answer", "decided_on", "published_on"),
        Index("demand_answer_by_demand", "confederation_id", "demand_id", "decided_on"),
    )
    __tablename__ = "demand_answer"

    demand_id: UUID
    text: dict[str, str] = localized()
    decided_on: date
    published_on: date | None = None
    published: bool = Field(
        default=None, sa_column=Column(Boolean, Computed("published_on is not null", persisted=True), nullable=False)
    )


class TimelineEntry(_OfAFile, table=True):
    """An event in the history of a file. Read with the file: PUBLIC, MEMBERS, STAFF."""

    __table_args__ = (
        belongs_to("advocacy_file", "file_id", *_CARRIED),
        belongs_to("demand", "demand_id"),
        belongs_to("advocacy_position", "position_id"),
        CheckConstraint(
            f"kind not in ({', '.join(repr(str(kind)) for kind in STAFF_TIMELINE_KINDS)}) or title is not null",
            name="timeline_entry_says_what",
        ),
        Index("timeline_by_file", "confederation_id", "file_id", "happened_on", "id"),
    )
    __tablename__ = "timeline_entry"

    kind: TimelineKind = choice(TimelineKind)
    happened_on: date
    title: dict[str, str] | None = localized(nullable=True)
    file_state: AdvocacyFileState | None = choice(AdvocacyFileState, nullable=True)
    demand_id: UUID | None = None
    demand_state: DemandState | None = choice(DemandState, nullable=True)
    position_id: UUID | None = None


class _Watching(_OfAFile):
    """A watcher: a person or an association."""

    person_id: UUID | None = None
    watcher_id: UUID | None = None


def _one_watcher(table: str) -> CheckConstraint:
    return CheckConstraint("num_nonnulls(person_id, watcher_id) = 1", name=f"{table}_one_watcher")


class AdvocacyWatch(_Watching, table=True):
    """A watch on a file. An association's is read with the file (PUBLIC, MEMBERS, STAFF); a person's, only by that
    person.
    """

    __table_args__ = (
        belongs_to("advocacy_file", "file_id", *_CARRIED),
        belongs_to("person", "person_id"),
        belongs_to("association", "watcher_id"),
        _one_watcher("advocacy_watch"),
        unique("file_id", "person_id", name="a_person_watches_once"),
        unique("file_id", "watcher_id", name="an_association_watches_once"),
        Index("advocacy_watch_by_person", "confederation_id", "person_id"),
        Index("advocacy_watch_by_watcher", "confederation_id", "watcher_id"),
    )
    __tablename__ = "advocacy_watch"

    since: date


class AdvocacyNotice(_Watching, table=True):
    """A notice to a watcher that a file has changed. The person's, or STAFF of the association; while they see the
    file.
    """

    __table_args__ = (
        belongs_to("advocacy_file", "file_id", *_CARRIED),
        belongs_to("journal_entry", "entry_id"),
        belongs_to("person", "person_id"),
        belongs_to("association", "watcher_id"),
        _one_watcher("advocacy_notice"),
        # One notice per change and watcher, even if the operation is retried.
        unique("entry_id", "person_id", name="a_person_is_told_once"),
        unique("entry_id", "watcher_id", name="an_association_is_told_once"),
        Index("advocacy_notice_by_person", "confederation_id", "person_id", "at", "id"),
        Index("advocacy_notice_by_watcher", "confederation_id", "watcher_id", "at", "id"),
    )
    __tablename__ = "advocacy_notice"

    entry_id: UUID  # the journal's
    action: str  # as in the journal: "demand.tabled"
    at: datetime = moment()
    read_at: datetime | None = moment(nullable=True)


MANAGE_ADVOCACY = Permission("advocacy.manage", about_persons=False, scope=False)


def _with_the_file(model: Any) -> Condition:
    return (
        is_any(model.confidentiality, "PUBLIC")
        | (is_any(model.confidentiality, "MEMBERS") & member_of_any(model.association_ids))
        | overlaps(MANAGE_ADVOCACY, model.association_ids)
    )


for _part in (AdvocacyFile, Demand, TimelineEntry):
    policy(_part, read=_with_the_file(_part), write=holds(MANAGE_ADVOCACY, _part.association_id))
policy(
    AdvocacyPosition,
    read=_with_the_file(AdvocacyPosition),
    write=holds(MANAGE_ADVOCACY, AdvocacyPosition.association_id)
    | holds(MANAGE_ADVOCACY, AdvocacyPosition.participant_id),
)
policy(
    DemandAnswer,
    read=(when(DemandAnswer.published) & _with_the_file(DemandAnswer))
    | overlaps(MANAGE_ADVOCACY, DemandAnswer.association_ids),
    write=holds(MANAGE_ADVOCACY, DemandAnswer.association_id),
)
policy(
    AdvocacyWatch,
    read=own(AdvocacyWatch.person_id) | (Condition("watcher_id is not null") & _with_the_file(AdvocacyWatch)),
    write=own(AdvocacyWatch.person_id) | holds(MANAGE_ADVOCACY, AdvocacyWatch.watcher_id),
)
_told = own(AdvocacyNotice.person_id) | holds(MANAGE_ADVOCACY, AdvocacyNotice.watcher_id)
policy(AdvocacyNotice, read=_told & _with_the_file(AdvocacyNotice), write=_told & _with_the_file(AdvocacyNotice))

classified(
    AdvocacyFile,
    neither="association_id association_ids slug title summary theme sector state confidentiality opened_on closed_on",
)
classified(
    AdvocacyPosition,
    neither="file_id association_id association_ids confidentiality participant_id stance conditions taken_on",
)
classified(
    Demand,
    personal={UNNAMED: "counterpart"},
    neither="file_id association_id association_ids confidentiality number title details origin_id state state_on "
    "due_on",
)
classified(
    DemandAnswer,
    neither="file_id association_id association_ids confidentiality demand_id text decided_on published_on published",
)
classified(
    TimelineEntry,
    neither="file_id association_id association_ids confidentiality kind happened_on title file_state demand_id "
    "demand_state position_id",
)
classified(
    AdvocacyWatch,
    personal={"person_id": "since"},
    neither="file_id association_id association_ids confidentiality watcher_id",
)
classified(
    AdvocacyNotice,
    personal={"person_id": "action at read_at"},
    neither="file_id association_id association_ids confidentiality watcher_id entry_id",
)
