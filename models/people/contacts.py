"""Contact points: how a person is reached. Each has its own visibility, by default only the person's."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, Index, String, text
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.personal import classified
from models.base.policies import is_any, overlaps, own, policy
from models.base.records import TenantRecord, belongs_to, choice, ids, moment, unique
from models.people.persons import MANAGE_PERSONS, READ_PERSONS


class ContactKind(DescribedEnum):
    """Kind of contact point."""

    EMAIL = "EMAIL", "An e-mail address."
    PHONE = "PHONE", "A telephone number."


class ContactVisibility(DescribedEnum):
    """Who may read a contact point."""

    NOBODY = "NOBODY", "Only the person."
    STAFF = "STAFF", "The person, and the staff of their associations."


class ContactPoint(TenantRecord, table=True):
    """An e-mail address or telephone number of a person. Theirs; STAFF of their associations where they let them."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        CheckConstraint("kind <> 'EMAIL' or value ~ '^[^@\\s]+@[^@\\s]+$'", name="contact_point_is_an_address"),
        unique("person_id", "kind", "folded_value", name="a_contact_point_once"),
        Index("contact_point_by_folded_value", "confederation_id", "folded_value"),
        # At most one preferred address: mail goes to one address.
        Index(
            "one_preferred_contact_point",
            "confederation_id",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("preferred"),
        ),
    )
    __tablename__ = "contact_point"

    unnoted: ClassVar[frozenset[str]] = frozenset({"association_ids"})

    person_id: UUID
    kind: ContactKind = choice(ContactKind)
    value: str
    # Stored in the form that is looked up: below row security no index on a function is used.
    folded_value: str = Field(
        default=None, sa_column=Column(String, Computed("lower(value)", persisted=True), nullable=False)
    )
    preferred: bool = False
    visibility: ContactVisibility = choice(ContactVisibility, default=ContactVisibility.NOBODY)
    verified_at: datetime | None = moment(nullable=True)
    association_ids: list[UUID] = ids()


policy(
    ContactPoint,
    read=own(ContactPoint.person_id)
    | (is_any(ContactPoint.visibility, "STAFF") & overlaps(READ_PERSONS, ContactPoint.association_ids)),
    write=own(ContactPoint.person_id) | overlaps(MANAGE_PERSONS, ContactPoint.association_ids),
)

classified(
    ContactPoint,
    personal={"person_id": "kind value folded_value preferred visibility verified_at association_ids"},
)
