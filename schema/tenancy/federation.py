"""Confederations, associations and their affiliations."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from sqlalchemy import case, literal_column, or_

import models
from models.base.policies import permission_setting
from schema.base.ids import Ref
from schema.compiler import context
from schema.compiler.bindings import Argument, Row
from schema.compiler.declare import column, connection, expression, extends, localized, many, one, read_type
from schema.reading.queries import Query, by_slug
from schema.reading.relay import Connection, Node

AS_OF = {
    "as_of": Argument(
        date | None, "The day in question; by default today in the confederation's time zone.", absent="today"
    )
}
"""The argument of all dated fields."""


@read_type(models.Confederation)
class Confederation(Node):
    """A confederation of associations, the tenant of all other data. PUBLIC."""

    slug: str = column("Name in URLs.")
    name: str | None = localized("Name.")
    locales: list[str] = column("Languages of the confederation, as language codes; the first is the default.")
    time_zone: str = column("Time zone of its calendar days, as an IANA name.")
    privacy_officer: str | None = column("Person in charge of the protection of personal information (Law 25, s. 3.1).")


@read_type(models.Association)
class Association(Node):
    """An association, an umbrella of associations, a chapter, or a partner. PUBLIC."""

    slug: str = column("Name in URLs, unique in the confederation.", where=True, order=True)
    name: str | None = localized("Name.")
    about: str | None = localized("Purpose of the association.")
    kind: models.AssociationKind = column("Kind of association.", where=True, order=True)
    sector: models.Sector | None = column("Sector of its members; null if it spans several.", where=True)
    website: str | None = column("URL of its website.")


AssociationId = Annotated[UUID, Ref("Association", "The association.")]


def _staff_only(row: Row, value: str) -> Row:
    held: Row = literal_column(f"({permission_setting(models.MANAGE_AFFILIATIONS)})")
    return case((row.association_id.bool_op("= any")(held) | row.umbrella_id.bool_op("= any")(held), row[value]))


@read_type(models.Affiliation)
class Affiliation(Node):
    """An association's membership of an umbrella for a period. PUBLIC once decided; applications are
    visible to STAFF.
    """

    state: models.AffiliationState = column("Status.", where=True)
    starts_on: date = column("First day.", where=True, order=True)
    ends_on: date | None = column("Last day; null if there is no end.", where=True)
    visible_from_above: bool = column("True if the umbrella's staff may see the association's persons.")
    voting_weight: models.VotingWeight = column("Rule by which the association's vote is weighted.")
    per_capita_rate: Decimal | None = expression(
        "Fee that the association pays per member. Visible to STAFF of either side; null for others.",
        lambda row: _staff_only(row, "per_capita_rate"),
    )
    association: Association = one("The affiliated association.", via="association_id")
    umbrella: Association = one("The umbrella.", via="umbrella_id")


def on_the_day(row: Row, as_of: Row) -> Row:
    """Return the condition that a dated row holds on a day; the last day is included."""
    return (row.starts_on <= as_of) & or_(row.ends_on.is_(None), row.ends_on >= as_of)


def _affiliated(row: Row, as_of: Row) -> Row:
    # An ended affiliation held until its last day; a suspended one holds on no day.
    return or_(row.state == "ACTIVE", row.state == "ENDED") & on_the_day(row, as_of)


@extends(Association)
class _AssociationAffiliations:
    affiliations: list[Affiliation] = many(
        "Affiliations with its umbrellas on a day.",
        on=lambda association, row, as_of: (row.association_id == association.id) & _affiliated(row, as_of),
        order=("starts_on",),
        arguments=AS_OF,
    )
    affiliates: Connection[Affiliation] = connection(
        "Affiliations of its affiliates on a day.",
        on=lambda association, row, as_of: (row.umbrella_id == association.id) & _affiliated(row, as_of),
        order=("starts_on",),
        arguments=AS_OF,
    )


@extends(Confederation)
class _ConfederationAssociations:
    associations: Connection[Association] = connection(
        "Its associations, umbrellas and partners.", on=None, order=("slug",)
    )


@extends(Query)
class _Federation:
    confederation: Confederation = one(
        "The confederation named in the URL.", on=lambda _, row: row.id == context.tenant()
    )
    association: Association | None = by_slug("Find an association by its slug.")
    associations: Connection[Association] = connection("Associations of the confederation.", order=("slug",))
