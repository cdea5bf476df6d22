"""Recording of confidential reads: staff reading data of persons beyond what lists of names show.

    CONTACTS  ContactPoint.value                                addresses and numbers
    NEEDS     Answer.values, to sensitive questions             a person's needs: diet, accessibility
    FILE      Person.memberships, .registrations, .invoices     a person's history
    EXPORT    /events/{slug}/registrations.csv and .xlsx        recorded by `services.events.files.exports`

Names, positions and mandates are not recorded: staff need them to find a person. Data that only its participants may
read (PARTICIPANTS) needs no record. A field is recorded if its declaration says so (`recorded=CONTACTS`). Queries and
payloads of mutations with such a field are completed by graphql-core, whose resolver writes the record before it
returns the value. The record has a transaction of its own: it stays even if the request is rolled back or a dry run,
and without a record there is no answer.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from models import READ_NEEDS, READ_PERSONS, ReadKind
from models.base.permissions import Permission
from schema.compiler.bindings import Recorded
from services.core.journal.access_records import Read, record_reads
from services.core.work import begin

if TYPE_CHECKING:
    from schema.reading.requests import Request

CONTACTS = Recorded(ReadKind.CONTACTS, READ_PERSONS, associations="association_ids")
NEEDS = Recorded(ReadKind.NEEDS, READ_NEEDS, only="sensitive")


def file(permission: Permission) -> Recorded:
    """Name a read of a person's file that needs a permission."""
    return Recorded(ReadKind.FILE, permission, whose="id", associations="association_ids")


async def record(request: "Request", read: Sequence[tuple[Recorded, Mapping[str, Any]]]) -> list[None]:
    """Record in a transaction of its own that the request's actor reads these rows."""
    reads = list(dict.fromkeys(said for recorded, row in read if (said := _read(request, recorded, row)) is not None))
    if reads:
        async with begin(request.database, request.actor, now=request.reading.now) as work:
            await record_reads(work, reads)
    return [None] * len(read)


def _read(request: "Request", recorded: Recorded, row: Mapping[str, Any]) -> Read | None:
    """Return what is to be recorded; None for one's own data and for data that needs no record."""
    person_id = UUID(row[recorded.whose])
    if person_id == request.actor.person_id or (recorded.only is not None and not row[recorded.only]):
        return None
    said = row[recorded.associations]
    associations = {UUID(id) for id in (said if isinstance(said, list) else [said])}
    by = min(associations & request.actor.holds.get(recorded.permission, frozenset()), default=None)
    return Read(ReadKind(recorded.kind), person_id, by)
