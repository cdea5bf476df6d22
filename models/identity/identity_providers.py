"""Sign-in at an association's identity provider (OpenID Connect), and pending sign-in attempts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import UNNAMED, classified
from models.base.policies import holds, nobody, own, policy, when
from models.base.records import TenantRecord, belongs_to, choice, localized, localized_check, moment, unique


class AttemptKind(DescribedEnum):
    """Purpose of a sign-in challenge."""

    PASSKEY = "PASSKEY", "Signing in with a passkey."
    PASSKEY_TO_ADD = "PASSKEY_TO_ADD", "Adding a passkey."
    OIDC = "OIDC", "Signing in at an identity provider."


class IdentityProvider(TenantRecord, table=True):
    """An identity provider at which an association's people sign in. PUBLIC while enabled; STAFF of the association.

    The client secret is used by the server only and never shown. It is encrypted with a key that is not in the
    database.
    """

    __table_args__ = (
        belongs_to("association", "association_id"),
        unique("slug", name="an_identity_provider_of_this_name"),
        localized_check("identity_provider", "name"),
        Index("identity_provider_by_association", "confederation_id", "association_id"),
    )
    __tablename__ = "identity_provider"

    association_id: UUID
    slug: str
    name: dict[str, Any] = localized()
    issuer: str
    client_id: str
    client_secret: bytes | None = Field(default=None, sa_type=LargeBinary)  # encrypted; null for a public client
    enabled: bool = True


class ExternalIdentity(TenantRecord, table=True):
    """A person's account at an identity provider, linked by a verified address. The person's own."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("identity_provider", "provider_id"),
        unique("provider_id", "subject", name="an_external_identity_once"),
        Index("external_identity_by_person", "confederation_id", "person_id"),
    )
    __tablename__ = "external_identity"

    person_id: UUID
    provider_id: UUID
    subject: str
    linked_at: datetime = moment()


class SignInAttempt(TenantRecord, table=True):
    """A sign-in challenge, to be answered once and within minutes. SEALED.

    Found by the hash of a handle that the browser keeps: somebody who intercepts the answer alone can't use it.
    """

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("identity_provider", "provider_id"),
        unique("handle_hash", name="a_sign_in_attempt_once"),
        CheckConstraint("(kind = 'OIDC') = (verifier is not null)", name="sign_in_attempt_of_oidc_has_its_verifier"),
        CheckConstraint("kind <> 'OIDC' or provider_id is not null", name="sign_in_attempt_of_oidc_has_its_provider"),
        CheckConstraint(
            "kind <> 'PASSKEY_TO_ADD' or person_id is not null", name="sign_in_attempt_to_add_is_a_persons"
        ),
        Index("sign_in_attempt_by_end", "confederation_id", "expires_at"),
    )
    __tablename__ = "sign_in_attempt"

    kind: AttemptKind = choice(AttemptKind)
    handle_hash: str  # SHA-256 of the handle
    challenge: bytes = Field(sa_type=LargeBinary)  # the nonce of OIDC
    verifier: str | None = None  # PKCE code verifier
    provider_id: UUID | None = None
    person_id: UUID | None = None
    return_to: str | None = None  # where the browser goes afterwards: validated before it is stored
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


MANAGE_IDENTITY = Permission("identity.manage", about_persons=True, scope=False)

policy(
    IdentityProvider,
    read=when(IdentityProvider.enabled) | holds(MANAGE_IDENTITY, IdentityProvider.association_id),
    write=holds(MANAGE_IDENTITY, IdentityProvider.association_id),
)
policy(ExternalIdentity, read=own(ExternalIdentity.person_id), write=nobody)
policy(SignInAttempt, read=nobody, write=nobody)

classified(
    IdentityProvider,
    confidential={UNNAMED: "client_secret"},
    neither="association_id slug name issuer client_id enabled",
)
classified(ExternalIdentity, personal={"person_id": "subject linked_at"}, neither="provider_id")
classified(
    SignInAttempt,
    personal={"person_id": "kind expires_at used_at"},
    confidential={UNNAMED: "handle_hash challenge verifier", "person_id": "return_to"},
    neither="provider_id",
)
