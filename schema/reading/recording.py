"""Which readings of others' data are recorded: of what is STAFF's, that which says more than lists of names do.

    CONTACTS  ContactPoint.value                                addresses and numbers
    NEEDS     Answer.values, to sensitive questions             what somebody needs: diet, accessibility
    FILE      Person.memberships, .registrations, .invoices     what is kept about somebody over the years
    EXPORT    /events/{slug}/registrations.csv and .xlsx        `services.events.files.exports` writes it down

Names, positions and mandates are not: they are what staff find somebody by. What nobody but its participants reads
(PARTICIPANTS) needs no record. A field says it where it is declared (`recorded=CONTACTS`); queries and payloads of
mutations that ask for one are completed by graphql-core, whose resolver writes the record, in a transaction of its own,
before it hands the value on. So what was rolled back, or only tried, is recorded as well; and no record, no answer.
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
    """Something in a person's file, read by a permission."""
    return Recorded(ReadKind.FILE, permission, whose="id", associations="association_ids")


async def record(request: "Request", read: Sequence[tuple[Recorded, Mapping[str, Any]]]) -> list[None]:
    """Write down that the request's actor reads these of rows, in a transaction of its own."""
    reads = list(dict.fromkeys(said for recorded, row in read if (said := _read(request, recorded, row)) is not None))
    if reads:
        async with begin(request.database, request.actor, now=request.reading.now) as work:
            await record_reads(work, reads)
    return [None] * len(read)


def _read(request: "Request", recorded: Recorded, row: Mapping[str, Any]) -> Read | None:
    """What is written down; nothing where it is one's own, or isn't to be recorded."""
    person_id = UUID(row[recorded.whose])
    if person_id == request.actor.person_id or (recorded.only is not None and not row[recorded.only]):
        return None
    said = row[recorded.associations]
    associations = {UUID(id) for id in (said if isinstance(said, list) else [said])}
    by = min(associations & request.actor.holds.get(recorded.permission, frozenset()), default=None)
    return Read(ReadKind(recorded.kind), person_id, by)
