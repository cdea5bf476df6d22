"""Confederations, their associations and affiliations."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlmodel import Field
from uuid_utils.compat import uuid7

from models.base.enums import DescribedEnum
from models.base.figures import figure
from models.base.permissions import Permission
from models.base.personal import UNNAMED, classified
from models.base.policies import everyone, holds, is_any, nobody, policy
from models.base.records import (
    Dated,
    TenantRecord,
    belongs_to,
    choice,
    in_order,
    localized,
    localized_check,
    many,
    unique,
)


class AssociationKind(DescribedEnum):
    """Kind of association."""

    UMBRELLA = "UMBRELLA", "A confederation's own body, national or provincial, to which associations are affiliated."
    ASSOCIATION = "ASSOCIATION", "An association of managers."
    CHAPTER = "CHAPTER", "A regional or local part of an association."
    PARTNER = "PARTNER", "A centre or firm that co-hosts events and has no vote."


class Sector(DescribedEnum):
    """Sector of employment."""

    PUBLIC = "PUBLIC", "Public service: government departments."
    PARAPUBLIC = "PARAPUBLIC", "Parapublic: health, education and alike, financed by the state."
    PERIPUBLIC = "PERIPUBLIC", "Peripublic: state enterprises and agencies outside the public service."
    PRIVATE = "PRIVATE", "Private enterprises."


class AffiliationState(DescribedEnum):
    """Status of an affiliation."""

    APPLIED = "APPLIED", "The association has applied; the umbrella has not decided."
    ACTIVE = "ACTIVE", "In force."
    SUSPENDED = "SUSPENDED", "Suspended by the umbrella."
    ENDED = "ENDED", "Ended."


class VotingWeight(DescribedEnum):
    """How an umbrella weights its associations' votes."""

    EQUAL = "EQUAL", "Each association has one vote."
    HEADCOUNT = "HEADCOUNT", "Each association's vote is weighted by its headcount."


class Confederation(Dated, table=True):
    """The tenant. PUBLIC."""

    __table_args__ = (
        localized_check("confederation", "name"),
        CheckConstraint("cardinality(locales) > 0", name="confederation_has_a_locale"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    slug: str = Field(unique=True)
    name: dict[str, str] = localized()
    locales: list[str] = many(String)  # the first is the default, the others are fallbacks, in order
    time_zone: str = "America/Toronto"
    privacy_officer: str | None = None  # published as required by Law 25, s. 3.1


class Association(TenantRecord, table=True):
    """An association, an umbrella, a chapter or a partner of the confederation. PUBLIC."""

    __table_args__ = (unique("slug"), localized_check("association", "name"))

    slug: str
    name: dict[str, str] = localized()
    about: dict[str, str] | None = localized(nullable=True)
    kind: AssociationKind = choice(AssociationKind)
    sector: Sector | None = choice(Sector, nullable=True)
    website: str | None = None


class Affiliation(TenantRecord, table=True):
    """An association's affiliation to an umbrella, for a period. PUBLIC once decided; an application is STAFF."""

    __table_args__ = (
        belongs_to("association", "association_id"),
        belongs_to("association", "umbrella_id"),
        in_order("affiliation", "starts_on", "ends_on"),
        CheckConstraint("association_id <> umbrella_id", name="affiliation_with_another"),
        CheckConstraint("per_capita_rate >= 0", name="affiliation_per_capita_rate_not_negative"),
        # At most one live affiliation per pair; an ended one may be followed by another.
        Index(
            "one_live_affiliation",
            "confederation_id",
            "association_id",
            "umbrella_id",
            unique=True,
            postgresql_where=text("state <> 'ENDED'"),
        ),
        Index("affiliation_by_umbrella", "confederation_id", "umbrella_id"),
    )

    association_id: UUID
    umbrella_id: UUID
    state: AffiliationState = choice(AffiliationState)
    starts_on: date
    ends_on: date | None = None  # the last day
    visible_from_above: bool = False  # whether the umbrella's staff may see the association's persons
    voting_weight: VotingWeight = choice(VotingWeight, default=VotingWeight.EQUAL)
    per_capita_rate: Decimal | None = Field(default=None, max_digits=10, decimal_places=2)


MANAGE_ASSOCIATIONS = Permission("associations.manage", about_persons=False, scope=False)
MANAGE_AFFILIATIONS = Permission("affiliations.manage", about_persons=False, scope=False)

policy(Confederation, read=everyone, write=nobody, counted=True)
policy(Association, read=everyone, write=holds(MANAGE_ASSOCIATIONS, Association.id), counted=True)
policy(
    Affiliation,
    read=is_any(Affiliation.state, "ACTIVE", "SUSPENDED", "ENDED")
    | holds(MANAGE_AFFILIATIONS, Affiliation.association_id)
    | holds(MANAGE_AFFILIATIONS, Affiliation.umbrella_id),
    write=holds(MANAGE_AFFILIATIONS, Affiliation.umbrella_id),
    counted=True,
)

classified(Confederation, personal={UNNAMED: "privacy_officer"}, neither="slug name locales time_zone")
classified(Association, neither="slug name about kind sector website")
classified(
    Affiliation,
    neither="association_id umbrella_id state starts_on ends_on visible_from_above voting_weight per_capita_rate",
)

tenant = figure(
    "tenant(of_slug text)",
    "table (id uuid, locales text[], time_zone text)",
    "select c.id, c.locales::text[], c.time_zone::text from public.confederation c where c.slug = of_slug",
)
"""The key of a confederation by its slug. Reads across tenants, like `tenants` and no other function."""

tenants = figure(
    "tenants()",
    "table (id uuid, slug text, locales text[], time_zone text)",
    "select c.id, c.slug::text, c.locales::text[], c.time_zone::text from public.confederation c order by c.slug",
)
"""Every confederation, for periodic jobs."""

scope = figure(
    "scope(of_association uuid, as_of date)",
    "setof uuid",
    """
  with recursive below(id) as (
    select of_association
    union
    select a.association_id from below b join public.affiliation a
      on a.umbrella_id = b.id and a.state in ('ACTIVE', 'ENDED')
      and a.starts_on <= as_of and (a.ends_on is null or a.ends_on >= as_of)
  ) select id from below
""",
)
"""An association and its direct and indirect affiliates, as of a day: public. `union` makes it terminate on any graph.
"""
