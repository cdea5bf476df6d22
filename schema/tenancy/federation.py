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
        date | None, "The day to tell it for; by default today where the confederation is.", absent="today"
    )
}
"""The argument of everything that is dated."""


@read_type(models.Confederation)
class Confederation(Node):
    """A confederation of associations: what everything else belongs to. PUBLIC."""

    slug: str = column("Its name in addresses.")
    name: str | None = localized("Its name.")
    locales: list[str] = column("The languages it works in; the first is its default.")
    time_zone: str = column("Where its days begin and end, as the IANA database names it.")
    privacy_officer: str | None = column("Who answers for personal information (Law 25, s. 3.1).")


@read_type(models.Association)
class Association(Node):
    """An association, an umbrella of associations, a chapter, or a partner. PUBLIC."""

    slug: str = column("Its name in addresses, unique in the confederation.", where=True, order=True)
    name: str | None = localized("Its name.")
    about: str | None = localized("What it is for.")
    kind: models.AssociationKind = column("What it is to the confederation.", where=True, order=True)
    sector: models.Sector | None = column("The sector its members work in; null where it spans several.", where=True)
    website: str | None = column("Its own website.")


AssociationId = Annotated[UUID, Ref("Association", "The association.")]


def _staff_only(row: Row, value: str) -> Row:
    held: Row = literal_column(f"({permission_setting(models.MANAGE_AFFILIATIONS)})")
    return case((row.association_id.bool_op("= any")(held) | row.umbrella_id.bool_op("= any")(held), row[value]))


@read_type(models.Affiliation)
class Affiliation(Node):
    """An association's dated membership of an umbrella. PUBLIC once decided; an application is STAFF."""

    state: models.AffiliationState = column("Where it stands.", where=True)
    starts_on: date = column("Its first day.", where=True, order=True)
    ends_on: date | None = column("Its last day; null while it lasts.", where=True)
    visible_from_above: bool = column("Whether the umbrella's staff see the association's persons.")
    voting_weight: models.VotingWeight = column("How the association's vote is weighed.")
    per_capita_rate: Decimal | None = expression(
        "What the association pays for each member. STAFF of either side.",
        lambda row: _staff_only(row, "per_capita_rate"),
    )
    association: Association = one("Who is affiliated.", via="association_id")
    umbrella: Association = one("With whom.", via="umbrella_id")


def on_the_day(row: Row, as_of: Row) -> Row:
    """Whether a dated row holds on a day, its last day included."""
    return (row.starts_on <= as_of) & or_(row.ends_on.is_(None), row.ends_on >= as_of)


def _affiliated(row: Row, as_of: Row) -> Row:
    # One that has ended held until its last day; one that is suspended holds on no day.
    return or_(row.state == "ACTIVE", row.state == "ENDED") & on_the_day(row, as_of)


@extends(Association)
class _AssociationAffiliations:
    affiliations: list[Affiliation] = many(
        "The umbrellas it belongs to, as of a day.",
        on=lambda association, row, as_of: (row.association_id == association.id) & _affiliated(row, as_of),
        order=("starts_on",),
        arguments=AS_OF,
    )
    affiliates: Connection[Affiliation] = connection(
        "Those affiliated with it, as of a day.",
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
        "The confederation whose address this is.", on=lambda _, row: row.id == context.tenant()
    )
    association: Association | None = by_slug("An association by its slug.")
    associations: Connection[Association] = connection("The confederation's associations.", order=("slug",))
