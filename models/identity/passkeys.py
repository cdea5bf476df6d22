"""Passkeys: credentials of a person's devices (WebAuthn)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text
from sqlmodel import Field

from models.base.personal import classified
from models.base.policies import own, policy
from models.base.records import TenantRecord, belongs_to, many, unique


class Passkey(TenantRecord, table=True):
    """A passkey of a person. Theirs. It holds a public key and no secret."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        unique("credential_id", name="a_credential_once"),
        Index("passkey_by_person", "confederation_id", "person_id", "id"),
        # The authenticator's signature counter, unsigned 32 bits; 0 if it keeps none.
        CheckConstraint("sign_count between 0 and 4294967295", name="passkey_sign_count_of_32_bits"),
    )

    unnoted: ClassVar[frozenset[str]] = frozenset({"backed_up", "last_used_on", "sign_count"})

    person_id: UUID
    credential_id: bytes = Field(sa_type=LargeBinary)
    public_key: bytes = Field(sa_type=LargeBinary)  # COSE format
    sign_count: int = Field(sa_type=BigInteger)
    label: str
    transports: list[str] = many(Text)
    backed_up: bool  # whether it survives the device
    last_used_on: date | None = None  # to the day only: sign-in times are not recorded


policy(Passkey, read=own(Passkey.person_id), write=own(Passkey.person_id))

classified(
    Passkey,
    personal={"person_id": "credential_id public_key sign_count label transports backed_up created_at last_used_on"},
)
