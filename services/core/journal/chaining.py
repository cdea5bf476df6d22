"""The journal's chain: after their transactions, entries are hashed one with the other, in each tenant by itself.

Chaining within a transaction would make those of a tenant take turns at the last link. So a worker walks behind: each
second it takes what was committed and isn't chained, in the order of transaction numbers and keys. An entry is taken
once every transaction with a number up to its own has ended: nothing can come before it any more, however late another
commits. The links have no gaps, and are written by one walker at a time.

**What this guarantees.** An entry is chained two seconds after the oldest transaction that writes, on the whole server,
has ended, while a worker runs. From then on, whoever changes it, takes it out or puts one between breaks the chain, and
`python app.py journal verify` names the first link that isn't what it should be. Who acts as the application can add
entries, as the application does, and links (a wrong one is a break); nothing that is there can they change or delete.
Who owns the database can disable the triggers and write a new chain from some link on: that is found by a head that was
taken before (`journal head`) and is kept elsewhere (`verify --anchors`), as is a chain that was cut off at its end.

Whoever follows the journal (`@follows_journal`: webhooks) is handed the entries in the same transaction as the links: a
change that was rolled back never, one that was committed at least once, and nothing of it costs the change anything.
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

AT_ONCE = 1_000
"""Entries that are chained in a transaction."""
GENESIS = bytes(32)
"""What stands for the hash of the link before the first."""


@dataclass(frozen=True)
class Entry:
    """A committed entry, as whoever follows the journal is handed it. `data`: keys and states."""

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
"""Whoever is handed what was committed, in the order of the chain."""


def follows_journal(follower: F) -> F:
    """Declare a function that is handed the entries, by the platform itself. What it does is committed with the links.

    Where it fails nothing is chained, and it is handed the same entries again.
    """
    FOLLOWERS.append(follower)
    return follower


HASHED = (
    "confederation_id", "id", "at", "action", "actor", "actor_person_id", "actor_key_id", "on_behalf_of_id",
    "subject_type", "subject_id", "association_id", "concerns_id", "reason", "data",
)  # fmt: skip
"""What of an entry is hashed: all but the number of its transaction, which is another where it is restored."""

FIELDS = ", ".join("e.data::text as data" if name == "data" else f"e.{name}" for name in HASHED)
"""The same, as it is read for that."""


def canonical(entry: asyncpg.Record) -> bytes:
    """The entry as the bytes that are hashed: a JSON object of texts, its keys sorted, without spaces, in UTF-8.

    The moment is in UTC, as ISO 8601 with six decimals; `data` one text, as PostgreSQL writes `jsonb`. What is null
    isn't there, so that a column that comes later leaves the hashes of earlier entries as they are.
    """
    values = {name: entry[name] for name in HASHED if entry[name] is not None}
    values["at"] = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return orjson.dumps({name: str(value) for name, value in values.items()}, option=orjson.OPT_SORT_KEYS)


def link(before: bytes, seq: int, entry: asyncpg.Record) -> bytes:
    """The hash of a link: SHA-256 of the hash before it, its place as 8 bytes (big-endian), and the entry's bytes."""
    return sha256(before + seq.to_bytes(8) + canonical(entry)).digest()


_HEAD = """select l.seq, l.hash, e.xid::text as xid, e.id, e.xid >= pg_snapshot_xmax(pg_current_snapshot()) as is_ahead
from journal_link l join journal_entry e on e.confederation_id = l.confederation_id and e.id = l.id
where l.confederation_id = $1 order by l.seq desc limit 1"""

# Below the snapshot's xmin every transaction has ended, so the order of what is taken is final.
_NEXT = f"""select {FIELDS} from journal_entry e
where e.confederation_id = $1 and (e.xid, e.id) > (($2::text)::xid8, $3) and (e.xid < pg_snapshot_xmin(
  pg_current_snapshot()) or e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
  and not exists (select from journal_link l where l.confederation_id = e.confederation_id and l.id = e.id)
order by e.xid, e.id limit $4"""  # noqa: S608 - columns of ours

_LINKS = """insert into journal_link (confederation_id, id, seq, hash, at)
select $1, * from unnest($2::uuid[], $3::bigint[], $4::bytea[]), (select $5::timestamptz) moment(at)"""


async def chain(work: Work, most: int = AT_ONCE) -> int:
    """Chain what was committed, and hand it to whoever follows the journal: how many entries. The platform's own work.

    None where another worker is at it. Asked again while there are as many as `most`.
    """
    connection = await work.connection()
    key = f"{work.tenant_id}:the journal's chain"
    if not await connection.fetchval("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", key):
        return 0
    head = await connection.fetchrow(_HEAD, work.tenant_id)
    after = ("0", UUID(int=0))
    # Ahead of every transaction that there was: the database was restored on another server, whose numbers begin anew.
    # Then everything is looked through, until they have caught up.
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
"""Whether there may be something to chain, in one autocommitted statement: what a worker asks each second."""
