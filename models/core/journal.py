"""The journal: who did what, when, to what, on whose behalf and why. Also its hash chain, records of access to
confidential data, and idempotency keys.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.figures import routine
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import Condition, holds, nobody, own, policy, setting
from models.base.records import TenantRow, belongs_to, choice, moment, unique


class _TransactionId(UserDefinedType[int]):
    """PostgreSQL's `xid8`: a transaction number that is never reused."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name."""
        return "xid8"


ischema_names["xid8"] = _TransactionId  # for alembic, which compares the database with the models


class ReadKind(DescribedEnum):
    """Which confidential data of a person was read."""

    CONTACTS = "CONTACTS", "Addresses and telephone numbers."
    NEEDS = "NEEDS", "Answers to sensitive questions, such as diet or accessibility."
    FILE = "FILE", "The person's file over the years: memberships, registrations, invoices."
    EXPORT = "EXPORT", "A file was exported that contains a registration of the person."


class JournalEntry(TenantRow, table=True):
    """A change, written in its own transaction: both audit entry and outgoing event. STAFF, and the person concerned.

    Append-only, which a trigger holds against the owner too.
    """

    __table_args__ = (
        Index("journal_by_subject", "confederation_id", "subject_type", "subject_id"),
        Index("journal_by_association", "confederation_id", "association_id", "at"),
        Index("journal_by_transaction", "confederation_id", "xid", "id"),
        Index(
            "journal_by_person",
            "confederation_id",
            "concerns_id",
            "at",
            postgresql_where=text("concerns_id is not null"),
        ),
    )
    __tablename__ = "journal_entry"
    # No Python code reads `xid`, so an insert doesn't return it.
    __mapper_args__ = {"eager_defaults": False}

    at: datetime = moment()
    action: str  # a noun and a past participle: "event.published"
    actor: str  # "person", "site_key", "system"
    actor_person_id: UUID | None = None
    actor_key_id: UUID | None = None  # the site key that acted
    on_behalf_of_id: UUID | None = None
    subject_type: str
    subject_id: UUID
    association_id: UUID | None = None
    concerns_id: UUID | None = None  # the person concerned, who may read the entry
    reason: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)  # identifiers and states; no personal data
    # Number of the transaction that wrote it. Once all lower ones have ended, no earlier entry can appear.
    xid: int | None = Field(
        default=None, sa_column=Column(_TransactionId(), server_default=text("pg_current_xact_id()"), nullable=False)
    )


class JournalLink(TenantRow, table=True):
    """A link of the tenant's hash chain: an entry, hashed with the previous link. SEALED; append-only.

    Its key is the entry's. `services.core.journal.chaining` writes it after the entry's transaction.
    """

    __table_args__ = (
        belongs_to("journal_entry", "id"),
        unique("seq", name="one_link_a_place"),
        CheckConstraint("seq > 0", name="journal_link_counts_from_one"),
        CheckConstraint("length(hash) = 32", name="journal_link_of_sha256"),
    )
    __tablename__ = "journal_link"

    seq: int = Field(sa_type=BigInteger)  # from 1, without gaps
    hash: bytes = Field(sa_type=LargeBinary)
    at: datetime = moment()  # when it was chained


class AccessRecord(TenantRow, table=True):
    """A record that somebody read a person's confidential data. The person's; STAFF (`journal.read`); append-only.

    One per reader, person, kind and hour. Reading one's own data is not recorded.
    """

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("association", "association_id"),
        unique("person_id", "reader_id", "kind", "hour", name="one_record_an_hour"),
        Index("access_record_by_association", "confederation_id", "association_id", "at"),
    )
    __tablename__ = "access_record"

    person_id: UUID  # the person whose data was read
    reader_id: UUID  # a person's key, or a site key's
    reader_name: str | None = None  # the name at that time; null for a site key
    association_id: UUID | None = None  # the association whose permission allowed it
    kind: ReadKind = choice(ReadKind)
    at: datetime = moment()  # the first read in that hour
    hour: datetime = moment()


class IdempotencyRecord(TenantRow, table=True):
    """The result of a request with an idempotency key, for a client that retries. The actor's own."""

    __table_args__ = (belongs_to("person", "person_id"), unique("person_id", "key", name="one_answer_a_key"))
    __tablename__ = "idempotency_record"

    person_id: UUID
    key: str
    fingerprint: str  # of the mutation and its input
    result: dict[str, Any] = Field(sa_type=JSONB)
    at: datetime = moment()


READ_JOURNAL = Permission("journal.read", about_persons=True, scope=False)

_by_the_actor = Condition(
    f"actor_person_id is not distinct from {setting('person', 'uuid')}"
    f" and actor_key_id is not distinct from {setting('key', 'uuid')}"
)

policy(
    JournalEntry,
    read=own(JournalEntry.concerns_id) | holds(READ_JOURNAL, JournalEntry.association_id),
    write=_by_the_actor,
    append_only=True,
    against_owner=True,
)
policy(JournalLink, read=nobody, write=nobody, append_only=True, against_owner=True)
policy(
    AccessRecord,
    read=own(AccessRecord.person_id) | holds(READ_JOURNAL, AccessRecord.association_id),
    write=Condition(f"reader_id = coalesce({setting('person', 'uuid')}, {setting('key', 'uuid')})"),
    append_only=True,
)
policy(IdempotencyRecord, read=own(IdempotencyRecord.person_id), write=own(IdempotencyRecord.person_id))

classified(
    JournalEntry,
    personal={"actor_person_id on_behalf_of_id": "at action", "concerns_id": "reason data"},
    neither="actor actor_key_id subject_type subject_id association_id xid",
)
classified(JournalLink, neither="seq hash at")
classified(
    AccessRecord,
    personal={"person_id reader_id": "kind at hour", "reader_id": "reader_name"},
    neither="association_id",
)
classified(IdempotencyRecord, personal={"person_id": "key fingerprint result at"})

refuse_change = routine(
    "refuse_change()",
    "trigger",
    """
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end
""",
    language="plpgsql",
    volatility="volatile",
)
"""The trigger of tables that are append-only against their owner too (`policy(…, against_owner=True)`)."""
