"""The benchmark's database: one confederation of 40 associations and 20,000 members, made once and kept between runs.

Everything is derived from a fixed seed and a fixed day, so that every machine measures the same rows. The figures of
one's own run stay comparable while the fingerprint of models and loader is the same; a new fingerprint loads anew.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import orjson
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from services.core.database.migrations import migrate
from services.core.settings import CHECKOUT
from tests.benchmarks.words import (
    ABOUT,
    CITIES,
    EMPLOYERS,
    FAMILY,
    FIELDS,
    GIVEN,
    KINDS,
    SUMMARY,
    TITLES,
    TOPICS,
    VENUES,
)

NAME = "confed_bench"
SLUG = "bench"
DAY = date(2026, 1, 1)  # the first event's year; nothing depends on today
SIZES = [2400, 1500, 1100, *(500 + 7 * n for n in range(16)), *(80 + 21 * n for n in range(21))]
"""Members of each association, largest first: 20,000 together once the last one is filled up."""
MEMBERS, EVENTS, REGISTRATIONS = 20_000, 2_000, 60_000
FULL_PAGE = 500  # members that Q3 reads: the associations that have at least as many take part

Row = tuple[Any, ...]


def database_url(server_url: str) -> str:
    """The benchmark's own database on a server."""
    parts = urlsplit(server_url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in {"dbname", "database"}]
    # urlunsplit drops the slashes of a URL without a host, which is how one over a socket looks.
    return f"{parts.scheme}://{parts.netloc}" + urlunsplit(("", "", f"/{NAME}", urlencode(query, safe="/"), ""))


def fingerprint() -> str:
    """Of all that decides what the rows and tables are like."""
    files = [*sorted((CHECKOUT / "models").rglob("*.py")), Path(__file__)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


async def ensure_loaded(server_url: str) -> str:
    """Make, migrate and fill the database unless it is there as it should be; its URL."""
    url = database_url(server_url)
    wanted = fingerprint()
    with suppress(asyncpg.InvalidCatalogNameError):
        connection = await asyncpg.connect(url)
        try:
            found = await connection.fetchval(
                "select shobj_description(oid, 'pg_database') from pg_database where datname = $1", NAME
            )
        finally:
            await connection.close()
        if found == wanted:
            return url
    server = await asyncpg.connect(server_url)
    try:
        await server.execute(f"drop database if exists {NAME} with (force)")
        await server.execute(f"create database {NAME}")
        await migrate(url)
        await _load(url)
        await server.execute(f"comment on database {NAME} is '{wanted}'")
    finally:
        await server.close()
    return url


async def _load(url: str) -> None:
    data = Data()
    tables = data.tables()
    connection = await asyncpg.connect(url)
    try:
        columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns) as progress:
            task = progress.add_task("Loading", total=sum(len(rows) for rows in tables.values()))
            async with connection.transaction():
                for table, rows in tables.items():
                    # The owner loads and the usual server reads past the policies; confed_app stays bound by them.
                    await connection.execute(f"alter table {table} no force row level security")
                    progress.update(task, description=f"Loading {table}")
                    for start in range(0, len(rows), 5_000):
                        await _copy(connection, table, rows[start : start + 5_000])
                        progress.advance(task, len(rows[start : start + 5_000]))
            progress.update(task, description="Analyzing")
            await connection.execute("vacuum (analyze)")
            await connection.execute("checkpoint")
    finally:
        await connection.close()


async def _copy(connection: asyncpg.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    await connection.copy_records_to_table(table, records=[tuple(row.values()) for row in rows], columns=columns)


class Data:
    """Rows by table, in an order that references allow."""

    def __init__(self) -> None:
        self.random = random.Random(20)
        self.clock = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
        self.confederation_id = self.id()
        self.associations: list[dict[str, Any]] = []
        self.members: list[dict[str, Any]] = []  # memberships
        self.people: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.pools: list[dict[str, Any]] = []

    def id(self) -> UUID:
        """A UUIDv7 of the data's own clock: rows that are made together sort together, as in real life."""
        self.clock += 1
        bits = (
            self.clock << 80 | 0x7 << 76 | self.random.getrandbits(12) << 64 | 0b10 << 62 | self.random.getrandbits(62)
        )
        return UUID(int=bits)

    def row(self, **columns: Any) -> dict[str, Any]:
        """A row of the confederation."""
        return {"confederation_id": self.confederation_id, "id": self.id(), **columns}

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Everything, by table."""
        confederation = {
            "id": self.confederation_id,
            "slug": SLUG,
            "name": _text("Confédération du banc d’essai", "Test Bench Confederation"),
            "locales": ["fr", "en"],
            "time_zone": "America/Toronto",
        }
        tables = {"confederation": [confederation], "association": self.associations}
        tables["affiliation"], tables["membership_category"] = self._federate()
        tables["person"], tables["membership"], tables["position"] = self.people, self.members, self._positions()
        tables["role_grant"], tables["person_reference"] = self._staff()
        tables["event"], tables["event_host"], tables["speaker"] = self.events, *self._hold()
        tables["registration"], tables["seat_pool"] = list(self._register()), self.pools
        return {name: tables[name] for name in (*(n for n in tables if n not in LAST), *LAST)}

    def _federate(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        umbrella = self.row(
            slug="umbrella",
            name=_text("Confédération nationale des cadres", "National Confederation of Managers"),
            about=_text(*ABOUT),
            kind="UMBRELLA",
            sector=None,
            website="https://example.org/umbrella",
        )
        self.associations.append(umbrella)
        affiliations, categories = [], []
        for number, (field_fr, field_en) in enumerate(FIELDS[: len(SIZES)]):
            association = self.row(
                slug=f"association-{number + 1}",
                name=_text(f"Cadres {field_fr}", f"Managers {field_en}"),
                about=_text(*ABOUT),
                kind="ASSOCIATION",
                sector=("PUBLIC", "PARAPUBLIC", "PERIPUBLIC")[number % 3],
                website=f"https://example.org/association-{number + 1}",
            )
            self.associations.append(association)
            categories.append(
                self.row(
                    association_id=association["id"],
                    slug="regular",
                    name=_text("Membre régulier", "Regular member"),
                    kind="REGULAR",
                    grace_days=60,
                )
            )
            affiliations.append(
                self.row(
                    association_id=association["id"],
                    umbrella_id=umbrella["id"],
                    state="ACTIVE",
                    starts_on=date(1998, 4, 1),
                    visible_from_above=True,
                    voting_weight="HEADCOUNT",
                )
            )
        sizes = [*SIZES[:-1], MEMBERS - sum(SIZES[:-1])]
        places = [place for place, size in enumerate(sizes) for _ in range(size)]
        self.random.shuffle(places)  # associations enrol side by side: their rows lie scattered, as after some years
        counts = Counter[int]()
        for place in places:
            counts[place] += 1
            self._enrol(self.associations[place + 1], categories[place], f"{place + 1:02}-{counts[place]:05}")
        return affiliations, categories

    def _enrol(self, association: dict[str, Any], category: dict[str, Any], number: str) -> None:
        pick = self.random.choice
        person = self.row(
            given_name=pick(GIVEN),
            family_name=pick(FAMILY) if self.random.random() < 0.7 else f"{pick(FAMILY)}-{pick(FAMILY)}",
            locale="fr" if self.random.random() < 0.8 else "en",
            region=pick(("Capitale-Nationale", "Montréal", "Estrie", "Outaouais", "Saguenay–Lac-Saint-Jean")),
            association_ids=[association["id"]],
            access_version=1,
        )
        self.people.append(person)
        joined = date(2005, 1, 1) + timedelta(days=self.random.randrange(7_600))
        self.members.append(
            self.row(
                person_id=person["id"],
                association_id=association["id"],
                category_id=category["id"],
                number=number,
                joined_on=joined,
                starts_on=joined,
                ends_on=None,
            )
        )

    def _positions(self) -> list[dict[str, Any]]:
        positions = []
        pick = self.random.choice
        for person in self.people:
            begins = date(2003, 1, 1) + timedelta(days=self.random.randrange(6_000))
            moved = self.random.random() < 0.2
            changes = begins + timedelta(days=self.random.randrange(400, 2_000))
            for starts, ends in (
                ((begins, changes), (changes + timedelta(days=1), None)) if moved else ((begins, None),)
            ):
                positions.append(
                    self.row(
                        person_id=person["id"],
                        employer=pick(EMPLOYERS),
                        title=pick(TITLES),
                        position_class=pick(("MANAGER", "SENIOR_MANAGER")),
                        working_time="FULL_TIME" if self.random.random() < 0.9 else "PART_TIME",
                        level=pick(("FIRST_LINE", "MIDDLE", "SENIOR")),
                        sector=pick(("PUBLIC", "PARAPUBLIC", "PERIPUBLIC")),
                        starts_on=starts,
                        ends_on=ends,
                        association_ids=person["association_ids"],
                    )
                )
        return positions

    def _staff(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        umbrella = self.associations[0]["id"]
        staff = self.row(
            given_name="Solange",
            family_name="Permanente",
            locale="fr",
            region=None,
            access_version=1,
            association_ids=[umbrella],
        )
        self.people.append(staff)
        grant = self.row(
            person_id=staff["id"],
            association_id=umbrella,
            role="ADMINISTRATOR",
            cascades=True,
            starts_on=date(2020, 1, 1),
        )
        reference = self.row(person_id=staff["id"], system="demo", value="staff", association_ids=[umbrella])
        return [grant], [reference]

    def _hold(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        hosts, speakers = [], []
        pick, associations = self.random.choice, self.associations[1:]
        for number in range(EVENTS):
            association = associations[number % len(associations)]
            # Each association has an event every other week for two years.
            day = DAY + timedelta(days=(number // len(associations)) * 14 + self.random.randrange(14))
            starts = datetime(day.year, day.month, day.day, self.random.randrange(12, 22), pick((0, 30)), tzinfo=UTC)
            state = pick(("PUBLISHED", "OPEN", "OPEN", "OPEN", "CLOSED")) if self.random.random() < 0.95 else "DRAFT"
            (kind, title_fr, title_en), (topic_fr, topic_en), online = (
                pick(KINDS),
                pick(TOPICS),
                self.random.random() < 0.3,
            )
            event = self.row(
                slug=f"{kind.lower().replace('_', '-')}-{number + 1}",
                association_id=association["id"],
                kind=kind,
                format="ONLINE" if online else "IN_PERSON",
                state=state,
                published_at=None if state == "DRAFT" else starts - timedelta(days=90),
                title=_text(f"{title_fr} : {topic_fr}", f"{title_en}: {topic_en}"),
                summary=_text(*SUMMARY),
                starts_at=starts,
                ends_at=starts + timedelta(hours=pick((1, 2, 3, 7))),
                time_zone="America/Toronto",
                venue=None if online else pick(VENUES),
                city=None if online else pick(CITIES),
                languages=["fr"] if self.random.random() < 0.7 else ["fr", "en"],
                registration_opens_at=starts - timedelta(days=80),
                registration_closes_at=starts - timedelta(days=2),
            )
            self.events.append(event)
            part = {"event_id": event["id"], "association_id": association["id"], "published": state != "DRAFT"}
            hosts.append(self.row(**part, host_id=association["id"], role="HOST", rank=0))
            if self.random.random() < 0.25:
                partner = pick([other for other in associations if other is not association])
                hosts.append(self.row(**part, host_id=partner["id"], role="PARTNER", rank=1))
            for rank in range(pick((1, 2, 2, 3))):
                title = _text(pick(TITLES), "Guest speaker")
                speakers.append(self.row(**part, name=f"{pick(GIVEN)} {pick(FAMILY)}", title=title, rank=rank))
            self.pools.append(self.row(**part, format=event["format"], capacity=pick((24, 40, 60, 120)), taken=0))
        return hosts, speakers

    def _register(self) -> Iterator[dict[str, Any]]:
        for number in range(REGISTRATIONS):
            turn = number % EVENTS
            event, pool = self.events[turn], self.pools[turn]
            # A step that shares no factor with the number of people: nobody twice at one event.
            person = self.people[(number // EVENTS * 661 + turn * 37) % MEMBERS]
            at = event["registration_opens_at"] + timedelta(minutes=self.random.randrange(60, 90_000))
            chance = self.random.random()
            full = pool["taken"] == pool["capacity"]
            state = "CANCELLED" if chance < 0.07 else "WAITLISTED" if full else "CONFIRMED"
            pool["taken"] += state == "CONFIRMED"
            yield self.row(
                event_id=event["id"],
                association_id=event["association_id"],
                pool_id=pool["id"],
                person_id=person["id"],
                name=f"{person['given_name']} {person['family_name']}",
                state=state,
                priority=0,
                registered_at=at,
                confirmed_at=at if state == "CONFIRMED" else None,
                cancelled_at=at + timedelta(days=1) if state == "CANCELLED" else None,
            )


LAST = ("seat_pool", "registration")


def _text(fr: str, en: str) -> str:
    return orjson.dumps({"fr": fr, "en": en}).decode()
