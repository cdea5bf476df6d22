"""The limit: what a request costs when nothing is left but the socket, one prepared statement and the bytes it answers.

The SQL is written by hand for each of the three reads. Row security is on and the actor's settings are set in the one
autocommitted statement, as in the server that is measured against it. It understands these three requests only.
"""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from services.core.actor import find_tenant, load_person
from services.core.database.connections import Readers
from tests.benchmarks.load import SLUG
from tests.benchmarks.queries import STAFF

JsonObject = dict[str, Any]

EVENT = """
select case when set_config('confed.tenant', $1, true) is not null then (
  select row_to_json(answer) from (select (
    select row_to_json(o) from (
      select e.slug, coalesce(e.title->>$3, e.title->>'fr', e.title->>'en') as title, e.kind, e.state,
        e.starts_at as "startsAt", e.ends_at as "endsAt", e.city, e.venue
      from event e where e.confederation_id = $2 and e.slug = $4
    ) o
  ) as event) answer
) end
"""

ASSOCIATION = """
select case when set_config('confed.tenant', $1, true) is not null then (
  select row_to_json(answer) from (select (
    select row_to_json(o) from (
      select a.slug, coalesce(a.name->>$3, a.name->>'fr', a.name->>'en') as name, a.kind, events.j as events
      from association a
      cross join lateral (
        select row_to_json(o) as j from (select array(
          select row_to_json(o) from (
            select e.slug, coalesce(e.title->>$3, e.title->>'fr', e.title->>'en') as title, e.kind, e.state,
              e.starts_at as "startsAt", e.ends_at as "endsAt", e.city, seats.taken as "seatsTaken",
              array(
                select row_to_json(o) from (
                  select s.name from speaker s where s.confederation_id = $2 and s.event_id = e.id order by s.rank, s.id
                ) o
              ) as speakers
            from event e
            cross join lateral (
              select sum(p.taken) as taken from seat_pool p where p.confederation_id = $2 and p.event_id = e.id
            ) seats
            where e.confederation_id = $2 and e.association_id = a.id and e.starts_at >= $5
            order by e.starts_at, e.id limit 20
          ) o
        ) as nodes) o
      ) events
      where a.confederation_id = $2 and a.slug = $4
    ) o
  ) as association) answer
) end
"""

MEMBERS = """
select case when set_config('confed.tenant', $1, true) is not null and set_config('confed.person', $5, true) is not null
  and set_config('confed.memberships_read', $6, true) is not null
  and set_config('confed.persons_read', $7, true) is not null
then (
  select row_to_json(answer) from (select (
    select row_to_json(o) from (
      select memberships.j as memberships
      from association a
      cross join lateral (
        select row_to_json(o) as j from (select array(
          select row_to_json(o) from (
            select m.number, m.joined_on as "joinedOn", person.j as person, association.j as association
            from (
              select * from membership m where m.confederation_id = $2 and m.association_id = a.id
              order by m.joined_on, m.id limit 500
            ) m
            left join lateral (
              select row_to_json(o) as j from (
                select p.given_name as "givenName", p.family_name as "familyName", array(
                  select row_to_json(o) from (
                    select q.employer, q.title, q.starts_on as "startsOn" from position q
                    where q.confederation_id = $2 and q.person_id = p.id order by q.starts_on desc, q.id desc
                  ) o
                ) as positions
                from person p where p.confederation_id = $2 and p.id = m.person_id
              ) o
            ) person on true
            cross join lateral (
              select row_to_json(o) as j from (
                select b.slug, coalesce(b.name->>$3, b.name->>'fr', b.name->>'en') as name
                from association b where b.confederation_id = $2 and b.id = m.association_id
              ) o
            ) association
          ) o
        ) as nodes) o
      ) memberships
      where a.confederation_id = $2 and a.slug = $4
    ) o
  ) as association) answer
) end
"""


class Limit:
    """The application: three statements and what they need of a request."""

    def __init__(self, url: str) -> None:
        self.readers = Readers(url, 8)
        self.tenant: tuple[Any, ...] = ()
        self.staff: tuple[Any, ...] = ()

    async def start(self) -> None:
        """Work out whom the requests come from."""
        async with self.readers.connection() as connection:
            tenant = await find_tenant(connection, SLUG)
            assert tenant is not None
            staff = await load_person(connection, tenant, datetime.now(UTC).date(), reference=("demo", "staff"))
            assert staff is not None
        self.tenant = (str(tenant.id), tenant.id, tenant.locales[0])
        names = ("person", "memberships_read", "persons_read")
        self.staff = tuple(staff.settings[f"confed.{name}"] for name in names)

    async def answer(self, request: JsonObject, authorization: bytes | None) -> bytes:
        """The data, as PostgreSQL wrote it."""
        variables, operation = request["variables"], request["operationName"]
        slug = variables["slug"]
        if operation == "Event":
            return await self._fetch(EVENT, (*self.tenant, slug))
        if operation == "Association":
            return await self._fetch(ASSOCIATION, (*self.tenant, slug, datetime.fromisoformat(variables["from"])))
        assert authorization == STAFF.encode()
        return await self._fetch(MEMBERS, (*self.tenant, slug, *self.staff))

    async def _fetch(self, statement: str, arguments: tuple[Any, ...]) -> bytes:
        found: bytes = await self.readers.fetch(statement, arguments)
        return found

    async def __call__(
        self,
        scope: JsonObject,
        receive: Callable[[], Awaitable[JsonObject]],
        send: Callable[[JsonObject], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await self.start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.readers.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        authorization = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        answer = await self.answer(orjson.loads(body), authorization)
        answer = b'{"data":' + answer + b"}"
        headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def create_app() -> Limit:
    """For uvicorn."""
    return Limit(os.environ["DATABASE_URL"])
