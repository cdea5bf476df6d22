"""Site keys: credentials of an association's website or of a program."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import UNNAMED, classified
from models.base.policies import Condition, holds, policy, setting
from models.base.records import TenantRecord, belongs_to, choice, many, moment, unique


class SiteKeyKind(DescribedEnum):
    """Kind of site key."""

    PUBLISHABLE = "PUBLISHABLE", "Stands in a page's source. Reads what everybody may read."
    SECRET = "SECRET", "Kept on a server. Has the permissions that it was given."


class SiteKey(TenantRecord, table=True):
    """An API key of an association, stored as a hash only. STAFF that hold `keys.manage`."""

    __table_args__ = (
        belongs_to("association", "association_id"),
        belongs_to("person", "made_by_id"),
        belongs_to("site_key", "replaces_id"),
        unique("digest", name="one_key_a_digest"),
        # A publishable key is visible in a page's source, so it must not grant more than anonymous access.
        CheckConstraint("kind = 'SECRET' or scopes = '{}'", name="site_key_scopes_are_secret"),
        CheckConstraint("kind = 'PUBLISHABLE' or origins = '{}'", name="site_key_origins_are_publishable"),
        Index("site_key_by_association", "confederation_id", "association_id"),
    )
    __tablename__ = "site_key"

    unnoted: ClassVar[frozenset[str]] = frozenset({"last_used_on"})

    association_id: UUID
    kind: SiteKeyKind = choice(SiteKeyKind)
    name: str
    digest: str  # SHA-256 of the whole key, as hexadecimal: 256 random bits need no slow hash
    last_four: str
    origins: list[str] = many(Text)  # of a publishable key: the origins of pages that may use it
    scopes: list[str] = many(Text)  # of a secret key: the permissions that it holds in the association
    trusted_documents_only: bool = False
    made_at: datetime = moment()
    made_by_id: UUID | None = None
    replaces_id: UUID | None = None  # the key that this one was made to succeed
    expires_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
    last_used_on: date | None = None  # to the day, so it is written at most once a day
    access_version: int = Field(default=1)  # raised with each change, which invalidates cached rights


MANAGE_KEYS = Permission("keys.manage", about_persons=False, scope=False)

_itself = Condition(f"id = {setting('key', 'uuid')}")

policy(
    SiteKey,
    # A key sees its own row, because each of its statements compares `access_version`.
    read=holds(MANAGE_KEYS, SiteKey.association_id) | _itself,
    write=holds(MANAGE_KEYS, SiteKey.association_id),
)

classified(
    SiteKey,
    personal={"made_by_id": "made_at"},
    confidential={UNNAMED: "digest"},
    neither="association_id kind name last_four origins scopes trusted_documents_only replaces_id expires_at "
    "revoked_at last_used_on access_version",
)
