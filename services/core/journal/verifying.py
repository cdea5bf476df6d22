"""Verification of a journal's chain: each entry must be what was chained, and each link must follow from the previous
one.

Heads that were taken earlier and are kept elsewhere (anchors) detect what the chain alone can't: that it was cut off at
its end, or rewritten from some link on.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from services.core.journal.chaining import GENESIS, HASHED_COLUMNS_SQL, link
from services.core.work import Work

LINKS_PER_PAGE = 2_000
"""Number of links read at a time."""
CHAINED_WITHIN = timedelta(minutes=5)
"""Unchained entries older than this are reported: no worker runs, or a link was removed."""


@dataclass(frozen=True)
class Head:
    """The last link of a chain at some time: its number and its hash, in hexadecimal."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Break:
    """The first wrong link, and what is wrong with it."""

    seq: int
    what: str


@dataclass(frozen=True)
class Length:
    """Length of a chain, number of unchained entries, and the age of those that are overdue."""

    links: int
    waiting: int
    late: datetime | None


_LENGTH = """select (select coalesce(max(seq), 0) from journal_link where confederation_id = $1) as links,
  count(*) as waiting, min(e.at) filter (where e.at < $2) as late
from journal_entry e where e.confederation_id = $1
  and not exists (select from journal_link l where l.confederation_id = e.confederation_id and l.id = e.id)"""

_PAGE = f"""select l.seq, l.hash, e.id is null as is_gone, {HASHED_COLUMNS_SQL}
from journal_link l left join journal_entry e on e.confederation_id = l.confederation_id and e.id = l.id
where l.confederation_id = $1 and l.seq > $2 order by l.seq limit {LINKS_PER_PAGE}"""  # noqa: S608 - columns of ours

_HEAD = """select seq, encode(hash, 'hex') as hash from journal_link
where confederation_id = $1 order by seq desc limit 1"""


async def length(work: Work) -> Length:
    """How long the chain is."""
    row = await (await work.connection()).fetchrow(_LENGTH, work.tenant_id, work.now - CHAINED_WITHIN)
    assert row is not None
    return Length(row["links"], row["waiting"], row["late"])


async def head(work: Work) -> Head | None:
    """The last link, to be kept elsewhere; None if nothing is chained yet."""
    row = await (await work.connection()).fetchrow(_HEAD, work.tenant_id)
    return None if row is None else Head(row["seq"], row["hash"])


async def verify(work: Work, anchors: Iterable[Head] = ()) -> AsyncIterator[int | Break]:
    """Verify the chain. Yields the number of checked links now and then; at the first break, yields that and stops."""
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
    """What is wrong with a link; None if nothing is."""
    if row["seq"] != seq:
        return "this link is missing"
    if row["is_gone"]:
        return "its entry is missing"
    if row["hash"] != link(before, seq, row):
        return "its entry, or what comes before it, is not what was chained"
    if anchor is not None and row["hash"].hex() != anchor:
        return "a head that was taken here has another hash"
    return None
