"""GraphQL over HTTP, in bytes: what is asked in a request, and how an answer or a refusal is sent."""

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
"""Bytes; a larger body is refused unread."""

LONGEST_NAME = 200
"""Characters of an operation's name: it is kept with the plans of its document."""

DEEPEST = 200
"""How often objects and lists of a request are in each other: fewer than orjson writes, or Python recurses."""

JSON = b"application/json"
GRAPHQL_JSON = b"application/graphql-response+json"
VARY = b"accept, accept-language, authorization, cookie"
VARIES: Header = (b"vary", VARY)

_HASH = re.compile(r"[0-9a-f]{64}")
_OBJECT = (dict, type(None))
_TEXT = (str, type(None))


@dataclass
class HTTPRefusal(Exception):
    """A request that is refused as such, before or instead of GraphQL. `told`: what else its error's extensions say."""

    status: int
    code: str
    message: str
    headers: Sequence[tuple[bytes, bytes]] = ()
    told: Mapping[str, Any] = field(default_factory=dict)


class Named(NamedTuple):
    """A document by its hash, empty where it is no SHA-256; `is_automatic`: by Apollo's protocol."""

    sha256: str
    is_automatic: bool


class Asked(NamedTuple):
    """A well-formed GraphQL request. `named`: how it names its document, which is empty where that isn't sent as well.

    `is_trusted`: the document was registered beforehand.
    """

    document: str
    variables: dict[str, Any]
    operation_name: str | None
    named: Named | None = None
    is_trusted: bool = False


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


def accepts(headers: Headers, kind: bytes) -> bool:
    """Whether the client names this media type, and not to say that it doesn't want it (`q=0`)."""
    accept = headers.get(b"accept", b"").lower()
    if kind not in accept:
        return False
    named = (item.partition(b";") for item in accept.split(b","))
    return any(name.strip() == kind and _quality(parameters) > 0 for name, _, parameters in named)


def wants_page(scope: Scope, headers: Headers) -> bool:
    """Whether a browser asks for the page, not for data."""
    asked = scope["query_string"]
    return (
        scope["method"] == "GET"
        and b"text/html" in headers.get(b"accept", b"")
        and not (b"query=" in asked or b"documentId=" in asked or b"extensions=" in asked)
    )


async def read_body(receive: Receive, headers: Headers) -> bytes:
    """The body. HTTPRefusal where it is too large, or says so."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and (len(length) > 20 or int(length) > LARGEST_BODY):  # an int has a longest text
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
        raise not_allowed("GraphQL is asked by GET or POST.", b"GET, HEAD, POST")
    return read(given)


def read(given: Any) -> Asked:
    """What is asked by the members of a request. HTTPRefusal where they aren't those of GraphQL over HTTP."""
    if type(given) is not dict:
        raise HTTPRefusal(400, "BAD_REQUEST", "A request is one JSON object.")
    document: Any = given.get("query")
    variables: Any = given.get("variables")
    name: Any = given.get("operationName")
    extensions: Any = given.get("extensions")
    if not isinstance(extensions, _OBJECT):
        raise HTTPRefusal(400, "BAD_REQUEST", "Extensions are an object.")
    named = _named(given, extensions or {}) if extensions or "documentId" in given else None
    if document is None and named is not None:
        document = ""
    if type(document) is not str:
        raise HTTPRefusal(400, "BAD_REQUEST", "A request has a query, which is text.")
    if not isinstance(variables, _OBJECT):
        raise HTTPRefusal(400, "BAD_REQUEST", "Variables are an object.")
    if not isinstance(name, _TEXT) or len(name or "") > LONGEST_NAME:
        raise HTTPRefusal(400, "BAD_REQUEST", f"An operation's name is text of {LONGEST_NAME} characters at the most.")
    return Asked(document, variables or {}, name or None, named)


def _named(given: Mapping[str, Any], extensions: Mapping[str, Any]) -> Named | None:
    """How a request names its document. By two names, or by an id beside its text, no cache could tell what it was."""
    id, persisted = given.get("documentId"), extensions.get("persistedQuery")
    if id is not None:
        if type(id) is not str:
            raise HTTPRefusal(400, "BAD_REQUEST", "A document's id is text.")
        if given.get("query") is not None or persisted is not None:
            raise HTTPRefusal(400, "BAD_REQUEST", "A request has a query or a documentId, not both.")
        return Named(_sha256(id.removeprefix("sha256:")), is_automatic=False)
    if persisted is None:
        return None
    if type(persisted) is not dict or persisted.get("version") != 1 or type(persisted.get("sha256Hash")) is not str:
        raise HTTPRefusal(400, "BAD_REQUEST", "A persisted query has version 1 and a sha256Hash.")
    return Named(_sha256(persisted["sha256Hash"]), is_automatic=True)


def _sha256(text: str) -> str:
    return text if _HASH.fullmatch(text) else ""


def not_allowed(message: str, methods: bytes) -> HTTPRefusal:
    """A method that this can't be asked by."""
    return HTTPRefusal(405, "METHOD_NOT_ALLOWED", message, [(b"allow", methods)])


def _query_string(text: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise HTTPRefusal(400, "BAD_REQUEST", "The address has too many parameters.") from None
    if len(dict(pairs)) < len(pairs):
        # A cache that goes by the first, where we go by the last, would keep one's answer for the other.
        raise HTTPRefusal(400, "BAD_REQUEST", "A parameter is given once.")
    return {name: value for name, value in pairs if value}


def json_body(headers: Headers, body: bytes) -> dict[str, Any]:
    """The members of a body that is one JSON object. HTTPRefusal where it is anything else."""
    if not _is_plain_json(headers):
        raise HTTPRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "A request's body is application/json, plainly in UTF-8.")
    given = _json(body)
    if type(given) is not dict:
        raise HTTPRefusal(400, "BAD_REQUEST", "A request is one JSON object.")
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
        deep = f"This is not JSON in UTF-8, or its values are in each other more than {DEEPEST} times."
        raise HTTPRefusal(400, "BAD_JSON", deep) from None


def loads(text: bytes | str) -> Any:
    """The value. orjson.JSONDecodeError also where it is deeper than what could be written again."""
    value = orjson.loads(text)
    braces = (b"{", b"[") if isinstance(text, bytes) else ("{", "[")
    if sum(map(text.count, braces)) > DEEPEST and _is_deeper(value):  # type: ignore[arg-type]
        raise orjson.JSONDecodeError("too deep", "", 0)
    return value


def _is_deeper(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
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
    """The same body once more, for whoever reads it next."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def content_type(kind: bytes) -> Header:
    """The header that says so."""
    return _CONTENT_TYPES.get(kind) or (b"content-type", kind + b"; charset=utf-8")


_CONTENT_TYPES = {kind: (b"content-type", kind + b"; charset=utf-8") for kind in (JSON, GRAPHQL_JSON)}


async def respond(send: Send, status: int, kind: bytes, body: bytes, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Send a whole answer. It differs by who asks and in which language: no cache may mix them up."""
    headers = [
        content_type(kind),
        (b"content-length", b"%d" % len(body)),
        VARIES,
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, kind: bytes, refusal: HTTPRefusal) -> None:
    """Send a refusal, as GraphQL tells errors."""
    await respond(send, refusal.status, kind, body_of(refusal), refusal.headers)


def body_of(refusal: HTTPRefusal) -> bytes:
    """A refusal as GraphQL tells errors."""
    error = {"message": refusal.message, "extensions": {"code": refusal.code, **refusal.told}}
    return orjson.dumps({"errors": [error]})
