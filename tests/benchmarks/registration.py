"""`python -m tests.benchmarks.registration`: opening day. Everybody registers at once for one event of a few seats.

Through GraphQL over HTTP, each person signed in, on two cores: the server on one, PostgreSQL and the crowd on the
other, `synchronous_commit=on`. Beside it the limit: a bare script that makes the same changes of rows, a transaction a
person, over as many connections as the server has. A decision is an answer that says CONFIRMED or WAITLISTED.
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
import typer
from rich.console import Console
from rich.table import Table
from uuid_utils.compat import uuid7

from schema.base.ids import encode_id
from services.core.database.embedded import embedded_postgres
from services.core.settings import Settings
from tests.benchmarks.load import SLUG, ensure_loaded
from tests.benchmarks.processes import Postgres, cores, run_on, serving
from tests.benchmarks.report import LIMIT, OURS, TITLES, machine

WRITERS = 8  # connections of the server, and of the bare script
REGISTER = """mutation ($event: ID!) { registerForEvent(input: {eventId: $event}) {
  __typename ... on RegisterForEventPayload { registration { state } } ... on Problem { code } } }"""


Answers = tuple[list[float], Counter[str]]
"""Latencies in seconds, and how often what was answered."""


@dataclass(frozen=True)
class Opening:
    """One event that everybody wants to go to."""

    event_id: UUID
    pool_id: UUID
    seats: int
    people: Sequence[UUID]


@dataclass(frozen=True)
class Day:
    """How it went: decisions a second, latencies in ms, and what was decided."""

    rate: float
    p50: float
    p99: float
    decided: Counter[str]
    taken: int
    held: int

    @property
    def oversold(self) -> int:
        """Seats given away that there weren't, by the counter or by the rows."""
        return max(self.taken, self.held, self.decided["CONFIRMED"]) - min(self.taken, self.held)


async def announce(url: str, people: int, seats: int) -> Opening:
    """A new event, open for all, and so many people who can sign in."""
    connection = await asyncpg.connect(url)
    try:
        ((tenant, association),) = await connection.fetch(
            "select confederation_id, id from association where kind <> 'UMBRELLA' order by slug limit 1"
        )
        event, pool, now = uuid7(), uuid7(), datetime.now(UTC)
        await connection.execute(
            """insert into event (confederation_id, id, slug, association_id, kind, format, state, published_at, title,
               starts_at, ends_at, time_zone, languages) values ($1, $2, $3, $4, 'CONVENTION', 'IN_PERSON', 'OPEN', $5,
               '{"fr": "Congrès"}', $6, $7, 'America/Toronto', '{fr}')""",
            tenant,
            event,
            f"opening-{event}",
            association,
            now,
            now + timedelta(days=60),
            now + timedelta(days=61),
        )
        await connection.execute(
            """insert into seat_pool
               (confederation_id, id, event_id, association_id, published, format, taken, capacity)
               values ($1, $2, $3, $4, true, 'IN_PERSON', 0, $5)""",
            tenant,
            pool,
            event,
            association,
            seats,
        )
        rows = await connection.fetch(
            "select id, association_ids from person where confederation_id = $1 order by id limit $2", tenant, people
        )
        await connection.executemany(
            """insert into person_reference (confederation_id, id, person_id, system, value, association_ids)
               values ($1, $2, $3, 'demo', $4, $5) on conflict do nothing""",
            [(tenant, uuid7(), row["id"], f"p-{row['id']}", row["association_ids"]) for row in rows],
        )
        await connection.execute("analyze person_reference, event, seat_pool")
    finally:
        await connection.close()
    return Opening(event, pool, seats, [row["id"] for row in rows])


async def crowd(port: int, opening: Opening, connections: int) -> Answers:
    """Everybody's request over kept connections: latencies in seconds, from the write to the whole answer."""
    body = orjson.dumps({"query": REGISTER, "variables": {"event": encode_id("Event", opening.event_id)}})
    waiting, latencies, decided = list(opening.people), list[float](), Counter[str]()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            head = (
                f"POST /{SLUG}/graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                f"authorization: Bearer demo:{SLUG}:p-{waiting.pop()}\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            begun = time.perf_counter()
            writer.write(head.encode() + body)
            headers = await reader.readuntil(b"\r\n\r\n")
            length = int(headers.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            answer = orjson.loads(await reader.readexactly(length))
            latencies.append(time.perf_counter() - begun)
            decided[_decision(answer)] += 1
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return latencies, decided


def _decision(answer: Any) -> str:
    result = (answer.get("data") or {}).get("registerForEvent") or {}
    registration = result.get("registration") or {}
    return str(registration.get("state") or result.get("code") or answer.get("errors"))


async def bare(url: str, opening: Opening) -> Answers:
    """The limit: the same rows, changed by prepared statements; nobody is signed in and nothing is checked."""
    pool = await asyncpg.create_pool(url, min_size=WRITERS, max_size=WRITERS)
    ((tenant, association),) = await pool.fetch(
        "select confederation_id, association_id from event where id = $1", opening.event_id
    )
    waiting, latencies, decided = list(opening.people), list[float](), Counter[str]()

    async def one(connection: Any, person: UUID) -> None:
        begun = time.perf_counter()
        async with connection.transaction():
            seated = await connection.fetchval(
                "update seat_pool set taken = taken + 1 where confederation_id = $1 and id = $2 "
                "and taken + reserved < capacity returning true",
                tenant,
                opening.pool_id,
            )
            state, now, id = "CONFIRMED" if seated else "WAITLISTED", datetime.now(UTC), uuid7()
            await connection.execute(
                """insert into registration (confederation_id, id, event_id, association_id, pool_id, person_id, name,
                   state, priority, registered_at, confirmed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)""",
                *(tenant, id, opening.event_id, association, opening.pool_id, person, "Ana", state, now),
                now if seated else None,
            )
            await connection.execute(
                """insert into journal_entry
                   (confederation_id, id, at, action, actor, actor_person_id, subject_type, subject_id, association_id,
                    data) values ($1, $2, $3, $4, 'person', $5, 'Registration', $6, $7, '{}')""",
                *(tenant, uuid7(), now, f"registration.{state.lower()}", person, id, association),
            )
        latencies.append(time.perf_counter() - begun)
        decided[state] += 1

    async def worker() -> None:
        async with pool.acquire() as connection:
            while waiting:
                await one(connection, waiting.pop())

    await asyncio.gather(*(worker() for _ in range(WRITERS)))
    await pool.close()
    return latencies, decided


async def run(url: str, opening: Opening, open_the_doors: Callable[[], Awaitable[Answers]]) -> Day:
    """Measure one opening day, and count afterwards."""
    begun = time.perf_counter()
    latencies, decided = await open_the_doors()
    seconds = time.perf_counter() - begun
    connection = await asyncpg.connect(url)
    taken = await connection.fetchval("select taken from seat_pool where id = $1", opening.pool_id)
    held = await connection.fetchval(
        "select count(*) from registration where event_id = $1 and state = 'CONFIRMED'", opening.event_id
    )
    await connection.close()
    latencies.sort()
    rate = (decided["CONFIRMED"] + decided["WAITLISTED"]) / seconds
    p50, p99 = (latencies[int(len(latencies) * share)] * 1000 for share in (0.5, 0.99))
    return Day(rate, p50, p99, decided, taken, held)


def main(
    *,
    people: Annotated[int, typer.Option(min=1, help="How many register.")] = 5_000,
    seats: Annotated[int, typer.Option(min=0, help="How many seats there are.")] = 300,
    connections: Annotated[int, typer.Option(min=1, help="HTTP connections that they come over.")] = 256,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")] = False,
) -> None:
    """Measure opening day, beside the bare script that changes the same rows."""
    settings = Settings()
    home = settings.data_dir.resolve() / "bench"
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        server_url = settings.database_url or stack.enter_context(embedded_postgres(home, durable=True))
        url = asyncio.run(ensure_loaded(server_url))
        postgres = asyncio.run(Postgres.of(url))
        core, other = cores()
        stack.enter_context(postgres.kept_to(other))
        server = stack.enter_context(serving(OURS, "tests.benchmarks.ours:create_app", url, core, home))
        days: dict[str, Day] = {}
        for name in (OURS, LIMIT):
            warm = asyncio.run(announce(url, 200, seats))  # past lazy imports and first plans
            opening = asyncio.run(announce(url, people, seats))
            for each, keep in ((warm, False), (opening, True)):
                how = {"name": name, "url": url, "port": server.port, "connections": connections}
                day = _on(other, each, how)
                if keep:
                    days[name] = day
        about = machine(postgres.version, "asyncio")
    _tell(days, seats, about, as_markdown=as_markdown)


def _on(core: int, opening: Opening, how: Mapping[str, Any]) -> Day:
    """One day in a process of its own, on the crowd's core."""
    what = {"event": str(opening.event_id), "pool": str(opening.pool_id), "seats": opening.seats}
    what["people"] = [str(id) for id in opening.people]
    process = run_on(
        core,
        [sys.executable, "-c", "from tests.benchmarks.registration import child; child()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    told, _ = process.communicate(orjson.dumps({**how, **what}))
    if process.returncode:
        raise SystemExit(f"The crowd failed ({process.returncode}).")
    said = orjson.loads(told)
    return Day(**said | {"decided": Counter(said["decided"])})


def child() -> None:
    """The crowd's process: what to do comes in, how it went goes out."""
    given = orjson.loads(sys.stdin.buffer.read())
    people = [UUID(id) for id in given["people"]]
    opening = Opening(UUID(given["event"]), UUID(given["pool"]), given["seats"], people)

    def doors() -> Awaitable[Answers]:
        if given["name"] == LIMIT:
            return bare(given["url"], opening)
        return crowd(given["port"], opening, given["connections"])

    day = asyncio.run(run(given["url"], opening, doors))
    sys.stdout.buffer.write(orjson.dumps(vars(day) | {"decided": dict(day.decided)}))


HEADINGS = ("", "decisions/s", "p50 ms", "p99 ms", "confirmed", "waiting", "other", "oversold")


def _tell(days: dict[str, Day], seats: int, about: str, *, as_markdown: bool) -> None:
    rows = [
        (
            TITLES[name],
            f"{day.rate:,.0f}",
            f"{day.p50:,.1f}",
            f"{day.p99:,.1f}",
            str(day.decided["CONFIRMED"]),
            str(day.decided["WAITLISTED"]),
            str(day.decided.total() - day.decided["CONFIRMED"] - day.decided["WAITLISTED"]),
            str(day.oversold),
        )
        for name, day in days.items()
    ]
    share = days[OURS].rate / days[LIMIT].rate
    rate = f"{days[OURS].rate:,.0f} decisions/s (aim ≥ 1,000)"
    said = f"{rate}, {share:.2f} of the limit (aim ≥ 0.5), {seats} seats. {about}."
    if as_markdown:
        rule = ["---", *["---:"] * (len(HEADINGS) - 1)]
        typer.echo("\n".join("| " + " | ".join(cells) + " |" for cells in (HEADINGS, rule, *rows)) + f"\n\n{said}")
        return
    table = Table(*HEADINGS)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    Console().print(said)


if __name__ == "__main__":
    typer.run(main)
