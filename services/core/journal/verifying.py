"""Walking a journal's chain: whether each entry is what was chained, and each link what follows from the one before.

Heads that were taken earlier and are kept elsewhere (anchors) show what the chain alone can't: that it was cut off at
its end, or written anew from some link on.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from services.core.journal.chaining import FIELDS, GENESIS, link
from services.core.work import Work

LINKS_PER_PAGE = 2_000
"""Links that are read at a time."""
LATE = timedelta(minutes=5)
"""After which an entry that isn't chained is told of: no worker runs, or somebody took its link away."""


@dataclass(frozen=True)
class Head:
    """The last link of a chain as it was once: its place and its hash, in hexadecimal."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Break:
    """The first link that isn't what it should be, and in which way."""

    seq: int
    what: str


@dataclass(frozen=True)
class Length:
    """How long a chain is, and what waits to be chained: how many entries, and since when those that wait too long."""

    links: int
    waiting: int
    late: datetime | None


_LENGTH = """select (select coalesce(max(seq), 0) from journal_link where confederation_id = $1) as links,
  count(*) as waiting, min(e.at) filter (where e.at < $2) as late
from journal_entry e where e.confederation_id = $1
  and not exists (select from journal_link l where l.confederation_id = e.confederation_id and l.id = e.id)"""

_PAGE = f"""select l.seq, l.hash, e.id is null as is_gone, {FIELDS}
from journal_link l left join journal_entry e on e.confederation_id = l.confederation_id and e.id = l.id
where l.confederation_id = $1 and l.seq > $2 order by l.seq limit {LINKS_PER_PAGE}"""  # noqa: S608 - columns of ours

_HEAD = """select seq, encode(hash, 'hex') as hash from journal_link
where confederation_id = $1 order by seq desc limit 1"""


async def length(work: Work) -> Length:
    """How long the chain is."""
    row = await (await work.connection()).fetchrow(_LENGTH, work.tenant_id, work.now - LATE)
    assert row is not None
    return Length(row["links"], row["waiting"], row["late"])


async def head(work: Work) -> Head | None:
    """The last link, to be kept elsewhere; None where nothing is chained yet."""
    row = await (await work.connection()).fetchrow(_HEAD, work.tenant_id)
    return None if row is None else Head(row["seq"], row["hash"])


async def verify(work: Work, anchors: Iterable[Head] = ()) -> AsyncIterator[int | Break]:
    """Walk the chain: how many links were looked at, now and then; at the first break it, and nothing more."""
    expected = {anchor.seq: anchor.hash for anchor in anchors}
    connection = await work.connection()
    seq, before = 0, GENESIS
    while rows := await connection.fetch(_PAGE, work.tenant_id, seq):
        for row in rows:
            seq += 1
            found = _wrong(row, seq, before, expected.get(seq))
            if found is not None:
                yield Break(seq, found)
                return
            before = row["hash"]
        yield seq
    beyond = min((place for place in expected if place > seq), default=None)
    if beyond is not None:
        yield Break(seq + 1, f"the chain ends here, and a head was taken at {beyond}")


def _wrong(row: asyncpg.Record, seq: int, before: bytes, anchor: str | None) -> str | None:
    """What is wrong with a link; None where it is as it should be."""
    if row["seq"] != seq:
        return "this link is missing"
    if row["is_gone"]:
        return "its entry is missing"
    if row["hash"] != link(before, seq, row):
        return "its entry, or what comes before it, is not what was chained"
    if anchor is not None and row["hash"].hex() != anchor:
        return "a head that was taken here has another hash"
    return None
