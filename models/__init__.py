"""Tables, constraints and row policies: what Confed knows, and what must hold whatever the code does."""

from models.access import Role, RoleGrant
from models.events import (
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventKind,
    EventSeries,
    EventState,
    HostRole,
    SeatPool,
    Speaker,
)
from models.federation import (
    Affiliation,
    AffiliationState,
    Association,
    AssociationKind,
    Confederation,
    Sector,
    VotingWeight,
)
from models.journal import IdempotencyRecord, JournalEntry
from models.membership import CancellationReason, CategoryKind, Membership, MembershipCategory, MembershipStatus
from models.people import (
    ManagementLevel,
    Mandate,
    MandateRole,
    Person,
    PersonReference,
    Position,
    PositionClass,
    WorkingTime,
)
from models.registrations import HOLDING_A_SEAT, Registration, RegistrationState
from models.reports import Avenue, Report
from models.segments import Segment, SegmentClause

__all__ = [
    "HOLDING_A_SEAT",
    "Affiliation",
    "AffiliationState",
    "Association",
    "AssociationKind",
    "Avenue",
    "CancellationReason",
    "CategoryKind",
    "Confederation",
    "Event",
    "EventAudience",
    "EventFormat",
    "EventHost",
    "EventKind",
    "EventSeries",
    "EventState",
    "HostRole",
    "IdempotencyRecord",
    "JournalEntry",
    "ManagementLevel",
    "Mandate",
    "MandateRole",
    "Membership",
    "MembershipCategory",
    "MembershipStatus",
    "Person",
    "PersonReference",
    "Position",
    "PositionClass",
    "Registration",
    "RegistrationState",
    "Report",
    "Role",
    "RoleGrant",
    "SeatPool",
    "Sector",
    "Segment",
    "SegmentClause",
    "Speaker",
    "VotingWeight",
    "WorkingTime",
]
