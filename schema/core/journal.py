"""The journal: entries for staff and for the persons concerned, and records of who read a person's data."""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import Text, any_, case, cast, func, literal, literal_column
from sqlalchemy import column as sql_column

import models
from models import READ_JOURNAL
from models.base.policies import permission_setting
from schema.compiler import context
from schema.compiler.bindings import ORDINALITY, Row
from schema.compiler.declare import column, connection, expression, extends, many, one, read_type
from schema.compiler.expressions import base64
from schema.people.person import Person
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association


def _subject(entry: Row) -> Any:
    return base64(entry.subject_type.op("||")(literal_column("':'")).op("||")(cast(entry.subject_id, Text)))


def _reason(entry: Row) -> Any:
    """Return the reason for staff only: it may mention other persons."""
    is_staff = entry.association_id == any_(literal_column(permission_setting(READ_JOURNAL)))
    return case((is_staff, entry.reason))


@read_type()
class JournalFact:
    """A detail of a journal entry: a key, status, time or number, as text. Visible with the entry to STAFF."""

    name: str = column("Name of the detail.", name="key")
    value: str | None = column("Value; a list as JSON.")


@read_type(models.JournalEntry)
class JournalEntry(Node):
    """A change recorded in the journal. STAFF of its association who hold `journal.read`, and the person concerned.

    The person concerned sees which association made the change, but not which of its staff.
    """

    at: datetime = column("Time of the change.", where=True, order=True)
    action: str = column("Action: a noun and a participle, such as `registration.confirmed`.", where=True)
    actor: str = column("Kind of actor: `person`, `site_key`, or `system` for automatic changes.", where=True)
    by_me: bool = expression(
        "True if the reader made the change.",
        lambda entry: func.coalesce(entry.actor_person_id == context.person(), literal(value=False)),
    )
    subject_type: str = column("Type of the object that was changed.", where=True)
    subject_id: strawberry.ID = expression(
        "Global ID of the object that was changed, even if it no longer exists.", _subject
    )
    reason: str | None = expression("Reason given for the change. Visible to STAFF; null for others.", _reason)
    facts: list[JournalFact] = many(
        "Details of the entry.",
        rows=lambda entry: func.jsonb_each_text(entry.data).table_valued(
            sql_column("key", Text), sql_column("value", Text), with_ordinality=ORDINALITY
        ),
    )
    association: Association | None = one("Association in which the change was made.", via="association_id")
    person: Person | None = one("Person concerned; null if the reader may not see them.", via="concerns_id")
    actor_person: Person | None = one(
        "Person who made the change; null if the reader may not see them.", via="actor_person_id"
    )
    on_behalf_of: Person | None = one(
        "Person on whose behalf it was made; null if the reader may not see them.", via="on_behalf_of_id"
    )


@read_type(models.AccessRecord)
class AccessRecord(Node):
    """A record that somebody read a person's confidential data, at most one per hour. Visible to the person.

    STAFF who hold `journal.read` in the association whose permission was used.
    """

    kind: models.ReadKind = column("Kind of data.", where=True)
    at: datetime = column("Time of reading; the first time in the hour.", where=True, order=True)
    reader_name: str | None = column("Name of the reader at that time; null for a program with a site key.")
    association: Association | None = one("Association whose permission was used.", via="association_id")
    person: Person | None = one("Person whose data was read; null if the reader may not see them.", via="person_id")
    reader: Person | None = one("Person who read it; null if the reader may not see them.", via="reader_id")


@extends(Association)
class _AssociationJournal:
    journal: Connection[JournalEntry] = connection(
        "Journal of the association, the latest entry first. Visible to STAFF who hold `journal.read`.",
        via="association_id",
        order=("-at",),
    )
    access_records: Connection[AccessRecord] = connection(
        "Records of who read confidential data with a permission in it, the latest first. Visible to "
        "STAFF who hold `journal.read`.",
        via="association_id",
        order=("-at",),
    )


@extends(Person)
class _PersonJournal:
    journal: Connection[JournalEntry] = connection(
        "Journal entries about the person, the latest first. Visible to themselves and to STAFF who hold "
        "`journal.read`.",
        via="concerns_id",
        order=("-at",),
    )
    file_reads: Connection[AccessRecord] = connection(
        "Records of who read their confidential data, the latest first. Visible to themselves and to "
        "STAFF who hold `journal.read`.",
        via="person_id",
        order=("-at",),
    )
