"""GraphQL over HTTP, in bytes: what is asked in a request, and how an answer or a refusal is sent."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

LARGEST_BODY = 1_000_000
"""Bytes; a larger body is refused unread."""

JSON = b"application/json"
GRAPHQL_JSON = b"application/graphql-response+json"
VARY = b"accept, accept-language, authorization"


_OBJECT = (dict, type(None))
_TEXT = (str, type(None))


@dataclass
class HTTPRefusal(Exception):
    """A request that is refused as such, before or instead of GraphQL."""

    status: int
    code: str
    message: str
    headers: Sequence[tuple[bytes, bytes]] = ()


class Asked(NamedTuple):
    """A well-formed GraphQL request."""

    document: str
    variables: dict[str, Any]
    operation_name: str | None


def media_type(headers: Headers) -> bytes:
    """What the answer is sent as: the specification's own type where the client accepts it and doesn't prefer JSON."""
    accept = headers.get(b"accept", b"").lower()
    if GRAPHQL_JSON not in accept:
        return JSON
    if b"q=" not in accept:
        return GRAPHQL_JSON
    asked = {kind.strip(): _quality(rest) for kind, _, rest in (item.partition(b";") for item in accept.split(b","))}
    quality = asked.get(GRAPHQL_JSON, 0)
    return GRAPHQL_JSON if quality > 0 and quality >= asked.get(JSON, 0) else JSON


def _quality(parameters: bytes) -> float:
    for parameter in parameters.split(b";"):
        name, _, value = parameter.strip().partition(b"=")
        if name == b"q":
            try:
                return float(value)
            except ValueError:
                return 0
    return 1


def wants_page(scope: Scope, headers: Headers) -> bool:
    """Whether a browser asks for the page, not for data."""
    return (
        scope["method"] == "GET"
        and b"text/html" in headers.get(b"accept", b"")
        and b"query=" not in scope["query_string"]
    )


async def read_body(receive: Receive, headers: Headers) -> bytes:
    """The body. HTTPRefusal where it is too large, or says so."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise _too_large()
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
    if len(body) > LARGEST_BODY:
        raise _too_large()
    return body


def _too_large() -> HTTPRefusal:
    return HTTPRefusal(413, "BODY_TOO_LARGE", f"A body has at the most {LARGEST_BODY} bytes.")


def asked(scope: Scope, headers: Headers, body: bytes) -> Asked:
    """What is asked. HTTPRefusal where the request isn't one of GraphQL over HTTP."""
    if scope["method"] == "GET":
        given: Any = _query_string(scope["query_string"])
        for part in ("variables", "extensions"):
            if part in given:
                given[part] = _json(given[part])
    elif scope["method"] == "POST":
        if not _is_plain_json(headers):
            raise HTTPRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "A request's body is application/json, plainly in UTF-8.")
        given = _json(body)
    else:
        raise not_allowed("GraphQL is asked by GET or POST.", b"GET, POST")
    if type(given) is not dict:
        raise HTTPRefusal(400, "BAD_REQUEST", "A request is one JSON object.")
    document: Any = given.get("query")
    variables: Any = given.get("variables")
    name: Any = given.get("operationName")
    if type(document) is not str:
        raise HTTPRefusal(400, "BAD_REQUEST", "A request has a query, which is text.")
    if not isinstance(variables, _OBJECT):
        raise HTTPRefusal(400, "BAD_REQUEST", "Variables are an object.")
    if not isinstance(name, _TEXT):
        raise HTTPRefusal(400, "BAD_REQUEST", "An operation's name is text.")
    if not isinstance(given.get("extensions"), _OBJECT):
        raise HTTPRefusal(400, "BAD_REQUEST", "Extensions are an object.")
    return Asked(document, variables or {}, name or None)


def not_allowed(message: str, methods: bytes) -> HTTPRefusal:
    """A method that this can't be asked by."""
    return HTTPRefusal(405, "METHOD_NOT_ALLOWED", message, [(b"allow", methods)])


def _query_string(text: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(text.decode("latin-1"), max_num_fields=20))
    except ValueError:
        raise HTTPRefusal(400, "BAD_REQUEST", "The address has too many parameters.") from None


def _is_plain_json(headers: Headers) -> bool:
    kind = headers.get(b"content-type", b"")
    if kind != JSON:
        name, *parameters = (part.strip() for part in kind.lower().split(b";"))
        charsets = [part.partition(b"=")[2].strip(b'"') for part in parameters if part.startswith(b"charset=")]
        if name != JSON or any(charset not in (b"utf-8", b"utf8") for charset in charsets):
            return False
    return headers.get(b"content-encoding", b"identity").lower() == b"identity"


def _json(text: bytes | str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise HTTPRefusal(400, "BAD_JSON", "This is not JSON in UTF-8.") from None


def replay(body: bytes, receive: Receive) -> Receive:
    """The same body once more, for whoever reads it next."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


async def respond(send: Send, status: int, kind: bytes, body: bytes, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Send a whole answer. It differs by who asks and in which language: no cache may mix them up."""
    headers = [
        (b"content-type", kind + b"; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"vary", VARY),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, kind: bytes, refusal: HTTPRefusal) -> None:
    """Send a refusal, as GraphQL tells errors."""
    error = {"message": refusal.message, "extensions": {"code": refusal.code}}
    await respond(send, refusal.status, kind, orjson.dumps({"errors": [error]}), refusal.headers)
