"""The journal's chain: everything that was committed is in it, in an order that stays, and what is changed shows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

import app
from models import JournalEntry, JournalLink
from services.core.actor import system
from services.core.journal import chaining
from services.core.journal.chaining import HASHED_COLUMNS, Entry, canonical
from services.core.journal.verifying import Head, head
from services.core.work import Work, begin
from tests.making import ActingAs, Maker
from tests.services.core.journal.walking import broken, chained, walk_behind


async def entry(work: Work, action: str, **data: Any) -> JournalEntry:
    """Something is done."""
    made = JournalEntry(
        at=work.now,
        action=action,
        actor="system",
        subject_type="Confederation",
        subject_id=work.tenant_id,
        data=data,
    )
    return await work.insert(made)


async def entries(make: Maker, *actions: str) -> None:
    """Things are done one after the other."""
    for action in actions:
        async with make.acting_as(system(make.tenant)) as work:
            await entry(work, action, amount=12.50, états=["é", None])


async def order(make: Maker) -> list[str]:
    """The actions in the order of the chain."""
    actions = {row.id: row.action for row in await make.all(JournalEntry)}
    links = sorted(await make.all(JournalLink), key=lambda link: link.seq)
    assert [link.seq for link in links] == list(range(1, len(links) + 1))
    return [actions[link.id] for link in links]


async def last(make: Maker) -> Head:
    """The head, as somebody keeps it elsewhere."""
    async with begin(make.database, system(make.tenant)) as work:
        found = await head(work)
    assert found is not None
    return found


@asynccontextmanager
async def tampering(owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """Who owns the database puts its triggers out of the way."""
    await owner.execute("set session_replication_role = replica")  # foreign keys
    for table in ("journal_entry", "journal_link"):
        await owner.execute(f"alter table {table} disable trigger append_only")
    try:
        yield owner
    finally:
        for table in ("journal_entry", "journal_link"):
            await owner.execute(f"alter table {table} enable always trigger append_only")
        await owner.execute("set session_replication_role = origin")


async def test_what_is_committed_is_chained_once_and_in_order(make: Maker) -> None:
    other = await make.other()
    await entries(make, "a.made", "b.made")
    await entries(other, "theirs.made")
    async with make.acting_as(system(make.tenant), dry_run=True) as work:
        await entry(work, "never.made")
    await chained(make)
    await entries(make, "c.made")
    await chained(make)
    assert await walk_behind(make) == 0
    assert await order(make) == ["a.made", "b.made", "c.made"]
    assert await broken(make) is None
    assert await make.count(JournalLink) == 3
    assert await other.count(JournalLink) == 0  # each confederation's is its own


async def test_an_entry_that_is_committed_late_comes_before_none_that_is_chained(
    make: Maker, acting_as: ActingAs
) -> None:
    async with acting_as(system(make.tenant)) as slow:
        await entry(slow, "slow.begun")
        await entries(make, "fast.made")
        assert await walk_behind(make) == 0  # something may come before it yet
    await chained(make)
    assert await order(make) == ["slow.begun", "fast.made"]


async def test_two_walkers_do_not_meet(make: Maker, acting_as: ActingAs) -> None:
    await entries(make, "a.made")
    async with acting_as(system(make.tenant)) as one:
        await chaining.chain(one)
        assert await walk_behind(make) == 0
    await chained(make)
    assert await order(make) == ["a.made"]


async def test_who_follows_is_handed_what_was_committed_again_where_it_failed(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[str] = []

    async def follow(work: Work, entries: Sequence[Entry]) -> None:
        handed.extend(each.action for each in entries)
        if len(handed) == 1:
            raise ZeroDivisionError

    monkeypatch.setattr(chaining, "FOLLOWERS", [follow])
    await entries(make, "a.made")
    with pytest.raises(ZeroDivisionError):
        await chained(make)
    assert await make.count(JournalLink) == 0
    await chained(make)
    assert handed == ["a.made", "a.made"]
    assert await make.count(JournalLink) == 1


@pytest.mark.parametrize("table", ["journal_entry", "journal_link"])
async def test_the_owner_changes_and_deletes_nothing_by_mistake(
    make: Maker, owner: asyncpg.Connection, table: str
) -> None:
    await entries(make, "a.made")
    await chained(make)
    await owner.execute("set session_replication_role = replica")  # skips other triggers, not these
    before = await owner.fetch(f"select * from {table}")
    for change in (f"update {table} set at = now()", f"delete from {table}", f"truncate {table} cascade"):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await owner.execute(change)
    assert await owner.fetch(f"select * from {table}") == before


@pytest.mark.promise("journal-append-only")
async def test_a_changed_entry_is_found(make: Maker, owner: asyncpg.Connection) -> None:
    await entries(make, *(f"{name}.made" for name in "abcde"))
    await chained(make)
    (second,) = await make.all(JournalEntry, action="b.made")
    changes = {
        "action": "'b.unmade'",
        "actor_person_id": "gen_random_uuid()",
        "at": "at + interval '1 microsecond'",
        "data": """'{"amount": 12.51}'""",
        "reason": "''",
    }
    for column, value in changes.items():
        async with tampering(owner), owner.transaction():
            before = await owner.fetchval(f"select {column} from journal_entry where id = $1", second.id)
            await owner.execute(f"update journal_entry set {column} = {value} where id = $1", second.id)
        found = await broken(make)
        assert found is not None, column
        assert (found.seq, "not what was chained" in found.what) == (2, True)
        async with tampering(owner):
            await owner.execute(f"update journal_entry set {column} = $2 where id = $1", second.id, before)
        assert await broken(make) is None


@pytest.mark.promise("journal-append-only")
async def test_what_was_taken_out_is_found(make: Maker, owner: asyncpg.Connection) -> None:
    await entries(make, *(f"{name}.made" for name in "abcde"))
    await chained(make)
    anchor = await last(make)
    links = {row.seq: row for row in await make.all(JournalLink)}

    async def forget(seq: int, *tables: str) -> None:
        async with tampering(owner):
            for table in tables:
                await owner.execute(f"delete from {table} where id = $1", links[seq].id)

    await forget(5, "journal_link", "journal_entry")  # at the end: only who kept a head knows
    assert await broken(make) is None
    found = await broken(make, anchor)
    assert (found and found.seq, "head was taken at 5" in str(found)) == (5, True)
    await forget(3, "journal_entry")
    found = await broken(make)
    assert (found and found.seq, "entry is missing" in str(found)) == (3, True)
    await forget(3, "journal_link")
    found = await broken(make)
    assert (found and found.seq, "link is missing" in str(found)) == (3, True)


@pytest.mark.promise("journal-append-only")
async def test_a_chain_that_was_written_anew_has_another_head(make: Maker, owner: asyncpg.Connection) -> None:
    await entries(make, "a.made", "b.made", "c.made")
    await chained(make)
    anchor = await last(make)
    async with tampering(owner):
        await owner.execute("delete from journal_link where confederation_id = $1", make.tenant.id)
        await owner.execute(
            "update journal_entry set action = 'a.unmade' where confederation_id = $1 and action = 'a.made'",
            make.tenant.id,
        )
    await chained(make)
    assert await broken(make) is None
    found = await broken(make, anchor)
    assert (found and found.seq, "another hash" in str(found)) == (3, True)


@pytest.mark.promise("journal-append-only")
async def test_who_acts_as_the_application_can_add_and_change_nothing(make: Maker, acting_as: ActingAs) -> None:
    await entries(make, "a.made")
    await chained(make)
    for change in ("update journal_link set seq = 2", "delete from journal_entry", "delete from journal_link"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting_as(system(make.tenant)) as work:
                await (await work.connection()).execute(change)
    (link,) = await make.all(JournalLink)
    async with acting_as(system(make.tenant)) as work:
        forged = await entry(work, "b.forged")
        await work.insert(JournalLink(id=forged.id, seq=2, hash=link.hash, at=work.now))
    found = await broken(make)
    assert (found and found.seq) == 2


async def test_a_restored_database_is_chained_on(make: Maker, owner: asyncpg.Connection) -> None:
    async def restored(action: str, xid: int) -> None:
        await owner.execute(
            """insert into journal_entry (confederation_id, id, at, action, actor, subject_type, subject_id, data, xid)
               values ($1, gen_random_uuid(), now(), $2, 'system', 'Confederation', $1, '{}', $3::text::xid8)""",
            make.tenant.id,
            action,
            str(xid),
        )

    await restored("old.made", 2**60)  # by transactions of a server that had many more
    await restored("old.left", 2**60 + 1)
    await chained(make)
    await entries(make, "new.made")
    await chained(make)
    await entries(make, "new.too")
    await chained(make)
    assert await order(make) == ["old.made", "old.left", "new.made", "new.too"]
    assert await broken(make) is None


async def test_all_of_an_entry_is_hashed_as_documented(make: Maker, owner: asyncpg.Connection) -> None:
    assert {*HASHED_COLUMNS, "xid"} == set(JournalEntry.__table__.columns.keys())  # type: ignore[attr-defined]
    await entries(make, "a.made")
    await chained(make)
    (made,), (link,) = await make.all(JournalEntry), await make.all(JournalLink)
    row = await owner.fetchrow(f"select {chaining.HASHED_COLUMNS_SQL} from journal_entry e where id = $1", made.id)
    assert row is not None
    written = (
        f'{{"action":"a.made","actor":"system","at":"{made.at.isoformat(timespec="microseconds")}",'
        f'"confederation_id":"{make.tenant.id}","data":"{{\\"amount\\": 12.5, \\"états\\": [\\"é\\", null]}}",'
        f'"id":"{made.id}","subject_id":"{make.tenant.id}","subject_type":"Confederation"}}'
    ).encode()
    assert canonical(row) == written
    assert link.hash == sha256(bytes(32) + (1).to_bytes(8) + written).digest()


async def test_the_command_tells_the_first_break(
    make: Maker, owner: asyncpg.Connection, database_url: str, tmp_path: Any
) -> None:

    await entries(make, "a.made", "b.made")
    await chained(make)

    async def run(*arguments: str) -> Any:
        given = ["journal", *arguments, "--confederation", make.tenant.slug]
        return await asyncio.to_thread(CliRunner().invoke, app.cli, given, env={"DATABASE_URL": database_url})

    heads = await run("head")
    kept = tmp_path / "heads"
    kept.write_text(heads.output)
    assert (await run("verify", "--anchors", str(kept))).exit_code == 0
    async with tampering(owner):
        await owner.execute("update journal_entry set reason = 'x' where confederation_id = $1", make.tenant.id)
    told = await run("verify")
    assert (told.exit_code, "broken at link 1" in told.output) == (1, True)
