"""Trusted documents: websites' GraphQL operations, registered in advance and requested by the hash of their text."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint

from models.base.personal import classified
from models.base.policies import everyone, nobody, policy
from models.base.records import TenantRecord, belongs_to, moment


class TrustedDocument(TenantRecord, table=True):
    """A GraphQL document that clients may request by its hash. PUBLIC; written by the platform's command line only.

    It contains a website's query and no data. `association_id`: the association whose website uses it; null for a
    document of the confederation, which any website may use. Two websites may register the same document.
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
        # The hash must match the text, whoever writes the row: clients trust the hash.
        CheckConstraint("hash = encode(sha256(convert_to(text, 'UTF8')), 'hex')", name="trusted_document_hash_of_text"),
    )
    __tablename__ = "trusted_document"

    hash: str
    text: str
    association_id: UUID | None = None
    added_at: datetime = moment()


policy(TrustedDocument, read=everyone, write=nobody)

classified(TrustedDocument, neither="hash text association_id added_at")
