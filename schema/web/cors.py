"""Which websites' scripts may read the answers (CORS), and the origins of publishable keys.

Any page may send requests without credentials that a browser adds by itself: public data is public, and a key or token
is known to the page that sends it. The origins of a publishable key are checked when it is used; a preflight doesn't
say which key is meant. With a session's cookie only the confederation's own configured websites may send requests; the
answer to a cookie can't be read anywhere else.
"""

import re
from collections.abc import Collection

from schema.web.graphql.http import Headers, HTTPRefusal, Message, Send

_METHODS = (b"access-control-allow-methods", b"GET, POST")
_USUAL_HEADERS = b"accept, accept-language, authorization, content-type, if-none-match"
_HEADER_NAMES = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9a-z-]+)*", re.IGNORECASE)
_LONGEST_LIST = 1_000
_LONGEST_ORIGIN = 300
"""Maximum size in bytes: a scheme, a host name of 253 bytes and a port."""
_KEPT = (b"access-control-max-age", b"7200")
_EXPOSED = (b"access-control-expose-headers", b"etag, retry-after")
_ANYBODY = (b"access-control-allow-origin", b"*")
_BY_ORIGIN = (b"vary", b"origin")
_BY_PREFLIGHT = (b"vary", b"access-control-request-headers")


def foreign_origin(headers: Headers) -> str | None:
    """Return the origin of the page whose script sends the request; None without one, and for this
    server's own pages.
    """
    origin = headers.get(b"origin")
    if origin is not None and len(origin) > _LONGEST_ORIGIN:
        raise HTTPRefusal(400, "BAD_REQUEST", f"An origin may have at most {_LONGEST_ORIGIN} bytes.")
    if origin is None or headers.get(b"sec-fetch-site") == b"same-origin":
        return None
    is_own = origin.partition(b"://")[2] == headers.get(b"host") != b""
    return None if is_own else origin.decode("latin-1")


def not_its_origin() -> HTTPRefusal:
    """Return the refusal of a key that is used by a page of another origin."""
    return HTTPRefusal(403, "FOREIGN_ORIGIN", "This key is not valid for pages of this origin.")


def is_preflight(method: str, headers: Headers) -> bool:
    """Return True for a CORS preflight."""
    return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers


async def preflight(headers: Headers, own: Collection[str], send: Send) -> None:
    """Answer a preflight."""
    found = [*allowed(headers, own), _METHODS, _headers_of(headers), _BY_PREFLIGHT, _KEPT]
    await send({"type": "http.response.start", "status": 204, "headers": found})
    await send({"type": "http.response.body", "body": b""})


def _headers_of(headers: Headers) -> tuple[bytes, bytes]:
    """Return the request headers that a page may send: any that it asks for. Names of clients and traces carry no
    credentials.

    Allowing a header makes a browser add no credentials: cookies depend on the origin, and whoever sets `authorization`
    knows its value.
    """
    wished = headers.get(b"access-control-request-headers", b"").strip()
    if len(wished) > _LONGEST_LIST or _HEADER_NAMES.fullmatch(wished) is None:
        wished = _USUAL_HEADERS
    return b"access-control-allow-headers", wished


def opened(headers: Headers, own: Collection[str], send: Send) -> Send:
    """Wrap `send` to add the CORS headers. `own`: the origins that may send a cookie."""
    found = allowed(headers, own)

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *found]}
        await send(message)

    return sending if found else send


def allowed(headers: Headers, own: Collection[str]) -> list[tuple[bytes, bytes]]:
    """Return the CORS headers of an answer."""
    origin = headers.get(b"origin")
    varies = [_BY_ORIGIN] if own else []
    if origin is not None and origin.decode("latin-1") in own:
        credentials = (b"access-control-allow-credentials", b"true")
        return [(b"access-control-allow-origin", origin), credentials, _EXPOSED, *varies]
    # Sent to every client, page or not: a shared cache gives the answer to one to the other.
    return varies if b"cookie" in headers else [_ANYBODY, _EXPOSED, *varies]
