"""The journal's hash chain: committed entries are chained afterwards, for each tenant separately.

Chaining within a transaction would serialize a tenant's transactions at the last link. So a worker follows: each second
it takes committed entries that aren't chained yet, in the order of transaction numbers and keys. An entry is taken once
every transaction with a number up to its own has ended, so that no earlier entry can appear, however late another
transaction commits. The links have no gaps, and one worker at a time writes them.

**What this guarantees.** While a worker runs, an entry is chained two seconds after the oldest writing transaction on
the whole server has ended. From then on, changing, removing or inserting an entry breaks the chain, and `python app.py
journal verify` names the first wrong link. With the application's role, an attacker can add entries and links (a wrong
link is a break), but can't change or delete existing ones. The database's owner can disable the triggers and rewrite
the chain from some link on, or cut it off at its end: that is detected with a head that was taken before (`journal
head`) and is kept elsewhere (`verify --anchors`).

Followers of the journal (`@follows_journal`: webhooks) get the entries in the same transaction as the links: committed
changes at least once, rolled-back ones never, at no cost to the change itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson

from models.base.elevation import elevated_read
from services.core.work import Work

ENTRIES_PER_BATCH = 1_000
"""Number of entries chained in a transaction."""
GENESIS = bytes(32)
"""Stands for the previous hash in the first link."""


@dataclass(frozen=True)
class Entry:
    """A committed entry, as given to followers. `data`: keys and states."""

    id: UUID
    at: datetime
    action: str
    association_id: UUID | None
    subject_type: str
    subject_id: UUID
    data: dict[str, Any]


Follower = Callable[[Work, Sequence[Entry]], Awaitable[None]]
F = TypeVar("F", bound=Follower)
FOLLOWERS: list[Follower] = []
"""All followers. They get committed entries in the order of the chain."""


def follows_journal(follower: F) -> F:
    """Declare a function that is called with committed entries, by the system actor.

    What it does is committed with the links.

    Where it fails nothing is chained, and it is handed the same entries again.
    """
    FOLLOWERS.append(follower)
    return follower


HASHED_COLUMNS = (
    "confederation_id", "id", "at", "action", "actor", "actor_person_id", "actor_key_id", "on_behalf_of_id",
    "subject_type", "subject_id", "association_id", "concerns_id", "reason", "data",
)  # fmt: skip
"""The columns that are hashed: all but the transaction's number, which changes when a database is restored."""

HASHED_COLUMNS_SQL = ", ".join("e.data::text as data" if name == "data" else f"e.{name}" for name in HASHED_COLUMNS)
"""The same as a select list."""


def canonical(entry: asyncpg.Record) -> bytes:
    """Return the bytes of an entry that are hashed: a JSON object of strings with sorted keys, without spaces, in
    UTF-8.

    The time is in UTC, as ISO 8601 with six decimals; `data` is one string, as PostgreSQL writes `jsonb`. Null columns
    are left out, so that adding a column later doesn't change the hashes of earlier entries.
    """
    values = {name: entry[name] for name in HASHED_COLUMNS if entry[name] is not None}
    values["at"] = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return orjson.dumps({name: str(value) for name, value in values.items()}, option=orjson.OPT_SORT_KEYS)


def link(before: bytes, seq: int, entry: asyncpg.Record) -> bytes:
    """The hash of a link: SHA-256 of the hash before it, its place as 8 bytes (big-endian), and the entry's bytes."""
    return sha256(before + seq.to_bytes(8) + canonical(entry)).digest()


_HEAD = """select l.seq, l.hash, e.xid::text as xid, e.id, e.xid >= pg_snapshot_xmax(pg_current_snapshot()) as is_ahead
from journal_link l join journal_entry e on e.confederation_id = l.confederation_id and e.id = l.id
where l.confederation_id = $1 order by l.seq desc limit 1"""

# Below the snapshot's xmin every transaction has ended, so the order of these entries is final.
_NEXT = f"""select {HASHED_COLUMNS_SQL} from journal_entry e
where e.confederation_id = $1 and (e.xid, e.id) > (($2::text)::xid8, $3) and (e.xid < pg_snapshot_xmin(
  pg_current_snapshot()) or e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
  and not exists (select from journal_link l where l.confederation_id = e.confederation_id and l.id = e.id)
order by e.xid, e.id limit $4"""  # noqa: S608 - columns of ours

_LINKS = """insert into journal_link (confederation_id, id, seq, hash, at)
select $1, * from unnest($2::uuid[], $3::bigint[], $4::bytea[]), (select $5::timestamptz) moment(at)"""


async def chain(work: Work, most: int = ENTRIES_PER_BATCH) -> int:
    """Chain committed entries and pass them to the followers; return their number. Run by the system actor.

    0 while another worker is chaining. Call it again while it returns `most`.
    """
    connection = await work.connection()
    key = f"{work.tenant_id}:the journal's chain"
    if not await connection.fetchval("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", key):
        return 0
    head = await connection.fetchrow(_HEAD, work.tenant_id)
    after = ("0", UUID(int=0))
    # Ahead of every current number: the database was restored on another server, whose numbers start anew.
    # Then all entries are searched until the numbers have caught up.
    if head is not None and not head["is_ahead"]:
        after = (head["xid"], head["id"])
    rows = await connection.fetch(_NEXT, work.tenant_id, *after, most)
    if not rows:
        return 0
    seq, before = (head["seq"], head["hash"]) if head is not None else (0, GENESIS)
    ids, seqs, hashes = [], [], []
    for row in rows:
        seq += 1
        before = link(before, seq, row)
        ids.append(row["id"])
        seqs.append(seq)
        hashes.append(before)
    await connection.execute(_LINKS, work.tenant_id, ids, seqs, hashes, work.now)
    entries = [_entry(row) for row in rows]
    for follower in FOLLOWERS:
        await follower(work, entries)
    return len(rows)


def _entry(row: asyncpg.Record) -> Entry:
    told = {name: row[name] for name in ("id", "at", "action", "association_id", "subject_type", "subject_id")}
    return Entry(**told, data=orjson.loads(row["data"]))


UNCHAINED = elevated_read(
    "the chain is made of entries that nobody else sees all of",
    """
select exists (
  select from journal_entry e where e.confederation_id = $1::text::uuid
    and e.xid >= coalesce((select case when h.xid < pg_snapshot_xmax(pg_current_snapshot()) then h.xid end
      from journal_link l join journal_entry h
      on h.confederation_id = l.confederation_id and h.id = l.id
      where l.confederation_id = $1::text::uuid order by l.seq desc limit 1), '0'::xid8)
    and not exists (select from journal_link l where l.confederation_id = e.confederation_id and l.id = e.id)
)
""",
)
"""Whether there may be entries to chain, in one autocommitted statement that a worker executes each second."""
