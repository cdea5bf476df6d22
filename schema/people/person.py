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
    """A position with an employer. STAFF of the person's associations, and the person."""

    employer: str = column("Name of the employer.", where=True)
    title: str = column("Title of the position.")
    position_class: models.PositionClass = column("Class of the position.", where=True)
    working_time: models.WorkingTime = column("Full time or part time.", where=True)
    level: models.ManagementLevel | None = column("Management level; null if none is recorded.", where=True)
    sector: models.Sector = column("Sector of the employer.", where=True)
    starts_on: date = column("First day.", where=True, order=True)
    ends_on: date | None = column("Last day; null if there is no end.", where=True)


@extends(Position)
class _PositionReports:
    reports_to: Position | None = one("Superior position; null if none is recorded.", via="reports_to_id")


def _for_who_manages(person: Row) -> Row:
    held: Row = literal_column(f"({permission_setting(models.MANAGE_PERSONS)})", ARRAY(Uuid))
    return case(((person.id == context.person()) | person.association_ids.overlap(held), person.updated_at))


@read_type(models.Person)
class Person(Node):
    """A person, recorded once per confederation. STAFF of the person's associations, and the person."""

    given_name: str = column("Given name.", where=True, order=True)
    family_name: str = column("Family name.", where=True, order=True)
    locale: str = column("Preferred language, as a language code.", where=True)
    region: str | None = column("Region where they live or work.", where=True)
    updated_at: datetime | None = expression(
        "Time of the record's last change. Visible to the person and to STAFF who hold `persons.manage` "
        "for them; null for others.",
        _for_who_manages,
    )
    positions: list[Position] = many(
        "All their positions, the latest first.", via="person_id", order=("-starts_on",), limit=50
    )


PersonId = Annotated[UUID, Ref("Person", "The person.")]


@read_type(models.Mandate)
class Mandate(Node):
    """A seat on a board, or an office. PUBLIC once published; before that visible to STAFF and the holder."""

    role: models.MandateRole = column("Seat or office.", where=True, order=True)
    starts_on: date = column("First day.", where=True, order=True)
    ends_on: date | None = column("Last day; null if there is no end.", where=True)
    published_name: str | None = column("Name of the holder, as published by the association.")
    association: Association = one("Association in which the mandate is held.", via="association_id")
    person: Person | None = one("Holder; null if the reader may not see them.", via="person_id")


@extends(Person)
class _PersonMandates:
    mandates: list[Mandate] = many(
        "All their mandates, the latest first.", via="person_id", order=("-starts_on",), limit=50
    )


@extends(Association)
class _AssociationMandates:
    mandates: Connection[Mandate] = connection(
        "Mandates in it on a day.",
        on=lambda association, row, as_of: (row.association_id == association.id) & on_the_day(row, as_of),
        order=("role", "starts_on"),
        arguments=AS_OF,
    )


@extends(Query)
class _People:
    me: Person | None = one(
        "The signed-in person; null for other readers.", on=lambda _, row: row.id == context.person()
    )
