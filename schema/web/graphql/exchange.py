"""A GraphQL request and its answer over HTTP. Headers common to all answers are added here, without a wrapper around
`send`.
"""

from collections.abc import Collection, Sequence

from schema.reading.requests import Seen
from schema.web import cors
from schema.web.graphql import http
from schema.web.graphql.http import Header, Headers, HTTPRefusal, Message, Receive, Scope, Send

NO_STORE: Header = (b"cache-control", b"private, no-store")
"""The header for the answer to a GET that no cache may store."""


class Exchange:
    """A GraphQL request over HTTP. `may_change`: True for a POST; no other method changes anything.

    `more`: additional headers of the answer. A HEAD is a GET whose body isn't sent.
    """

    __slots__ = ("_send", "headers", "is_head", "kind", "may_change", "more", "receive", "scope", "seen")

    def __init__(
        self, scope: Scope, headers: Headers, receive: Receive, send: Send, origins: Collection[str] = ()
    ) -> None:
        method = scope["method"]
        self.may_change = method == "POST"
        self.is_head = method == "HEAD"
        self.scope: Scope = {**scope, "method": "GET"} if self.is_head else scope
        self.headers = headers
        self.receive = receive
        self.seen = Seen()
        self.kind = http.media_type(headers)
        self.more = cors.allowed(headers, origins)
        self._send = send

    async def respond(self, status: int, kind: bytes, body: bytes, more: Sequence[Header] = ()) -> None:
        """Send a whole answer. It varies by credentials and language, so that no cache mixes answers up."""
        headers = [
            http.content_type(kind),
            (b"content-length", b"%d" % len(body)),
            http.VARIES,
            *more,
            *self.more,
        ]
        if not self.may_change and all(name != b"cache-control" for name, _ in more):
            headers.append(NO_STORE)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self.is_head else body})

    async def respond_unchanged(self, more: Sequence[Header]) -> None:
        """Send 304: the client has the answer already."""
        headers = [*more, http.VARIES, *self.more]
        await self._send({"type": "http.response.start", "status": 304, "headers": headers})
        await self._send({"type": "http.response.body", "body": b""})

    async def refuse(self, refusal: HTTPRefusal) -> None:
        """Send a refusal as a GraphQL error."""
        seen = self.seen
        seen.kind, seen.codes = "failed" if refusal.status >= 500 else "refused", (*seen.codes, refusal.code)
        await self.respond(refusal.status, self.kind, http.body_of(refusal), refusal.headers)

    @property
    def send(self) -> Send:
        """Return a `send` that adds the common headers, for Strawberry's view and for streams."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *self.more]
                if not self.may_change and all(name != b"cache-control" for name, _ in headers):
                    headers.append(NO_STORE)
                message = {**message, "headers": headers}
            elif self.is_head:
                message = {**message, "body": b""}
            await self._send(message)

        return sending
