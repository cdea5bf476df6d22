"""Whatever is written in one confederation changes no byte of what another is answered.

A fixed set of requests is asked of a confederation, before, between and after a random series of writes in another
(`walking`): what anybody, a member and staff read; counts, figures and pages; what is refused, and why; mutations that
are tried; errors; validators; what is left of the hour. Status, headers and bodies are compared as they are, but for
one thing: how long a cache may keep an answer that depends on the day ends at midnight, which is the asker's own clock.
What is asked tells of no moment of its own asking: reads that are recorded are made once, before.

`CONFED_WALK`: how many steps are taken, a few of them by default.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import asyncpg
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from schema.web.graphql.allowance import Allowances, Buckets
from tests import access
from tests.access import asking
from tests.access.asked import BUILT, TYPES, Asked
from tests.client import Answer
from tests.making import Maker
from tests.schema.walking import Walk
from tests.services.events.mail.sink import sink

STEPS = int(os.environ.get("CONFED_WALK", "40"))
LOOKS = 2 + STEPS // 100
"""How often it is looked at, after the first time."""

Record = Callable[[str, object], None]

TRIES = {
    "createEvent": ("staff", "at home", "event { slug state }"),
    "createAdvocacyFile": ("staff", "home", "advocacyFile { slug state }"),
    "createMentoringProgramme": ("staff", "home", "mentoringProgramme { slug state }"),
    "createIdentityProvider": ("staff", "home's", "identityProvider { slug }"),
    "chargeRegistration": ("staff", "absent", "invoice { number total }"),
    "issueCreditNote": ("staff", "Ana's", "invoice { number total }"),
    "grantRole": ("staff", "editor", "roleGrant { role }"),
    "registerOnBehalf": ("staff", "Ana, open", "registration { state placeInQueue seats }"),
    "registerForEvent": ("member", "published", "registration { state placeInQueue }"),
    "checkIn": ("member", "confirmed", "registration { state }"),
    "cancelEvent": ("anonymous", "open", "event { state }"),
}
"""Mutations that are tried: by whom, in which case, and what of the payload is asked for."""

MISTAKES = ("{ nope }", "{", "{ events(first: 501) { totalCount } }", "{ __schema { types { name } } }", "")


class Watched:
    """A confederation that nobody writes in, and what is asked of it."""

    def __init__(self, asked: Asked, elsewhere: Asked) -> None:
        self._asked = asked
        self._requests = list(self._all(elsewhere))

    def __len__(self) -> int:
        return len(self._requests)

    async def look(self) -> list[tuple[str, Answer]]:
        """Every answer, with what asked for it."""
        return [(said, _masked(await ask())) for said, ask in self._requests]

    def _all(self, elsewhere: Asked) -> Iterator[tuple[str, Any]]:
        for document, values in self._reads():
            yield f"staff: {document}", lambda d=document, v=values: self._asked.ask("staff", d, v)
        for who in ("anonymous", "publishable key", "member", "secret key"):
            for name, cases in access.roots(self._asked.world).items():
                for case, document in cases.items():
                    asked = asking.varied(f"{{ it: {document} }}")
                    yield f"{who}: {name}, {case}", lambda w=who, a=asked: self._asked.ask(w, *a)
        for name, (who, case, ask) in TRIES.items():
            input = access.inputs(self._asked.world)[name][case] | {"dryRun": True}
            document = asking.mutations(
                [name], f"__typename ... on {asking.preview(name)} {{ {ask} }} ... on Problem {{ code path message }}"
            )
            yield f"{who}: {name}", lambda w=who, d=document, i=input: self._asked.ask(w, d, {"i0": i})
        for document in MISTAKES:
            yield f"anonymous: {document}", lambda d=document: self._asked.ask("anonymous", d)
        for label, id in list(elsewhere.world.ids.items())[::9]:
            document = "query ($id: ID!) { node(id: $id) { id } }"
            yield f"staff: {label} of the other", lambda d=document, i=id: self._asked.ask("staff", d, {"id": i})
        for who in ("staff", "secret key", "own in a session"):
            headers = elsewhere.standings[who]
            yield f"{who} of the other", lambda h=headers: self._asked.client.ask_with(h, "{ me { id } }")
        for address, given in self._addresses():
            yield f"GET {address}", lambda a=address, h=given: self._get(a, h)

    def _reads(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """A document for each type, of its first sample, without what lists reads that were recorded."""
        for name, type_ in TYPES.items():
            selection = _RECORDS.sub("", asking.selections(BUILT.catalog, type_)[0])
            way = next(iter(self._asked.world.samples[name].values()))
            if name != "AccessRecord":
                yield asking.varied(asking.document(type_, selection, {"": way}))

    def _addresses(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        for document in (
            "{ events(first: 20) { totalCount nodes { slug title seatsTaken } } }",
            "{ confederation { name headcount { total byPositionClass { positionClass count } } } }",
            '{ event(slug: "draft") { title } }',
        ):
            address = f"/graphql?{urlencode({'query': document})}"
            yield address, {}
            yield address, {"if-none-match": '"an older one"'}
        for name in ("published", "draft", "absent"):
            yield f"/events/{name}.ics", {}
            yield f"/events/{name}/registrations.csv", self._asked.standings["member"]
            yield f"/events/{name}/registrations.xlsx", {}

    async def _get(self, address: str, headers: Mapping[str, str]) -> Answer:
        slug = self._asked.world.make.tenant.slug
        return await self._asked.client.send(f"/{slug}{address}", b"", headers, method="GET")


_RECORDS = re.compile(r"\b(accessRecords|fileReads) \{.*?endCursor \} \}")
_UNTIL_MIDNIGHT = re.compile(r"max-age=\d+, stale-while-revalidate=\d+")


def _masked(answer: Answer) -> Answer:
    headers = dict(answer.headers)
    if "cache-control" in headers:
        headers["cache-control"] = _UNTIL_MIDNIGHT.sub("until midnight", headers["cache-control"])
    return replace(answer, headers=headers)


@contextmanager
def looking(app: Starlette) -> Iterator[None]:
    """What is spent in looking is given back, and nothing else: who was poorer before would be seen."""
    allowances = app._endpoint._allowances  # type: ignore[attr-defined]
    buckets: list[Buckets] = [allowances._people, allowances._sites, allowances._strangers]
    clocks, kept = [bucket._clock for bucket in buckets], [dict(bucket._empty_at) for bucket in buckets]
    for bucket in buckets:
        bucket._clock = lambda: 0.0
    try:
        yield
    finally:
        for bucket, clock, before in zip(buckets, clocks, kept, strict=True):
            bucket._clock, bucket._empty_at = clock, before


@pytest.mark.promise("no-interference")
async def test_what_is_written_in_one_confederation_changes_no_answer_of_another(
    asked: Asked, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    app, database = asked.app, asked.world.make.database
    hours = {"hourly_cost": 10**6, "hourly_cost_of_sites": 10**6, "hourly_cost_of_strangers": 10**6}
    limited = database.settings.model_copy(update=hours)
    monkeypatch.setattr(app._endpoint, "_allowances", Allowances(limited))  # type: ignore[attr-defined]
    elsewhere = Asked(app, await access.world(await Maker.of_a_new_confederation(database)))
    await elsewhere.sign_in()
    await owner.execute(
        "update webhook set url = 'https://127.0.0.1:1/' where confederation_id = $1", elsewhere.world.make.tenant.id
    )
    watched, make = Watched(asked, elsewhere), asked.world.make
    with looking(app):
        await watched.look()  # what is recorded of reading is recorded now
    with looking(app):
        before, rows = await watched.look(), await make.picture()
    with sink() as server:
        settings = database.settings.model_copy(update={"smtp_url": SecretStr(server.url)})
        walk = Walk(elsewhere, owner, settings, seed=STEPS)
        for step in range(STEPS):
            await walk.step()
            if (step + 1) * LOOKS // STEPS > step * LOOKS // STEPS:
                with looking(app):
                    after = await watched.look()
                for (said, one), (_, other) in zip(before, after, strict=True):
                    assert one == other, f"after step {step}: {said}"
    assert await make.picture() == rows
    assert walk.taken.keys() == walk.done.keys(), (walk.taken, walk.done)
    assert len(walk.mutations) > min(STEPS // 10, 50), walk.mutations
    record_property("cells of non-interference", len(watched) * LOOKS)
