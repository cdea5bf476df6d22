"""The world of tests/access, asked from each of its standings."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from schema.build import build
from services.core.actor import Actor, anonymous
from services.core.database.connections import Database
from services.identity.sessions import load_session
from services.identity.site_keys import load_key
from tests import access
from tests.access import asking
from tests.access.world import Headers, World
from tests.client import Answer, Client
from tests.making import Maker

BUILT = build()
TYPES = asking.guarded(BUILT.graphql)


def _hanging_up(app: Starlette) -> Any:
    """The application, for whoever hangs up after the first event that is told."""

    async def hung_up(scope: Any, receive: Any, send: Any) -> None:
        told, asked = asyncio.Event(), asyncio.Event()

        async def receiving() -> Any:
            if asked.is_set():
                await told.wait()
                return {"type": "http.disconnect"}
            asked.set()
            return await receive()

        async def sending(message: Any) -> None:
            await send(message)
            if b"event: next" in message.get("body", b""):
                told.set()

        await app(scope, receiving, sending)

    return hung_up


class Asked:
    """The world, and clients of it and of the other confederation. `standings`: how each of them asks.

    `other`: the other confederation, the same way.
    """

    def __init__(self, app: Starlette, world: World) -> None:
        self.app = app
        self.world = world
        self.client = Client(app, world.make)
        self.foreign = Client(app, world.foreign)
        self._watching = Client(_hanging_up(app), world.make)
        self.standings: dict[str, Headers] = {}
        self.other: Asked
        self._samples: dict[str, dict[str, list[Any]]] = {}

    async def sign_in(self) -> None:
        """Give everybody credentials, and let what notes its use note it now: whoever asks later changes nothing."""
        people = self.world.people.items()
        tokens = {
            name: {} if person is None else {"authorization": await self.client.token(person)}
            for name, person in people
        }
        self.standings = tokens | self.world.others
        stranger = await self.foreign.token(self.world.stranger)
        self.world.strangers["a demo token"] = {"authorization": stranger}
        for headers in self.standings.values():
            assert "data" in (await self.client.ask_with(headers, "{ __typename }")).json

    async def ask(self, who: str, document: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Somebody's answer."""
        return await self.client.ask_with(self.standings[who], document, variables)

    async def actor(self, who: str) -> Actor:
        """Who a standing is, with the rights of today."""
        make, person, headers = self.world.make, self.world.people.get(who), self.standings[who]
        if person is not None:
            return await make.actor(person)
        if not headers:
            return anonymous(make.tenant)
        day = datetime.now(UTC).astimezone(ZoneInfo(make.tenant.time_zone)).date()
        key, session = headers.get("authorization", ""), headers.get("cookie", "")
        async with make.database.readers.connection() as connection:
            if key:
                actor = await load_key(connection, make.tenant, day, key.removeprefix("Bearer "))
            else:
                actor = await load_session(connection, make.tenant, day, session.partition("=")[2])
        assert actor is not None, who
        return actor

    async def by_each(self, document: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Everybody's answer."""
        return {who: (await self.ask(who, document, variables)).data for who in self.standings}

    async def first_told(self, who: str, subscription: str) -> Any:
        """The first answer of a subscription, as a stream of events; then whoever watched hangs up."""
        answer = await self._watching.ask_with({**self.standings[who], "accept": "text/event-stream"}, subscription)
        told = answer.body.partition(b"event: next\ndata: ")[2].partition(b"\n")[0]
        return json.loads(told)

    async def samples(self, type_name: str) -> dict[str, list[Any]]:
        """The samples of a type as everybody sees them; None where somebody doesn't. Asked once: nothing changes.

        All that have a global identifier are asked for at once; of the others, those that are reached alike by one
        document, which is written as SQL once.
        """
        if type_name not in self._samples:
            steps, type_ = self.world.samples[type_name], TYPES[type_name]
            rows: dict[str, list[Any]] = {who: [{} for _ in steps] for who in self.standings}
            ids = [self.world.ids.get(f"{type_name} {label}".strip(), "") for label in steps]
            by_id = [i for i, id in enumerate(ids) if id and type_name in BUILT.catalog.node_types]
            for selection in asking.selections(BUILT.catalog, type_):
                for at in range(0, len(by_id), asking.IDS_AT_ONCE):
                    places = by_id[at : at + asking.IDS_AT_ONCE]
                    of = {"ids": [ids[i] for i in places]}
                    for who, data in (await self.by_each(asking.of_nodes(type_, selection), of)).items():
                        for i, row in zip(places, data["it"], strict=True):
                            rows[who][i] = None if row is None else rows[who][i] | row
                for i, way in enumerate(steps.values()):
                    if i in by_id:
                        continue
                    document, values = asking.varied(asking.document(type_, selection, {"": way}))
                    for who, data in (await self.by_each(document, values)).items():
                        row = asking.found(data, 0, way)
                        rows[who][i] = None if row is None else rows[who][i] | row
            self._samples[type_name] = rows
        return self._samples[type_name]


async def everybody(app: Starlette, database: Database) -> Asked:
    """A world with everybody signed in, and another confederation that has all the same (`other`)."""
    make = await Maker.of_a_new_confederation(database)
    foreign = await make.other()
    made = Asked(app, await access.world(make, foreign))
    made.other = Asked(app, await access.world(foreign, make))
    for each in (made, made.other):
        await each.sign_in()
    return made
