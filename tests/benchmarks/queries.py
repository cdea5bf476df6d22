"""The three reads that are measured, and the variables that they cycle through: no cache of answers could help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson

from tests.benchmarks.load import FULL_PAGE, SLUG

STAFF = f"Bearer demo:{SLUG}:staff"


@dataclass(frozen=True)
class Aim:
    """What this server should reach on a query."""

    of_the_limit: float  # at least, requests/s
    times_the_usual: float  # at least, requests/s
    cpu: int  # below, µs of the server's CPU a request


@dataclass(frozen=True)
class Read:
    """A query as the load generator sends it. `connections`: how many clients ask at once."""

    name: str
    text: str
    operation: str
    document: str
    connections: int
    aim: Aim
    headers: Mapping[str, str]
    variables: Sequence[Mapping[str, Any]]

    def body(self, variables: Mapping[str, Any]) -> bytes:
        """The request's body."""
        return orjson.dumps({"query": self.document, "variables": variables, "operationName": self.operation})


EVENT = """
query Event($slug: String!) {
  event(slug: $slug) { slug title kind state startsAt endsAt city venue }
}
"""
ASSOCIATION = """
query Association($slug: String!, $from: DateTime!) {
  association(slug: $slug) {
    slug name kind
    events(first: 20, where: {startsAt: {gte: $from}}, orderBy: [STARTS_AT_ASC]) {
      nodes { slug title kind state startsAt endsAt city seatsTaken speakers { name } }
    }
  }
}
"""
MEMBERS = """
query Members($slug: String!) {
  association(slug: $slug) {
    memberships(first: 500) {
      nodes {
        number joinedOn
        person { givenName familyName positions { employer title startsOn } }
        association { slug name }
      }
    }
  }
}
"""


async def reads(database_url: str) -> list[Read]:
    """The reads with the variables that fit the loaded rows."""
    connection = await asyncpg.connect(database_url)
    try:
        events = await connection.fetch("select slug from event where published order by id")
        associations = await connection.fetch(
            """select slug, members >= $1 and members < $1 + 110 as is_page
            from association a
            cross join lateral (select count(*) as members from membership where association_id = a.id) m
            where kind = 'ASSOCIATION' order by id""",
            FULL_PAGE,
        )
    finally:
        await connection.close()
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    # Twenty events always follow: an association has one every other week for two years.
    moments = [(begin + timedelta(days=9 * n)).isoformat().replace("+00:00", "Z") for n in range(40)]
    ahead = [{"slug": row["slug"], "from": moment} for moment in moments for row in associations]
    full = [{"slug": row["slug"]} for row in associations if row["is_page"]]
    return [
        Read(
            "Q1",
            "one event, 8 fields",
            "Event",
            EVENT,
            16,
            Aim(0.7, 5, 60),
            {},
            [{"slug": row["slug"]} for row in events],
        ),
        Read("Q2", "an association's next 20 events", "Association", ASSOCIATION, 16, Aim(0.9, 12, 100), {}, ahead),
        Read(
            "Q3", "500 members, three levels", "Members", MEMBERS, 4, Aim(0.9, 80, 300), {"Authorization": STAFF}, full
        ),
    ]
