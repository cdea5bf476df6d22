"""Access records: who read a person's confidential data. That person may read them. One per reader, kind and hour."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from models import ReadKind
from services.core.work import Work


class Read(NamedTuple):
    """A read of a person's data, and the association whose permission allowed it."""

    kind: ReadKind
    person_id: UUID
    association_id: UUID | None


# No conflict target: of several simultaneous reads, any may be the one recorded.
_RECORD = """
insert into access_record
  (confederation_id, id, person_id, reader_id, reader_name, association_id, kind, at, hour)
select $1, r.id, r.person_id, $2,
  (select given_name || ' ' || family_name from person p where p.confederation_id = $1 and p.id = $2),
  r.association_id, r.kind, $3, date_trunc('hour', $3, 'UTC')
from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[]) r(id, person_id, association_id, kind)
on conflict do nothing
"""


async def record_reads(work: Work, reads: Collection[Read]) -> None:
    """Record what the actor is about to receive. Reads of one's own data and by the system are not recorded."""
    reader = work.actor.person_id or work.actor.key_id
    others = sorted({read for read in reads if read.person_id != reader}, key=lambda read: (read.person_id, read.kind))
    if reader is None or not others:
        return
    kinds, persons, associations = zip(*others, strict=True)
    columns = ([uuid7() for _ in others], list(persons), list(associations), [kind.value for kind in kinds])
    await (await work.connection()).execute(_RECORD, work.tenant_id, reader, work.now, *columns)
