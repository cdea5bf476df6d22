"""The three ways to an answer, which must be one: spliced, under graphql-core, and naively."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, Self

import orjson
import pytest

import schema.web.graphql.actors
import schema.web.graphql.endpoint
from schema.build import Built, build
from schema.compiler.context import Context
from schema.reading.requests import Request
from schema.web.graphql.actors import Actors, Credentials, locales
from schema.web.graphql.endpoint import Endpoint
from services.core.actor import Actor
from services.core.database.connections import Database
from tests.compiler.naive import execute_naively
from tests.compiler.rows import NOW

NOWHERE: dict[str, Any] = {"client": None}
"""A request without an address."""


@dataclass
class Response:
    """What the endpoint sent."""

    status: int
    headers: dict[str, str]
    body: bytes
    spliced: bool

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return orjson.loads(self.body)


class Expensive(Exception):
    """The query is beyond a limit, so that there is no answer to compare."""


class _Watched:
    """Strawberry's view, watched: whoever is called by it wasn't spliced."""

    def __init__(self, view: Any) -> None:
        self._view = view
        self.calls = 0

    async def __call__(self, *connection: Any) -> None:
        self.calls += 1
        await self._view(*connection)


class Frozen(datetime):
    """A clock that stands at the world's moment."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Always the same."""
        moment = NOW if tz is None else NOW.astimezone(tz)
        return cls.fromisoformat(moment.isoformat())


def freeze(patch: pytest.MonkeyPatch) -> None:
    """Let requests happen at the world's moment."""
    for module in (schema.web.graphql.endpoint, schema.web.graphql.actors):
        patch.setattr(module, "datetime", Frozen)


@dataclass
class Asker:
    """Asks the endpoint in process, with nothing of a server in between. `statements`: what was sent to PostgreSQL."""

    database: Database
    built: Built = field(default_factory=build)

    def __post_init__(self) -> None:
        self.actors = Actors(self.database, demo=True)
        # What is left of an hour differs from answer to answer.
        unlimited = {"hourly_cost": 0, "hourly_cost_of_sites": 0, "hourly_cost_of_strangers": 0}
        settings = self.database.settings.model_copy(update=unlimited)
        self.endpoint = Endpoint(self.built, self.database, self.actors, settings)
        self.view = self.endpoint._view = _Watched(self.endpoint._view)  # type: ignore[assignment]

    async def ask(
        self,
        slug: str,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        authorization: str | None = None,
        language: str | None = None,
    ) -> Response:
        """A usual POST."""
        asked = {"query": document, "variables": variables, "operationName": operation_name}
        headers = {"content-type": "application/json"}
        headers |= {"authorization": authorization} if authorization else {}
        headers |= {"accept-language": language} if language else {}
        return await self.send(slug, orjson.dumps(asked), headers)

    async def send(
        self,
        slug: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
        query_string: bytes = b"",
    ) -> Response:
        """Any request."""
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": f"/{slug}/graphql",
            "root_path": "",
            "query_string": query_string,
            "path_params": {"confederation": slug},
            "headers": [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not messages:
                await asyncio.Event().wait()  # who asks waits for the answer
            return messages.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        calls = self.view.calls
        await self.endpoint(scope, receive, send)
        start, *rest = sent
        return Response(
            start["status"],
            {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]},
            b"".join(message.get("body", b"") for message in rest),
            spliced=self.view.calls == calls,
        )

    async def reading(self, slug: str, authorization: str | None = None, language: str | None = None) -> Context:
        """The context that the endpoint would make."""
        actor: Actor | None = await self.actors.anybody(NOWHERE, slug)
        assert actor is not None
        if authorization is not None:
            actor = await self.actors.of(NOWHERE, actor.tenant, Credentials(authorization))
        return Context(actor, NOW, locales(language or "", actor.tenant.locales))

    async def three_ways(
        self,
        slug: str,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        authorization: str | None = None,
        language: str | None = None,
        spliced: bool | None = True,
    ) -> Any:
        """The answer's data, the same by all three ways, to the order of its keys.

        `spliced`: whether it has to be; None: either.
        """
        response = await self.ask(
            slug, document, variables, operation_name, authorization=authorization, language=language
        )
        answer = response.json
        assert response.status == 200, answer
        if any(error["extensions"]["code"] == "TOO_MUCH" for error in answer.get("errors", ())):
            raise Expensive
        assert "errors" not in answer, answer["errors"]
        assert spliced is None or response.spliced is spliced or not answer["data"]  # nothing was asked for
        reading = await self.reading(slug, authorization, language)
        reload = partial(self.actors.load, reading.actor.tenant, Credentials(authorization))
        request = Request(self.database, reading, reload, (document, operation_name))
        completed = await self.built.strawberry.execute(
            document, variable_values=dict(variables or {}), context_value=request, operation_name=operation_name
        )
        assert not completed.errors, completed.errors
        naive = await execute_naively(self.database, reading, document, variables, operation_name)
        assert not naive.errors, naive.errors
        assert (found := difference(answer["data"], naive.data)) is None, f"spliced, and naively: {found}"
        assert (found := difference(completed.data, naive.data)) is None, f"completed, and naively: {found}"
        return answer["data"]


def difference(one: Any, other: Any, path: str = "data") -> str | None:
    """Where two answers first differ, in the order of their keys too."""
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            return f"{path} has {list(one)} and {list(other)}"
        inner = ((one[name], other[name], f"{path}.{name}") for name in one)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        inner = ((a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(one, other, strict=True)))
    else:
        return None if orjson.dumps(one) == orjson.dumps(other) else f"{path} is {one!r} and {other!r}"
    return next((found for a, b, where in inner if (found := difference(a, b, where))), None)
