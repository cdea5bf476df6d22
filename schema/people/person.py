"""Persons, positions and mandates."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, case, literal_column

import models
from models.base.policies import permission_setting
from schema.base.ids import Ref
from schema.compiler import context
from schema.compiler.bindings import Row
from schema.compiler.declare import column, connection, expression, extends, many, one, read_type
from schema.reading.queries import Query
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import AS_OF, Association, on_the_day


@read_type(models.Position)
class Position(Node):
    """A post with an employer. STAFF of the person's associations, and the person."""

    employer: str = column("Who employs.", where=True)
    title: str = column("What the post is called.")
    position_class: models.PositionClass = column("Its class.", where=True)
    working_time: models.WorkingTime = column("Whether it takes the whole week.", where=True)
    level: models.ManagementLevel | None = column("How far it is from the work it directs.", where=True)
    sector: models.Sector = column("The sector of the employer.", where=True)
    starts_on: date = column("Its first day.", where=True, order=True)
    ends_on: date | None = column("Its last day; null while it lasts.", where=True)


@extends(Position)
class _PositionReports:
    reports_to: Position | None = one("The position that it reports to.", via="reports_to_id")


def _for_who_manages(person: Row) -> Row:
    held: Row = literal_column(f"({permission_setting(models.MANAGE_PERSONS)})", ARRAY(Uuid))
    return case(((person.id == context.person()) | person.association_ids.overlap(held), person.updated_at))


@read_type(models.Person)
class Person(Node):
    """Somebody, once per confederation. STAFF of the person's associations, and the person."""

    given_name: str = column("Given name.", where=True, order=True)
    family_name: str = column("Family name.", where=True, order=True)
    locale: str = column("The language they prefer, by its code.", where=True)
    region: str | None = column("Where they live or work.", where=True)
    updated_at: datetime | None = expression(
        "When the record was last changed. Null for all but the person and STAFF who hold `persons.manage` for them.",
        _for_who_manages,
    )
    positions: list[Position] = many(
        "All their positions, the latest first.", via="person_id", order=("-starts_on",), limit=50
    )


PersonId = Annotated[UUID, Ref("Person", "The person.")]


@read_type(models.Mandate)
class Mandate(Node):
    """A seat on a board, or an office. PUBLIC once published; before that STAFF and the holder."""

    role: models.MandateRole = column("The seat or the office.", where=True, order=True)
    starts_on: date = column("Its first day.", where=True, order=True)
    ends_on: date | None = column("Its last day; null while it lasts.", where=True)
    published_name: str | None = column("Who holds it, as the association publishes it.")
    association: Association = one("Where.", via="association_id")
    person: Person | None = one("The person who holds it, for those who may see them.", via="person_id")


@extends(Person)
class _PersonMandates:
    mandates: list[Mandate] = many(
        "All their mandates, the latest first.", via="person_id", order=("-starts_on",), limit=50
    )


@extends(Association)
class _AssociationMandates:
    mandates: Connection[Mandate] = connection(
        "Who sits on its board and holds its offices, as of a day.",
        on=lambda association, row, as_of: (row.association_id == association.id) & on_the_day(row, as_of),
        order=("role", "starts_on"),
        arguments=AS_OF,
    )


@extends(Query)
class _People:
    me: Person | None = one("The person who asks; null for anybody else.", on=lambda _, row: row.id == context.person())
