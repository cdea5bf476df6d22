"""Which pages' scripts may read the answers (CORS), and which page a key is shown on.

Any page may ask, without credentials that a browser adds by itself: what is public is public, and a key or a token is
known to the page that sends it. Which pages may use a publishable key is decided when it is used, by its origins; a
preflight doesn't say which key is meant. With a session's cookie only the confederation's own websites may ask, those
that are configured; the answer to a cookie is never readable anywhere else.
"""

import re
from collections.abc import Collection

from schema.web.graphql.http import Headers, HTTPRefusal, Message, Send

_METHODS = (b"access-control-allow-methods", b"GET, POST")
_USUAL_HEADERS = b"accept, accept-language, authorization, content-type, if-none-match"
_HEADER_NAMES = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9a-z-]+)*", re.IGNORECASE)
_LONGEST_LIST = 1_000
_LONGEST_ORIGIN = 300
"""Bytes: a scheme, a host name of 253 and a port."""
_KEPT = (b"access-control-max-age", b"7200")
_EXPOSED = (b"access-control-expose-headers", b"etag, retry-after")
_ANYBODY = (b"access-control-allow-origin", b"*")
_BY_ORIGIN = (b"vary", b"origin")
_BY_PREFLIGHT = (b"vary", b"access-control-request-headers")


def foreign_origin(headers: Headers) -> str | None:
    """The origin of the page whose script asks; None where there is none, or it is this server's own page."""
    origin = headers.get(b"origin")
    if origin is not None and len(origin) > _LONGEST_ORIGIN:
        raise HTTPRefusal(400, "BAD_REQUEST", f"An origin has at the most {_LONGEST_ORIGIN} bytes.")
    if origin is None or headers.get(b"sec-fetch-site") == b"same-origin":
        return None
    is_own = origin.partition(b"://")[2] == headers.get(b"host") != b""
    return None if is_own else origin.decode("latin-1")


def not_its_origin() -> HTTPRefusal:
    """A key is shown by a page that it isn't for."""
    return HTTPRefusal(403, "FOREIGN_ORIGIN", "This key is not for pages of this origin.")


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks what a page may ask."""
    return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers


async def preflight(headers: Headers, own: Collection[str], send: Send) -> None:
    """Answer that."""
    found = [*allowed(headers, own), _METHODS, _headers_of(headers), _BY_PREFLIGHT, _KEPT]
    await send({"type": "http.response.start", "status": 204, "headers": found})
    await send({"type": "http.response.body", "body": b""})


def _headers_of(headers: Headers) -> tuple[bytes, bytes]:
    """Which headers a page may send: whatever it asks for. Names of clients and traces carry no credentials.

    A browser adds no credentials to a request because of an allowed header: cookies go by the origin, and whoever sets
    `authorization` knows what it says.
    """
    wished = headers.get(b"access-control-request-headers", b"").strip()
    if len(wished) > _LONGEST_LIST or _HEADER_NAMES.fullmatch(wished) is None:
        wished = _USUAL_HEADERS
    return b"access-control-allow-headers", wished


def opened(headers: Headers, own: Collection[str], send: Send) -> Send:
    """How a request is answered so that scripts can read it. `own`: the origins that may ask with a cookie."""
    found = allowed(headers, own)

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *found]}
        await send(message)

    return sending if found else send


def allowed(headers: Headers, own: Collection[str]) -> list[tuple[bytes, bytes]]:
    """What an answer says of who may read it."""
    origin = headers.get(b"origin")
    varies = [_BY_ORIGIN] if own else []
    if origin is not None and origin.decode("latin-1") in own:
        credentials = (b"access-control-allow-credentials", b"true")
        return [(b"access-control-allow-origin", origin), credentials, _EXPOSED, *varies]
    # Said to whoever asks, page or not: a shared cache gives one's answer to the other.
    return varies if b"cookie" in headers else [_ANYBODY, _EXPOSED, *varies]
