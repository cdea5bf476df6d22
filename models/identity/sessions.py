"""Sessions, sign-in links, and invitations to claim one's own record.

Secrets are 256 random bits, stored as SHA-256 only. Network addresses are never stored.
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
    """How a person signed in."""

    MAGIC_LINK = "MAGIC_LINK", "A link in a message."
    PASSKEY = "PASSKEY", "A passkey."
    OIDC = "OIDC", "An identity provider, by OpenID Connect."
    INVITATION = "INVITATION", "An invitation in a message."


class LinkPurpose(DescribedEnum):
    """Purpose of a link in a message."""

    SIGN_IN = "SIGN_IN", "Opens a session."
    STEP_UP = "STEP_UP", "Confirms again who is signed in."
    ADDRESS = "ADDRESS", "Verifies that an address is the person's own."


class Session(TenantRecord, table=True):
    """A person's session on a device, until it expires, is idle for too long, or is revoked. Theirs."""

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
    previous_hash: str | None = (
        None  # of the previous secret: accepted briefly after `rotated_at`; later use means theft
    )
    rotated_at: datetime = moment()
    method: SignInMethod = choice(SignInMethod)
    device: str | None = None  # "Firefox on Linux", without versions
    last_used_at: datetime = moment()  # to the hour
    authenticated_at: datetime = moment()  # when the person last signed in or confirmed their identity
    expires_at: datetime = moment()  # an absolute limit, regardless of use
    revoked_at: datetime | None = moment(nullable=True)


class SignInLink(TenantRecord, table=True):
    """A requested sign-in link; its person is set when it is mailed. SEALED.

    A request stores the address without looking it up. The job that mails the link finds the person.
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
    session_id: UUID | None = None  # the only session in which the link works, if any
    message_id: UUID | None = None  # the message with the link; null until mailed
    secret_hash: str | None = None  # null until mailed
    return_to: str | None = None  # where the browser goes afterwards: validated before it is stored
    expires_at: datetime = moment()
    used_at: datetime | None = moment(nullable=True)


class Invitation(TenantRecord, table=True):
    """An invitation to claim one's own record. The person's; STAFF of the association that invites."""

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
    contact_point_id: UUID  # the recipient address; no foreign key, because addresses are deleted
    message_id: UUID  # the message with the invitation
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
