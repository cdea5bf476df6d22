"""A browser at the application: it keeps cookies, says which site its requests come from, and follows nothing."""

import json
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette

from tests.client import Answer, Client
from tests.making import Maker


class Browser:
    """Somebody's browser. `tenant`: whose addresses it asks."""

    def __init__(self, app: Starlette, make: Maker) -> None:
        self._client = Client(app, make)
        self._slug = make.tenant.slug
        self.cookies: dict[str, str] = {}

    async def get(self, address: str, **headers: str) -> Answer:
        """An address of the server, or a path below the confederation's, as somebody follows a link."""
        parts = urlsplit(address)
        path = address.removeprefix(f"{parts.scheme}://{parts.netloc}") if parts.netloc else f"/{self._slug}{address}"
        return await self._send(path, b"", {"sec-fetch-site": "cross-site"} | headers, "GET")

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """What a script of the server's own pages posts."""
        content = json.dumps({} if body is None else body).encode()
        return await self._send(f"/{self._slug}{path}", content, {"sec-fetch-site": "same-origin"} | headers, "POST")

    async def ask(self, document: str, variables: Any = None) -> Any:
        """What GraphQL answers in the session."""
        answer = await self.post("/graphql", {"query": document, "variables": variables})
        return answer.data

    async def _send(self, path: str, body: bytes, headers: dict[str, str], method: str) -> Answer:
        if self.cookies:
            headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | headers
        answer = await self._client.send(path, body, headers, method=method)
        for cookie in answer.cookies:
            first, *attributes = cookie.split("; ")
            assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes), cookie
            name, _, value = first.partition("=")
            assert name.startswith("__Host-"), cookie
            self.cookies.pop(name, None)
            if "Max-Age=0" not in attributes:
                self.cookies[name] = value
        return answer
