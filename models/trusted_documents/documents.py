"""Trusted documents: the operations of websites, registered beforehand and asked for by the hash of their text."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint

from models.base.personal import classified
from models.base.policies import everyone, nobody, policy
from models.base.records import TenantRecord, belongs_to, moment


class TrustedDocument(TenantRecord, table=True):
    """A GraphQL document that clients may ask for by its hash. PUBLIC; written by the platform's command line only.

    It says what a website asks, as the website's own code does, and nothing of the answers. `association_id`: whose
    website's it is; null where it is the confederation's, and so any website's. Two websites may have the same one.
    """

    __table_args__ = (
        belongs_to("association", "association_id"),
        UniqueConstraint(
            "confederation_id",
            "hash",
            "association_id",
            name="a_document_of_a_website_once",
            postgresql_nulls_not_distinct=True,
        ),
        # A hash leads to its own text and no other, whoever writes the row: that is what it is trusted for.
        CheckConstraint("hash = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name="trusted_document_hash_of_text"),
    )
    __tablename__ = "trusted_document"

    hash: str
    text: str
    association_id: UUID | None = None
    added_at: datetime = moment()


policy(TrustedDocument, read=everyone, write=nobody)

classified(TrustedDocument, neither="hash text association_id added_at")
