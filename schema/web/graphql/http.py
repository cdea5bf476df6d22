"""GraphQL over HTTP: parsing of requests, and sending of answers and refusals."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]
Header = tuple[bytes, bytes]

LARGEST_BODY = 1_000_000
"""Maximum size of a body in bytes; a larger one is refused unread."""

LONGEST_NAME = 200
"""Maximum number of characters of an operation's name: it is part of the key of cached plans."""

MOST_NESTING_LEVELS = 200
"""Maximum nesting of objects and lists in a request: less than orjson can write, and than Python can recurse."""

JSON = b"application/json"
GRAPHQL_JSON = b"application/graphql-response+json"
VARY = b"accept, accept-language, authorization, cookie"
VARIES: Header = (b"vary", VARY)

_HASH = re.compile(r"[0-9a-f]{64}")
_OBJECT = (dict, type(None))
_TEXT = (str, type(None))


@dataclass
class HTTPRefusal(Exception):
    """A request that is refused by HTTP itself, before GraphQL or instead of it. `told`: further extensions of its
    error.
    """

    status: int
    code: str
    message: str
    headers: Sequence[tuple[bytes, bytes]] = ()
    told: Mapping[str, Any] = field(default_factory=dict)


class Named(NamedTuple):
    """A document named by its hash, which is empty if it is no SHA-256. `is_automatic`: by Apollo's protocol."""

    sha256: str
    is_automatic: bool


class RequestParams(NamedTuple):
    """A well-formed GraphQL request. `named`: how it names its document; the document is then empty unless sent as
    well.

    `is_trusted`: True if the document was registered beforehand.
    """

    document: str
    variables: dict[str, Any]
    operation_name: str | None
    named: Named | None = None
    is_trusted: bool = False


def media_type(headers: Headers) -> bytes:
    """Return the media type of the answer: GraphQL's own if the client accepts it and doesn't prefer JSON."""
    accept = headers.get(b"accept", b"").lower()
    if GRAPHQL_JSON not in accept:
        return JSON
    if b"q=" not in accept:
        return GRAPHQL_JSON
    accepted = {kind.strip(): _quality(rest) for kind, _, rest in (item.partition(b";") for item in accept.split(b","))}
    quality = accepted.get(GRAPHQL_JSON, 0)
    return GRAPHQL_JSON if quality > 0 and quality >= accepted.get(JSON, 0) else JSON


def _quality(parameters: bytes) -> float:
    for parameter in parameters.split(b";"):
        name, _, value = parameter.strip().partition(b"=")
        if name == b"q":
            try:
                return float(value)
            except ValueError:
                return 0
    return 1


def accepts(headers: Headers, kind: bytes) -> bool:
    """Return True if the client accepts this media type by name, and not with `q=0`."""
    accept = headers.get(b"accept", b"").lower()
    if kind not in accept:
        return False
    named = (item.partition(b";") for item in accept.split(b","))
    return any(name.strip() == kind and _quality(parameters) > 0 for name, _, parameters in named)


def wants_page(scope: Scope, headers: Headers) -> bool:
    """Return True if a browser requests a page instead of data."""
    query = scope["query_string"]
    return (
        scope["method"] == "GET"
        and b"text/html" in headers.get(b"accept", b"")
        and not (b"query=" in query or b"documentId=" in query or b"extensions=" in query)
    )


async def read_body(receive: Receive, headers: Headers) -> bytes:
    """Read the body. Raise HTTPRefusal if it is too large, or announced as too large."""
    length = headers.get(b"content-length", b"0")
    # Python limits the length of an int's text
    if length.isdigit() and (len(length) > 20 or int(length) > LARGEST_BODY):
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
    return HTTPRefusal(413, "BODY_TOO_LARGE", f"A body may have at most {LARGEST_BODY} bytes.")


def parse_request(scope: Scope, headers: Headers, body: bytes) -> RequestParams:
    """Parse a request. Raise HTTPRefusal if it is not a valid request of GraphQL over HTTP."""
    if scope["method"] == "GET":
        given: Any = _query_string(scope["query_string"])
        for part in ("variables", "extensions"):
            if part in given:
                given[part] = _json(given[part])
    elif scope["method"] == "POST":
        if not _is_plain_json(headers):
            raise HTTPRefusal(
                415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8, without a content encoding."
            )
        given = _json(body)
    else:
        raise not_allowed("Use GET or POST for GraphQL.", b"GET, HEAD, POST")
    return parse_params(given)


def parse_params(given: Any) -> RequestParams:
    """Parse the members of a request. Raise HTTPRefusal if they are not those of GraphQL over HTTP."""
    if type(given) is not dict:
        raise HTTPRefusal(400, "BAD_REQUEST", "The request must be one JSON object.")
    document: Any = given.get("query")
    variables: Any = given.get("variables")
    name: Any = given.get("operationName")
    extensions: Any = given.get("extensions")
    if not isinstance(extensions, _OBJECT):
        raise HTTPRefusal(400, "BAD_REQUEST", "`extensions` must be an object.")
    named = _named(given, extensions or {}) if extensions or "documentId" in given else None
    if document is None and named is not None:
        document = ""
    if type(document) is not str:
        raise HTTPRefusal(400, "BAD_REQUEST", "The request must have a `query`, which must be text.")
    if not isinstance(variables, _OBJECT):
        raise HTTPRefusal(400, "BAD_REQUEST", "`variables` must be an object.")
    if not isinstance(name, _TEXT) or len(name or "") > LONGEST_NAME:
        raise HTTPRefusal(400, "BAD_REQUEST", f"`operationName` must be text of at most {LONGEST_NAME} characters.")
    return RequestParams(document, variables or {}, name or None, named)


def _named(given: Mapping[str, Any], extensions: Mapping[str, Any]) -> Named | None:
    """Return how a request names its document. Two names, or an ID beside the text, are refused: no cache could tell
    which one counts.
    """
    id, persisted = given.get("documentId"), extensions.get("persistedQuery")
    if id is not None:
        if type(id) is not str:
            raise HTTPRefusal(400, "BAD_REQUEST", "`documentId` must be text.")
        if given.get("query") is not None or persisted is not None:
            raise HTTPRefusal(400, "BAD_REQUEST", "The request must have either a query or a documentId, not both.")
        return Named(_sha256(id.removeprefix("sha256:")), is_automatic=False)
    if persisted is None:
        return None
    if type(persisted) is not dict or persisted.get("version") != 1 or type(persisted.get("sha256Hash")) is not str:
        raise HTTPRefusal(400, "BAD_REQUEST", "A persisted query must have version 1 and a sha256Hash.")
    return Named(_sha256(persisted["sha256Hash"]), is_automatic=True)


def _sha256(text: str) -> str:
    return text if _HASH.fullmatch(text) else ""


def not_allowed(message: str, methods: bytes) -> HTTPRefusal:
    """Return the refusal of a method."""
    return HTTPRefusal(405, "METHOD_NOT_ALLOWED", message, [(b"allow", methods)])


def _query_string(text: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise HTTPRefusal(400, "BAD_REQUEST", "The URL has too many parameters.") from None
    if len(dict(pairs)) < len(pairs):
        # A cache that uses the first value, where we use the last, would store one answer for another.
        raise HTTPRefusal(400, "BAD_REQUEST", "A parameter must not be repeated.")
    return {name: value for name, value in pairs if value}


def json_body(headers: Headers, body: bytes) -> dict[str, Any]:
    """Return the members of a body that is one JSON object. Raise HTTPRefusal for any other body."""
    if not _is_plain_json(headers):
        raise HTTPRefusal(
            415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8, without a content encoding."
        )
    given = _json(body)
    if type(given) is not dict:
        raise HTTPRefusal(400, "BAD_REQUEST", "The request must be one JSON object.")
    return given


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
        return loads(text)
    except orjson.JSONDecodeError:
        deep = f"The body is not JSON in UTF-8, or it is nested more than {MOST_NESTING_LEVELS} levels deep."
        raise HTTPRefusal(400, "BAD_JSON", deep) from None


def loads(text: bytes | str) -> Any:
    """Parse JSON. Raise orjson.JSONDecodeError also if it is nested too deep to be written again."""
    value = orjson.loads(text)
    braces = (b"{", b"[") if isinstance(text, bytes) else ("{", "[")
    if sum(map(text.count, braces)) > MOST_NESTING_LEVELS and _is_deeper(value):  # type: ignore[arg-type]
        raise orjson.JSONDecodeError("too deep", "", 0)
    return value


def _is_deeper(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_NESTING_LEVELS):
        level = [
            inner
            for item in level
            for inner in (item.values() if type(item) is dict else item)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that delivers the same body again, to the next reader."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def content_type(kind: bytes) -> Header:
    """Return the Content-Type header."""
    return _CONTENT_TYPES.get(kind) or (b"content-type", kind + b"; charset=utf-8")


_CONTENT_TYPES = {kind: (b"content-type", kind + b"; charset=utf-8") for kind in (JSON, GRAPHQL_JSON)}


async def respond(send: Send, status: int, kind: bytes, body: bytes, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Send a whole answer. It varies by credentials and language, so that no cache mixes answers up."""
    headers = [
        content_type(kind),
        (b"content-length", b"%d" % len(body)),
        VARIES,
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, kind: bytes, refusal: HTTPRefusal) -> None:
    """Send a refusal as a GraphQL error."""
    await respond(send, refusal.status, kind, body_of(refusal), refusal.headers)


def body_of(refusal: HTTPRefusal) -> bytes:
    """Return the body of a refusal: a GraphQL error."""
    error = {"message": refusal.message, "extensions": {"code": refusal.code, **refusal.told}}
    return orjson.dumps({"errors": [error]})
