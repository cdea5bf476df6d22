"""A client of the application in this process: requests go through the whole of it, from ASGI to PostgreSQL."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette

from models import Person, PersonReference
from tests.making import Maker


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        """What was asked for. AssertionError where there are errors."""
        assert "errors" not in self.json, self.json["errors"]
        return self.json["data"]


class Client:
    """Asks one confederation, as anybody or as a person."""

    def __init__(self, app: Starlette, make: Maker) -> None:
        self._app = app
        self._make = make
        self._tokens: dict[Any, str] = {}

    async def ask(
        self, document: str, variables: Mapping[str, Any] | None = None, *, person: Person | None = None, **headers: str
    ) -> Answer:
        """Post a document."""
        if person is not None:
            headers["authorization"] = await self.token(person)
        return await self.ask_with(headers, document, variables)

    async def ask_with(
        self, headers: Mapping[str, str], document: str, variables: Mapping[str, Any] | None = None
    ) -> Answer:
        """The same with these headers."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        return await self.send(f"/{self._make.tenant.slug}/graphql", body, headers)

    async def token(self, person: Person) -> str:
        """Credentials of a person: a demo token, by an external reference."""
        if person.id not in self._tokens:
            handle = f"person-{person.id}"
            await self._make.add(
                PersonReference,
                {},
                person_id=person.id,
                system="demo",
                value=handle,
                association_ids=person.association_ids,
            )
            self._tokens[person.id] = f"Bearer demo:{self._make.tenant.slug}:{handle}"
        return self._tokens[person.id]

    async def send(
        self, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, *, method: str = "POST"
    ) -> Answer:
        """Any request, as bytes."""
        path, _, query = path.partition("?")
        given = {"content-type": "application/json", "content-length": str(len(body))} | dict(headers or {})
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(k.replace("_", "-").lower().encode(), v.encode()) for k, v in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        sent: list[Any] = []

        asked: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if not asked:
                await asyncio.Event().wait()  # nobody hangs up
            return asked.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start = sent[0]
        varies = [value.decode() for name, value in start["headers"] if name == b"vary"]  # may be said in several lines
        return Answer(
            start["status"],
            {name.decode(): value.decode() for name, value in start["headers"]}
            | ({"vary": ", ".join(varies)} if varies else {}),
            b"".join(message.get("body", b"") for message in sent[1:]),
            [value.decode() for name, value in start["headers"] if name == b"set-cookie"],
        )
