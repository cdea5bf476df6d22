"""The journal: who did what, when, to what, on whose behalf and why; and the keys of requests already answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base import TenantRecord, belongs_to, moment, unique
from models.policies import Condition, holds, own, policy, setting


class JournalEntry(TenantRecord, table=True):
    """One change, written in its transaction: audit entry and outgoing event at once. STAFF; append-only."""

    __table_args__ = (
        Index("journal_by_subject", "confederation_id", "subject_type", "subject_id"),
        Index("journal_by_association", "confederation_id", "association_id", "at"),
    )
    __tablename__ = "journal_entry"

    at: datetime = moment()
    action: str  # a noun and a past participle: "event.published"
    actor: str  # "person", "system"
    actor_person_id: UUID | None = None
    on_behalf_of_id: UUID | None = None
    subject_type: str
    subject_id: UUID
    association_id: UUID | None = None
    reason: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)  # identifiers and states, nothing personal


class IdempotencyRecord(TenantRecord, table=True):
    """What a request with an idempotency key did, for the client that has to ask again. The actor's own."""

    __table_args__ = (belongs_to("person", "person_id"), unique("person_id", "key", name="one_answer_a_key"))
    __tablename__ = "idempotency_record"

    person_id: UUID
    key: str
    fingerprint: str  # of the mutation and its input
    result: dict[str, Any] = Field(sa_type=JSONB)
    at: datetime = moment()


_by_the_actor = Condition(f"actor_person_id is not distinct from {setting('person', 'uuid')}")

policy(
    JournalEntry,
    read=holds("journal.read", JournalEntry.association_id),
    write=_by_the_actor,
    append_only=True,
)
policy(IdempotencyRecord, read=own(IdempotencyRecord.person_id), write=own(IdempotencyRecord.person_id))
