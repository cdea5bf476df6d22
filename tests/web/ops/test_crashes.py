"""Killed in the middle: never a seat too many, nothing acknowledged is lost, and what is asked again is done once.

CONFED_CRASHES=60 makes it a long run (`make soak`).
"""

import asyncio
import os
import random
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from schema.base.ids import decode_id, encode_id
from services.core.database.connections import Database
from services.core.database.migrations import migrate
from tests.making import Maker
from tests.web.ops.crashing import Acknowledged, Machine, Somebody

CRASHES = int(os.environ.get("CONFED_CRASHES", "3"))
PEOPLE, SEATS = 24, 5
MADE = ("registration.confirmed", "registration.waitlisted")

# What take_seats is without its lock: everybody looks, and then everybody writes what they saw.
WITHOUT_THE_LOCK = """
alter table seat_pool drop constraint never_one_seat_too_many;
create or replace function take_seats(
  of_event uuid, of_format text, who uuid, as_what text, party int, at timestamptz, as_of date
) returns table (pool_id uuid, seats int, seated boolean, allotment_id uuid, event_state text) language plpgsql as $f$
declare
  pool public.seat_pool;
  lifted text := current_setting('confed.elevated', true);
begin
  perform set_config('confed.elevated', 'a control', true);
  select * into pool from public.seat_pool p where p.event_id = of_event;
  perform pg_sleep(0.05);
  pool_id := pool.id; seats := party; event_state := 'OPEN'; seated := pool.taken < pool.capacity;
  if seated then
    update public.seat_pool p set taken = p.taken + 1 where p.id = pool.id;
  end if;
  perform set_config('confed.elevated', coalesce(lifted, ''), true);
  return next;
end $f$;
"""


async def opening(home: Path, stack: AsyncExitStack) -> tuple[Machine, Maker, UUID, list[str]]:
    """A machine of its own, an event of a few seats on it, and people who can sign in."""
    machine = Machine(home, stack.enter_context(ExitStack()))
    await asyncio.to_thread(machine.start_postgres)
    admin = await asyncpg.connect(machine.url.replace("/crash", "/postgres", 1))
    await admin.execute("create database crash")
    await admin.close()
    await migrate(machine.url)
    database = Database(machine.url)
    try:
        make = await Maker.of_a_new_confederation(database)
        event = await make.event(capacity=SEATS)
        await make.question(event, "remark")
        handles = [f"p{number}" for number in range(PEOPLE)]
        for handle in handles:
            await make.person(reference=("demo", handle))
    finally:
        await database.close()
    await machine.start_server()
    stack.push_async_callback(machine.kill_server)
    return machine, make, event.id, handles


async def held_and_wrong(machine: Machine, event_id: UUID) -> list[str]:
    """What is wrong with the rows; nothing where all is well."""
    connection = await asyncpg.connect(machine.url)
    try:
        pool = await connection.fetchrow(
            "select id, capacity, taken, reserved from seat_pool where event_id = $1", event_id
        )
        assert pool is not None
        rows = await connection.fetch(
            "select person_id, state, seats, arrival from registration where event_id = $1 order by arrival", event_id
        )
    finally:
        await connection.close()
    held = sum(row["seats"] for row in rows if row["state"] == "CONFIRMED")
    live = [row["person_id"] for row in rows if row["state"] in ("CONFIRMED", "WAITLISTED")]
    waiting = [row["arrival"] for row in rows if row["state"] == "WAITLISTED"]
    confirmed = [row["arrival"] for row in rows if row["state"] == "CONFIRMED"]
    wrong = {
        "more seats than there are": held > pool["capacity"],
        "the counter is not what is held": held != pool["taken"],
        "somebody twice": len(set(live)) < len(live),
        "a seat is free and somebody waits": bool(waiting) and held < pool["capacity"],
        "somebody behind was served before somebody ahead": bool(waiting) and max(confirmed) > min(waiting),
    }
    return [what for what, is_so in wrong.items() if is_so]


@pytest.mark.promise("killed-server")
async def test_killed_in_the_middle_nothing_acknowledged_is_lost_and_no_seat_is_sold_twice(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        machine, make, event_id, handles = await opening(tmp_path, stack)
        event, said, over = encode_id("Event", event_id), Acknowledged(), asyncio.Event()
        everybody = [
            asyncio.create_task(
                Somebody(machine, make.tenant.slug, handle, said, alone=place % 3 == 0).live(event, over.is_set)
            )
            for place, handle in enumerate(handles)
        ]
        chance = random.Random(4)
        for _ in range(CRASHES):
            await asyncio.sleep(chance.uniform(0.3, 1.2))
            await machine.crash(chance)
        over.set()
        await asyncio.gather(*everybody)
        assert await held_and_wrong(machine, event_id) == []
        connection = await asyncpg.connect(machine.url)
        rows = {row["id"]: row for row in await connection.fetch("select id, state from registration")}
        made = await connection.fetch("select subject_id from journal_entry where action = any($1)", MADE)
        await connection.close()
    assert said.broken > 0, "Nobody was cut off: nothing was tried."
    assert not said.refused
    # Every acknowledged registration is there, every acknowledged cancellation too, and none was done twice: what
    # there is, is what was acknowledged.
    assert {decoded[1] for id in said.registered if (decoded := decode_id(id))} == rows.keys()
    for id in said.registered:
        decoded = decode_id(id)
        assert decoded is not None
        assert (rows[decoded[1]]["state"] == "CANCELLED") == (id in said.cancelled)
    assert sorted(entry["subject_id"] for entry in made) == sorted(rows)


async def test_the_checks_find_what_goes_wrong_without_the_lock(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        machine, make, event_id, handles = await opening(tmp_path, stack)
        owner = await asyncpg.connect(machine.url)
        await owner.execute(WITHOUT_THE_LOCK)
        await owner.close()
        event, said = encode_id("Event", event_id), Acknowledged()
        await asyncio.gather(
            *(
                Somebody(machine, make.tenant.slug, handle, said, alone=True).live(event, lambda: True)
                for handle in handles
            )
        )
        assert "more seats than there are" in await held_and_wrong(machine, event_id)
