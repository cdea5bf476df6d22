"""Nothing that anybody wrote, and no secret, is in the log or on standard error, whichever way it comes in.

Canaries are sent through every way that there is, and everything that was written is read.
"""

import asyncio
import gc
import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr
from websockets.exceptions import WebSocketException

from models import MailKind, SiteKeyKind
from schema.base.ids import encode_id
from schema.compiler.run import Plan
from services.core.jobs.jobs import enqueue, job
from services.core.jobs.worker import Worker
from services.core.settings import Settings
from services.core.telemetry import logs
from services.core.work import Work
from services.identity.site_keys import make_key
from tests.client import Client
from tests.making import Maker
from tests.services.events.mail.conftest import Post
from tests.services.events.mail.sink import Sink
from tests.services.events.mail.test_messages import tell, to_be_told
from tests.web.serving import served

CANARY = "Zaunkoenig"
ADDRESS = f"{CANARY.lower()}@canary.example"
REGISTER = """mutation ($id: ID!, $key: String, $answer: String) {
  registerForEvent(input: {eventId: $id, idempotencyKey: $key, answers: [{key: "diet", value: $answer}]}) {
    __typename ... on Problem { code } } }"""
ADD = f"""mutation {{ createContactPoint(input: {{kind: EMAIL, value: "{ADDRESS}", idempotencyKey: "{CANARY}-2"}}) {{
  __typename ... on Problem {{ code }} }} }}"""
FAILING = f"""
create function canary() returns trigger language plpgsql as $f$
begin raise exception 'no % of %', new.value, new using detail = '{CANARY}'; end $f$;
create trigger canary before insert on contact_point for each row execute function canary();
"""
GONE = "drop trigger canary on contact_point; drop function canary()"


@job("canaries.fail", tries=1)
async def fail(_work: Work, *, mark: UUID) -> None:
    """Fails with what it was about."""
    raise ValueError(f"{CANARY} {mark}") from KeyError(ADDRESS)


class Written:
    """Everything that is written while it is watched, in both forms of the log."""

    def __init__(self) -> None:
        self.json = io.StringIO()
        self.text = io.StringIO()

    @property
    def lines(self) -> list[Any]:
        """The log."""
        return [json.loads(line) for line in self.json.getvalue().splitlines()]


@contextmanager
def configured(written: Written) -> Iterator[None]:
    """The log as a server has it, instead of the tests' own."""
    root, hook, levels = logging.getLogger(), sys.excepthook, {}
    for name in (None, *logs._OURS):
        levels[name] = logging.getLogger(name).level
    before, root.handlers = root.handlers, []  # they aren't to be closed
    try:
        logs.configure("text", written.text)
        text, root.handlers = root.handlers, []
        logs.configure("json", written.json)
        root.handlers += text
        yield
    finally:
        root.handlers, sys.excepthook = before, hook
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@pytest.fixture
def written() -> Iterator[Written]:
    """What is written during the test."""
    made = Written()
    with configured(made):
        yield made


@pytest.mark.promise("log-without-values")
async def test_no_value_and_no_secret_is_ever_written(  # noqa: PLR0917 - it goes through everything
    written: Written,
    make: Maker,
    client: Client,
    owner: asyncpg.Connection,
    database_url: str,
    server: Sink,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    ana, staff = await make.member(person={"family_name": CANARY}), await make.staff()
    session, event = await make.signed_in(ana), await make.event()
    await make.question(event, "diet", sensitive=True)
    async with make.acting_as(staff) as work:
        _, key = await make_key(work, event.association_id, kind=SiteKeyKind.SECRET, name=CANARY)
    secrets = [CANARY, CANARY.lower(), session, key, str(ana.id)]

    await requests(client, make, session, key)
    await over_websocket(database_url, make, session)
    registering = {"id": encode_id("Event", event.id), "key": CANARY}
    for answer in (f"no {CANARY}", f"{CANARY}s"):  # the second is refused: the key was another's
        await client.ask(REGISTER, registering | {"answer": answer}, authorization=f"Bearer {session}")

    await owner.execute(FAILING)
    try:
        failed = await client.ask(ADD, authorization=f"Bearer {session}")
    finally:
        await owner.execute(GONE)
    assert failed.json["errors"][0]["extensions"]["code"] == "INTERNAL"
    with monkeypatch.context() as patch:
        patch.setattr(Plan, "read", broken)
        assert (await client.ask("{ events { totalCount } }")).status == 500

    await jobs(make, owner, database_url)
    await bounced(make, server, post)
    await uncaught()

    everything = "".join([*capfd.readouterr(), written.text.getvalue(), written.json.getvalue()])
    assert [secret for secret in secrets if secret in everything] == []
    said = {line["message"].partition(", correlation")[0].partition(" was ")[0] for line in written.lines}
    assert {"a request", "the job canaries.fail failed, try 1", "a request failed"} <= said
    assert {"Task exception", "the process failed"} <= said
    codes = {code for line in written.lines for code in line.get("codes", "").split(",")}
    assert {
        "BAD_JSON", "BAD_REQUEST", "UNKNOWN_CREDENTIALS", "NO_SUCH_CONFEDERATION", "IDEMPOTENCY_KEY_REUSED",
        "INVALID_INPUT", "INTERNAL", "PERSISTED_QUERY_HASH_MISMATCH", "HTTP_404",
    } <= codes  # fmt: skip
    told = failed.json["errors"][0]["extensions"]["correlation"]
    of_one = [line for line in written.lines if line.get("correlation") == told]
    assert [line.get("codes") for line in of_one] == [None, "INTERNAL"]


async def requests(client: Client, make: Maker, session: str, key: str) -> None:
    """Requests that are refused for what they say, and for who asks."""
    path, slug = f"/{make.tenant.slug}/graphql", make.tenant.slug
    for document, variables in (
        (f"{{ {CANARY} }}", None),
        (f'{{ event(slug: "{CANARY}") {{ {CANARY}: nonsense }} }}', None),
        (f"query {CANARY} {{", None),
        (f'query ($a: String! = "{CANARY}") {{ event(slug: $a) {{ slug }} }}', {"a": 7, CANARY: CANARY}),
        ("query ($a: String!) { event(slug: $a) { slug } }", {"a": f"{CANARY}\0"}),
        ("query ($a: DateTime!) { events(where: {startsAt: {gt: $a}}) { totalCount } }", {"a": CANARY}),
        ("query ($a: ID!) { node(id: $a) { id } }", {"a": CANARY}),
    ):
        await client.ask(document, variables)
        await client.ask(document, variables, authorization=f"Bearer {session}")
    bodies: list[Any] = [
        {"query": "{ __typename }", "operationName": CANARY},
        {"query": "{ __typename }", "variables": CANARY},
        {"documentId": f"sha256:{CANARY}"},
        {"query": CANARY, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": CANARY}}},
        [CANARY],
    ]
    for body in [json.dumps(each).encode() for each in bodies] + [CANARY.encode(), f'"{CANARY}'.encode() + b"\xff"]:
        await client.send(path, body)
        await client.send(path, body, {"content-type": f"text/{CANARY}"})
    for headers in (
        {"authorization": f"Bearer {CANARY}"},
        {"authorization": f"Bearer demo:{slug}:{CANARY.lower()}"},
        {"authorization": f"Bearer {session}x"},
        {"authorization": f"Bearer {key}x"},
        {"authorization": f"Bearer {key}", "origin": f"https://{ADDRESS}"},
        {"cookie": f"__Host-confed-{slug}={session}x", "origin": f"https://{CANARY}.example"},
        {"accept-language": CANARY, "user-agent": CANARY, "traceparent": CANARY, "x-forwarded-for": CANARY},
    ):
        await client.send(path, b'{"query": "{ nonsense }"}', headers)
    for address in (
        f"/{CANARY.lower()}/graphql",
        f"/{CANARY}",
        f"/{slug}/events/{CANARY}.ics",
        f"/{slug}/tickets/{CANARY}.png",
    ):
        await client.send(address, b'{"query": "{ __typename }"}')
        await client.send(f"{address}?query={CANARY}&{CANARY}", method="GET")
    link = f"/{slug}/sign-in/link"
    for address, given in ((link, {"email": ADDRESS}), (link, {"email": [CANARY]}), (f"{link}/{CANARY}", {})):
        await client.send(address, json.dumps(given).encode())
    await client.send(f"/{slug}/sign-in/oidc/{CANARY}", method="GET")


async def over_websocket(database_url: str, make: Maker, session: str) -> None:
    """A conversation, and some that can't begin."""
    async with served(database_url, log_level="warning", log_config=None) as there:
        async with there.socket(make.tenant.slug, payload={"authorization": f"Bearer {session}"}) as socket:
            watched = f'subscription {{ eventCounts(eventId: "{CANARY}") {{ registered }} }}'
            for id, document in enumerate((f"{{ {CANARY} }}", watched)):
                await socket.subscribe(str(id), document, {CANARY: CANARY})
                await socket.hear()
            await socket.say({"type": CANARY, "id": CANARY})
            await socket.closed()
        for said in ({"type": "connection_init", "payload": {"authorization": CANARY}}, f"{CANARY}{{"):
            with suppress(WebSocketException):
                async with there.connected(make.tenant.slug) as connection:
                    await connection.send(said if isinstance(said, str) else json.dumps(said))
                    await connection.wait_closed()


async def jobs(make: Maker, owner: asyncpg.Connection, database_url: str) -> None:
    """A job that fails."""
    await owner.execute("delete from jobs.pgqueuer")
    async with make.acting_as(None) as work:
        await enqueue(work, "canaries.fail", mark=UUID(int=1))
    worker = Worker(database_url, Settings(database_url=database_url), poll=timedelta(seconds=0.05))
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(20):
        while not await owner.fetchval("select bool_or(status = 'failed') from jobs.pgqueuer"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    worker.stop()
    await running
    await owner.execute("delete from jobs.pgqueuer")


async def bounced(make: Maker, server: Sink, post: Post) -> None:
    """Mail that is refused, and a mail server that doesn't let us in."""
    server.to_recipients = f"550 no such person {ADDRESS}"
    await tell(make, (await to_be_told(make, MailKind.CONFIRMATION))[2], MailKind.CONFIRMATION)
    await post()
    await tell(make, (await to_be_told(make, MailKind.CONFIRMATION))[2], MailKind.CONFIRMATION)
    await post(smtp_url=SecretStr(server.url.replace("://", f"://{CANARY}:{CANARY}@")))


async def uncaught() -> None:
    """What nobody waits for, and what ends a process."""

    async def failing() -> None:
        raise RuntimeError(CANARY)

    lost = asyncio.create_task(failing())
    await asyncio.wait([lost])
    del lost
    gc.collect()
    await asyncio.sleep(0)
    try:
        raise RuntimeError(CANARY)
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, None)


async def broken(*_: Any) -> bytes:
    """A read that fails with what it was about."""
    raise RuntimeError(CANARY) from ValueError(ADDRESS)
