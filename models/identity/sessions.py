"""Signing in: sessions, the links that open them, and invitations to take possession of one's own record.

Secrets are 256 random bits, kept as SHA-256 only. Where somebody signs in from is kept nowhere.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index

from models.base.enums import DescribedEnum
from models.base.personal import UNNAMED, classified
from models.base.policies import holds, nobody, own, policy
from models.base.records import TenantRecord, belongs_to, choice, moment, unique
from models.messages.messages import readable_with
from models.people.persons import MANAGE_PERSONS


class SignInMethod(DescribedEnum):
    """How somebody showed who they are."""

    MAGIC_LINK = "MAGIC_LINK", "A link in a message."
    PASSKEY = "PASSKEY", "A passkey."
    OIDC = "OIDC", "An identity provider, by OpenID Connect."
    INVITATION = "INVITATION", "An invitation in a message."


class LinkPurpose(DescribedEnum):
    """What a link in a message is for: to open a session, to show once more who has it, to show an address theirs."""

    SIGN_IN = "SIGN_IN", "Opens a session."
    STEP_UP = "STEP_UP", "Confirms again who is signed in."
    ADDRESS = "ADDRESS", "Verifies that an address is the person's own."


class Session(TenantRecord, table=True):
    """A person signed in on a device, until it ends, is idle for too long, or is revoked. Theirs."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        unique("secret_hash"),
        unique("previous_hash"),
        CheckConstraint("expires_at > created_at", name="session_ends_after_it_began"),
        Index("session_by_person", "confederation_id", "person_id", "created_at"),
    )

    unnoted: ClassVar[frozenset[str]] = frozenset({"last_used_at", "previous_hash", "rotated_at", "secret_hash"})

    person_id: UUID
    secret_hash: str
    previous_hash: str | None = None  # of the secret before: good for a moment after `rotated_at`, then a thief's
    rotated_at: datetime = moment()
    method: SignInMethod = choice(SignInMethod)
    device: str | None = None  # "Firefox on Linux", no finer
    last_used_at: datetime = moment()  # the hour, no finer
    authenticated_at: datetime = moment()  # when the person last showed who they are
    expires_at: datetime = moment()  # however much it is used
    revoked_at: datetime | None = moment(nullable=True)


class SignInLink(TenantRecord, table=True):
    """A link that was asked for, and once it is mailed whose it is. SEALED.

    Whoever asks gives an address and nothing is looked up: the job that mails the link finds out whose it is.
    """

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("session", "session_id"),
        belongs_to("message", "message_id", "person_id"),
        unique("secret_hash"),
        unique("message_id"),
        CheckConstraint("(purpose = 'SIGN_IN') = (session_id is null)", name="sign_in_link_of_a_session"),
        Index("sign_in_link_by_address", "confederation_id", "address", "created_at"),
        Index("sign_in_link_by_age", "confederation_id", "created_at"),
    )
    __tablename__ = "sign_in_link"

    address: str  # in lower case
    purpose: LinkPurpose = choice(LinkPurpose)
    person_id: UUID | None = None
    session_id: UUID | None = None  # which alone it is good in
    message_id: UUID | None = None  # that carries it; null where it was only asked for
    secret_hash: str | None = None  # null where it was only asked for
    return_to: str | None = None  # where the browser goes afterwards: checked before it was written down
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


class Invitation(TenantRecord, table=True):
    """An invitation to take possession of one's own record. The person's; STAFF of the association that invites."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("association", "association_id"),
        belongs_to("message", "message_id", "association_id", "person_id"),
        unique("secret_hash"),
        unique("message_id"),
        Index("invitation_by_person", "confederation_id", "person_id"),
        Index("invitation_by_association", "confederation_id", "association_id", "created_at"),
    )

    association_id: UUID
    person_id: UUID
    invited_by_id: UUID | None = None  # a person; null where the platform itself invites
    contact_point_id: UUID  # where it went; no reference, for addresses are forgotten
    message_id: UUID  # that carries it
    secret_hash: str | None = None  # null until it is mailed
    expires_at: datetime = moment()
    claimed_at: datetime | None = moment(nullable=True)


readable_with(MANAGE_PERSONS)
policy(Session, read=own(Session.person_id), write=own(Session.person_id))
policy(SignInLink, read=nobody, write=nobody)
policy(
    Invitation,
    read=own(Invitation.person_id) | holds(MANAGE_PERSONS, Invitation.association_id),
    write=holds(MANAGE_PERSONS, Invitation.association_id),
)

classified(
    Session,
    personal={"person_id": "rotated_at method device created_at last_used_at authenticated_at expires_at revoked_at"},
    confidential={UNNAMED: "secret_hash previous_hash"},
)
classified(
    SignInLink,
    personal={"person_id": "purpose created_at expires_at used_at"},
    confidential={"person_id": "address return_to", UNNAMED: "secret_hash"},
    neither="session_id message_id",
)
classified(
    Invitation,
    personal={"person_id": "contact_point_id created_at expires_at claimed_at", "invited_by_id": ""},
    confidential={UNNAMED: "secret_hash"},
    neither="association_id message_id",
)
