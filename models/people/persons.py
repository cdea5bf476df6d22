"""Persons, the positions they hold with employers, and their mandates in associations."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import holds, overlaps, own, policy, when
from models.base.records import TenantRecord, belongs_to, choice, ids, in_order, moment, unique
from models.tenancy.federation import Sector


class PositionClass(DescribedEnum):
    """Class of a position."""

    BOARD_MEMBER = "BOARD_MEMBER", "Part-time member of a board of directors or governors."
    BODY_MEMBER = "BODY_MEMBER", "Full-time member of a public body."
    SENIOR_EXECUTIVE = (
        "SENIOR_EXECUTIVE",
        "Deputy minister, associate or assistant deputy minister, head or vice-president of a body.",
    )
    SENIOR_MANAGER = "SENIOR_MANAGER", "Senior manager."
    MANAGER = "MANAGER", "Manager."


class WorkingTime(DescribedEnum):
    """Working time of a position."""

    FULL_TIME = "FULL_TIME", "The whole working week."
    PART_TIME = "PART_TIME", "Less than the whole working week."


class ManagementLevel(DescribedEnum):
    """Management level of a position."""

    FIRST_LINE = "FIRST_LINE", "Directs those who do the work."
    MIDDLE = "MIDDLE", "Directs first-line managers."
    SENIOR = "SENIOR", "Directs middle managers."
    EXECUTIVE = "EXECUTIVE", "Directs the organisation."


class MandateRole(DescribedEnum):
    """Role of a mandate: an office or a seat on the board."""

    PRESIDENT = "PRESIDENT", "President."
    VICE_PRESIDENT = "VICE_PRESIDENT", "Vice-president."
    SECRETARY = "SECRETARY", "Secretary."
    TREASURER = "TREASURER", "Treasurer."
    GOVERNOR = "GOVERNOR", "Member of the board of governors without an office."


class Person(TenantRecord, table=True):
    """A person, once per confederation. STAFF of their associations, and themselves."""

    __table_args__ = (
        CheckConstraint("given_name <> '' and family_name <> ''", name="person_has_a_name"),
        Index("person_by_association", "association_ids", postgresql_using="gin"),
        Index("person_by_name", "confederation_id", "family_name", "given_name"),
    )

    # A change of `updated_at` would tell the other associations when one links the person.
    unnoted: ClassVar[frozenset[str]] = frozenset({"access_version", "association_ids"})
    concerned: ClassVar[str] = "id"

    given_name: str
    family_name: str
    locale: str = "fr"
    region: str | None = None
    deceased_on: date | None = None
    # First sign-in. From then on, addresses that others entered can't be used to sign in to the record.
    claimed_at: datetime | None = moment(nullable=True)
    # Raised when the person's role grants or memberships change, which invalidates cached rights.
    access_version: int = 1
    # The associations whose staff may see the person, compared by row policies, maintained by services.tenancy.
    association_ids: list[UUID] = ids()


class PersonReference(TenantRecord, table=True):
    """A person's identifier in another system; makes imports idempotent.

    STAFF of their associations, and the person.
    """

    __table_args__ = (belongs_to("person", "person_id"), unique("system", "value"))
    __tablename__ = "person_reference"

    unnoted: ClassVar[frozenset[str]] = frozenset({"association_ids"})

    person_id: UUID
    system: str
    value: str
    association_ids: list[UUID] = ids()


class Position(TenantRecord, table=True):
    """A position with an employer, for a period. STAFF of the person's associations, and themselves."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("position", "reports_to_id"),
        in_order("position", "starts_on", "ends_on"),
        Index("position_by_person", "confederation_id", "person_id", "starts_on", "id"),
    )

    unnoted: ClassVar[frozenset[str]] = frozenset({"association_ids"})

    person_id: UUID
    employer: str
    title: str
    position_class: PositionClass = choice(PositionClass)
    working_time: WorkingTime = choice(WorkingTime)
    level: ManagementLevel | None = choice(ManagementLevel, nullable=True)
    sector: Sector = choice(Sector)
    reports_to_id: UUID | None = None
    starts_on: date
    ends_on: date | None = None  # the last day
    association_ids: list[UUID] = ids()


class Mandate(TenantRecord, table=True):
    """A board seat or office in an association, for a period. PUBLIC once published; before, STAFF and the holder."""

    __table_args__ = (
        belongs_to("person", "person_id"),
        belongs_to("association", "association_id"),
        in_order("mandate", "starts_on", "ends_on"),
        CheckConstraint("not published or published_name is not null", name="mandate_published_under_a_name"),
        Index("mandate_by_association", "confederation_id", "association_id"),
        Index("mandate_by_person", "confederation_id", "person_id"),
    )

    person_id: UUID
    association_id: UUID
    role: MandateRole = choice(MandateRole)
    starts_on: date
    ends_on: date | None = None  # the last day
    published: bool = False
    published_name: str | None = Field(
        default=None
    )  # copied for websites, because the public may not see the person's own row


READ_PERSONS = Permission("persons.read", about_persons=True, scope=True)
MANAGE_PERSONS = Permission("persons.manage", about_persons=True, scope=False)

policy(
    Person,
    read=own(Person.id) | overlaps(READ_PERSONS, Person.association_ids),
    write=overlaps(MANAGE_PERSONS, Person.association_ids),
    counted=True,
)
policy(
    PersonReference,
    read=own(PersonReference.person_id) | overlaps(READ_PERSONS, PersonReference.association_ids),
    write=overlaps(MANAGE_PERSONS, PersonReference.association_ids),
)
policy(
    Position,
    read=own(Position.person_id) | overlaps(READ_PERSONS, Position.association_ids),
    write=overlaps(MANAGE_PERSONS, Position.association_ids),
    counted=True,
)
policy(
    Mandate,
    read=when(Mandate.published) | own(Mandate.person_id) | holds(READ_PERSONS, Mandate.association_id),
    write=holds(MANAGE_PERSONS, Mandate.association_id),
    counted=True,
)

classified(
    Person,
    personal={"id": "given_name family_name locale region deceased_on claimed_at association_ids"},
    neither="access_version",
)
classified(PersonReference, personal={"person_id": "system value association_ids"})
classified(
    Position,
    personal={
        "person_id": "employer title position_class working_time level sector "
        "reports_to_id starts_on ends_on association_ids"
    },
)
classified(
    Mandate,
    personal={"person_id": "role starts_on ends_on published_name"},
    neither="association_id published",
)
