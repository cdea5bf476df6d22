"""The journal as those read it who may: staff what was done in their association, persons what was done about them, and
who read their file.
"""

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
    """Staff write it for staff: it may speak of others too."""
    is_staff = entry.association_id == any_(literal_column(permission_setting(READ_JOURNAL)))
    return case((is_staff, entry.reason))


@read_type()
class JournalFact:
    """Something that an entry says besides: a key, a state, a moment or a number, as text. STAFF, as the entry."""

    name: str = column("What it is called.", name="key")
    value: str | None = column("What it is; a list as JSON.")


@read_type(models.JournalEntry)
class JournalEntry(Node):
    """Something that was done. STAFF of its association who hold `journal.read`, and the person whom it is about.

    Who is staff elsewhere in the association is for its staff to see: the person sees which association it was.
    """

    at: datetime = column("When.", where=True, order=True)
    action: str = column("What: a noun and a participle, such as `registration.confirmed`.", where=True)
    actor: str = column("What did it: `person`, `site_key`, or `system` for what the platform does itself.", where=True)
    by_me: bool = expression(
        "Whether the reader did it.",
        lambda entry: func.coalesce(entry.actor_person_id == context.person(), literal(value=False)),
    )
    subject_type: str = column("What kind of thing it was done to.", where=True)
    subject_id: strawberry.ID = expression("The global identifier of the thing, be it there still or not.", _subject)
    reason: str | None = expression("Why, in the words of who did it; for staff.", _reason)
    facts: list[JournalFact] = many(
        "What the entry says besides.",
        rows=lambda entry: func.jsonb_each_text(entry.data).table_valued(
            sql_column("key", Text), sql_column("value", Text), with_ordinality=ORDINALITY
        ),
    )
    association: Association | None = one("In which association.", via="association_id")
    person: Person | None = one("Whom it is about, for those who may see them.", via="concerns_id")
    actor_person: Person | None = one("Who did it, for those who may see that person.", via="actor_person_id")
    on_behalf_of: Person | None = one("In whose stead, for those who may see that person.", via="on_behalf_of_id")


@read_type(models.AccessRecord)
class AccessRecord(Node):
    """That somebody read a person's confidential data: once an hour, however often. The person's.

    STAFF of the association by whose right it was who hold `journal.read`.
    """

    kind: models.ReadKind = column("What was read.", where=True)
    at: datetime = column("When; of several readings in an hour the first.", where=True, order=True)
    reader_name: str | None = column("Who read it, by the name that they had then; null for an association's program.")
    association: Association | None = one("By the right of which association.", via="association_id")
    person: Person | None = one("Whose data, for those who may see them.", via="person_id")
    reader: Person | None = one("Who read it, for those who may see that person.", via="reader_id")


@extends(Association)
class _AssociationJournal:
    journal: Connection[JournalEntry] = connection(
        "What was done in it, the latest first; for those who hold `journal.read`.",
        via="association_id",
        order=("-at",),
    )
    access_records: Connection[AccessRecord] = connection(
        "Who read whose confidential data by its right, the latest first; for those who hold `journal.read`.",
        via="association_id",
        order=("-at",),
    )


@extends(Person)
class _PersonJournal:
    journal: Connection[JournalEntry] = connection(
        "What was done about them, the latest first; theirs, and staff's who hold `journal.read`.",
        via="concerns_id",
        order=("-at",),
    )
    file_reads: Connection[AccessRecord] = connection(
        "Who read their confidential data, the latest first; theirs, and staff's who hold `journal.read`.",
        via="person_id",
        order=("-at",),
    )
