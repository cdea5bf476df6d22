"""The table of hostile requests: bytes, and the status and the code that they are answered with.

Everything is asked with `Accept: application/graphql-response+json`, where a document that isn't executed is a 400; and
once more without, where it is a 200 with the same errors. A refusal of the request itself is the same for both.
"""

import base64
import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

BAD_JSON, BAD_REQUEST, TOO_MUCH, INVALID_INPUT = "BAD_JSON", "BAD_REQUEST", "TOO_MUCH", "INVALID_INPUT"
UNSUPPORTED, TOO_LARGE = "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"
ORDERED = "query ($o: [EventOrder!]) { events(orderBy: $o) { nodes { slug } } }"
KEY = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Case:
    """A request, and the status and the code that it gets; without a code it is answered. `query`: of the address.

    `is_document`: what is wrong is the document, not the request.
    """

    name: str
    status: int
    code: str | None
    body: bytes = b""
    method: str = "POST"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_document: bool = False


def _asked(document: str, variables: Any = None, **more: Any) -> bytes:
    return json.dumps({"query": document, "variables": variables, **more}).encode()


def _document(name: str, code: str | None, document: str, variables: Any = None, **more: Any) -> Case:
    return Case(name, 400 if code else 200, code, _asked(document, variables, **more), is_document=True)


def _field(name: str, code: str, document: str, variables: Any = None) -> Case:
    """An answer in which a field says what is wrong with its arguments."""
    return Case(name, 200, code, _asked(document, variables))


def _raw(name: str, code: str, body: bytes, status: int = 400, **headers: str) -> Case:
    return Case(name, status, code, body, headers={key.replace("_", "-"): value for key, value in headers.items()})


def _get(name: str, code: str, query: str, *, is_document: bool = False) -> Case:
    return Case(name, 400, code, method="GET", query=query, is_document=is_document)


def _many(form: str, number: int) -> str:
    return " ".join(form.format(i) for i in range(number))


def _digits(number: int, code: str, *, is_document: bool) -> Case:
    body = _asked(EVENTS, {"f": 0}).replace(b": 0", b": " + b"9" * number)
    return Case(f"{number} digits in a variable", 400, code, body, is_document=is_document)


def _nested(levels: int, inner: Any, key: str = "not") -> Any:
    for _ in range(levels):
        inner = {key: inner}
    return inner


def _cursor(text: bytes) -> str:
    return base64.b64encode(text).decode()


PLAIN = b'{"query": "{ __typename }"}'
EVENT = "query ($s: String!) { event(slug: $s) { slug } }"
EVENTS = "query ($w: EventWhere, $f: Int, $a: String) { events(where: $w, first: $f, after: $a) { nodes { slug } } }"
NODE = "query ($id: ID!) { node(id: $id) { id } }"

BODIES = [
    _raw("nothing", BAD_JSON, b""),
    _raw("only white space", BAD_JSON, b" \n\t" * 1_000),
    _raw("100,000 brackets", BAD_JSON, b"[" * 100_000),
    _raw("100,000 brackets that close", BAD_JSON, b"[" * 100_000 + b"]" * 100_000),
    _raw("100,000 braces", BAD_JSON, b'{"query":' * 100_000),
    _raw("variables of 100,000 brackets", BAD_JSON, b'{"query":"{a}","variables":{"a":' + b"[" * 100_000 + b"}}"),
    _raw("20 MB", TOO_LARGE, b'{"query": "' + b"x" * 20_000_000 + b'"}', 413),
    _raw("20 MB of brackets", TOO_LARGE, b"[" * 20_000_000, 413),
    _raw("one byte too many", TOO_LARGE, PLAIN.ljust(1_000_001), 413),
    _raw("a NUL", BAD_JSON, b"\0"),
    _raw("NUL in a text", BAD_JSON, b'{"query": "{ \0 }"}'),
    _raw("a lone surrogate", BAD_JSON, b'{"query": "\\ud800"}'),
    _raw("a lone surrogate in variables", BAD_JSON, b'{"query": "{a}", "variables": {"s": "\\udfff"}}'),
    _raw("a surrogate as bytes", BAD_JSON, b'{"query": "\xed\xa0\x80"}'),
    _raw("not UTF-8", BAD_JSON, b'{"query": "\xff\xfe"}'),
    _raw("an overlong letter", BAD_JSON, b'{"query": "\xc0\xaf"}'),
    _raw("a byte order mark", BAD_JSON, b"\xef\xbb\xbf" + PLAIN),
    _raw("UTF-16", BAD_JSON, PLAIN.decode().encode("utf-16")),
    _raw(
        "UTF-32, and says so",
        UNSUPPORTED,
        PLAIN.decode().encode("utf-32"),
        415,
        content_type="application/json;charset=utf-32",
    ),
    _raw("NaN", BAD_JSON, b'{"query": "{a}", "variables": {"a": NaN}}'),
    _raw("infinity", BAD_JSON, b'{"query": "{a}", "variables": {"a": 1e999}}'),
    _raw("two objects", BAD_JSON, PLAIN + PLAIN),
    _raw("a comment", BAD_JSON, b"/* */" + PLAIN),
    _raw("single quotes", BAD_JSON, b"{'query': '{ __typename }'}"),
    _raw("a batch", BAD_REQUEST, b"[" + PLAIN + b"]"),
    _raw("a batch of 20,000", BAD_REQUEST, b"[" + b",".join([PLAIN] * 20_000) + b"]"),
    _raw("a text", BAD_REQUEST, b'"{ __typename }"'),
    _raw("a number", BAD_REQUEST, b"9" * 18),
    _raw("a query of another type", BAD_REQUEST, b'{"query": {"a": 1}}'),
    _raw("variables of another type", BAD_REQUEST, b'{"query": "{ __typename }", "variables": [1]}'),
    _raw("extensions of another type", BAD_REQUEST, b'{"query": "{ __typename }", "extensions": "x"}'),
    Case("members twice", 200, None, b'{"query": "{", "query": "{ __typename }"}'),
    Case("members that nobody knows", 200, None, b'{"query": "{ __typename }", "__proto__": {}, "": []}'),
    _raw("plain text", UNSUPPORTED, PLAIN, 415, content_type="text/plain"),
    _raw(
        "a form, as another site can send it",
        UNSUPPORTED,
        b"query=%7B__typename%7D",
        415,
        content_type="application/x-www-form-urlencoded",
    ),
    _raw(
        "an upload",
        UNSUPPORTED,
        b'--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n' + PLAIN + b"\r\n--x--\r\n",
        415,
        content_type="multipart/form-data; boundary=x",
    ),
    _raw("no type", UNSUPPORTED, PLAIN, 415, content_type=""),
    _raw("a type of 60 kB", UNSUPPORTED, PLAIN, 415, content_type="a/b;" * 15_000),
    _raw("a gzip bomb", UNSUPPORTED, gzip.compress(b" " * 50_000_000, 1), 415, content_encoding="gzip"),
    _raw("deflated", UNSUPPORTED, zlib.compress(PLAIN), 415, content_encoding="deflate"),
    _raw("encoded twice", UNSUPPORTED, PLAIN, 415, content_encoding="identity, gzip"),
    _raw("compressed without a word", BAD_JSON, gzip.compress(PLAIN)),
]

HEADERS = [
    Case("languages of 60 kB", 200, None, PLAIN, headers={"accept-language": "fr;q=0.5," * 6_600}),
    Case("a language of no quality", 200, None, PLAIN, headers={"accept-language": "fr;q=" + "9" * 5_000}),
    Case(
        "types of 60 kB",
        200,
        None,
        PLAIN,
        headers={"accept": "application/graphql-response+json;q=1,a/b;q=0.1," * 1_300},
    ),
    _raw("credentials of 60 kB", "UNKNOWN_CREDENTIALS", PLAIN, 401, authorization="Bearer " + "x" * 60_000),
    _raw("credentials of nobody", "UNKNOWN_CREDENTIALS", PLAIN, 401, authorization="Basic Og=="),
    _raw("keys of nothing", "UNKNOWN_CREDENTIALS", PLAIN, 401, authorization="Bearer sk_" + "é" * 64),
]

ADDRESSES = [
    _get("no query", BAD_REQUEST, "variables={}"),
    _get("not UTF-8 in the address", BAD_REQUEST, "query=%ff%fe", is_document=True),
    _get("a NUL in the address", BAD_REQUEST, "query=%00", is_document=True),
    _get("a surrogate in the address", BAD_REQUEST, "query=%ed%a0%80", is_document=True),
    _get("percent and nothing", BAD_REQUEST, "query=%", is_document=True),
    _get("10,000 parameters", BAD_REQUEST, "query={__typename}" + "&a=1" * 10_000),
    _get("variables of brackets", BAD_JSON, "query={__typename}&variables=" + "[" * 50_000),
    _get("variables of a large number", BAD_REQUEST, "query={__typename}&variables=" + "9" * 18),
    _get(
        "6,000 aliases in the address", TOO_MUCH, "query=" + quote("{" + _many("a:id", 6_000) + "}"), is_document=True
    ),
]

DOCUMENTS = [
    _document("nothing asked", BAD_REQUEST, ""),
    _document("100,000 braces asked", BAD_REQUEST, "{" * 100_000),
    _document("100,000 brackets asked", BAD_REQUEST, "{ event(slug: " + "[" * 99_980),
    _document("100,001 characters", TOO_MUCH, "{ __typename }".ljust(100_001)),
    _document("900,000 characters", TOO_MUCH, "{ __typename }" + "#" * 900_000),
    _document("20,000 aliases", TOO_MUCH, "{" + _many("a{}:__typename", 5_000) + " " + _many("a:id", 15_000) + "}"),
    _document("1,000 aliases", TOO_MUCH, "{" + _many("a{}: __typename", 1_000) + "}"),
    _document("1,000 aliases below", TOO_MUCH, "{confederation{" + _many("a{}:slug", 1_200) + "}}"),
    _document("1,600 unknown fields", TOO_MUCH, "{ confederation {" + _many("slu{}", 1_600) + "} }"),
    _document("800 unknown fields", BAD_REQUEST, "{ confederation {" + _many("slu{}", 800) + "} }"),
    _document("800 fields in conflict", TOO_MUCH, "{ confederation {" + _many("a: slug a: name", 400) + "} }"),
    _document("500 directives", BAD_REQUEST, "{ __typename " + "@include(if: true) " * 500 + "}"),
    _document("1,000 variables", BAD_REQUEST, "query (" + _many("$v{}: Int", 1_000) + ") { __typename }"),
    _document("a fragment in itself", BAD_REQUEST, "{ ...a } fragment a on Query { ...a }"),
    _document(
        "fragments that double 30 times",
        TOO_MUCH,
        '{ association(slug: "x") { ...f0 } } fragment f30 on Association { slug } '
        + " ".join(
            f"fragment f{i} on Association {{ a: affiliations {{ umbrella {{ ...f{i + 1} }} }}"
            f" b: affiliations {{ umbrella {{ ...f{i + 1} }} }} }}"
            for i in range(30)
        ),
    ),
    _document(
        "introspection without end",
        BAD_REQUEST,
        "{ __schema { types " + "{ fields { type " * 7 + "{ name " + "} } " * 8 + "} }",
    ),
    _document("a number of 5,000 digits", BAD_REQUEST, f"{{ events(first: {'9' * 5_000}) {{ nodes {{ slug }} }} }}"),
    _document(
        "a broken number of 5,000 digits", BAD_REQUEST, f"{{ events(first: 1.{'9' * 5_000}) {{ nodes {{ slug }} }} }}"
    ),
    _document("an exponent", BAD_REQUEST, "{ events(first: 1e400) { nodes { slug } } }"),
    _document("a NUL in a document", BAD_REQUEST, "{ \0 __typename }"),
    _field("a NUL in a string", INVALID_INPUT, '{ event(slug: "\\u0000") { slug } }'),
    _document("a surrogate in a string", BAD_REQUEST, '{ event(slug: "\\ud800") { slug } }'),
    _document("a string without end", BAD_REQUEST, '{ event(slug: "' + "x" * 90_000),
    _document("a block string without end", BAD_REQUEST, '{ event(slug: """' + "\\" * 90_000),
    _document("an unknown operation", BAD_REQUEST, "query a { __typename }", operationName="b"),
    Case(
        "an operation's name of 100 kB", 400, BAD_REQUEST, _asked("query a { __typename }", operationName="b" * 100_000)
    ),
    _document("one of two operations", BAD_REQUEST, "query a { __typename } query b { __typename }"),
    _document("a subscription with two roots", BAD_REQUEST, "subscription { a: __typename b: __typename }"),
    _document("a definition", BAD_REQUEST, "type Query { a: Int }"),
    _document("__proto__", BAD_REQUEST, "{ __proto__ constructor }"),
    _document("SQL", BAD_REQUEST, "select * from person; --"),
]

VALUES = [
    _digits(300, BAD_REQUEST, is_document=True),
    _digits(5_000, BAD_JSON, is_document=False),
    _field("first: -1", BAD_REQUEST, EVENTS, {"f": -1}),
    _field("first: 501", BAD_REQUEST, EVENTS, {"f": 501}),
    _document("first: 2 to the 31st", BAD_REQUEST, EVENTS, {"f": 2**31}),
    _document("first: 2 to the 64th less 1", BAD_REQUEST, EVENTS, {"f": 2**64 - 1}),
    _document("first: a text", BAD_REQUEST, EVENTS, {"f": "5"}),
    _document("filters 190 deep", TOO_MUCH, EVENTS, {"w": _nested(190, {})}),
    _raw("filters 900 deep", BAD_JSON, _asked(EVENTS, {"w": _nested(900, {})})),
    _document("filters 100 deep", TOO_MUCH, EVENTS, {"w": _nested(100, {"slug": {"eq": "a"}})}),
    _document("filters 10,000 wide", TOO_MUCH, EVENTS, {"w": {"or": [{"slug": {"eq": "a"}}] * 10_000}}),
    _document("a variable that nobody declared", None, "{ __typename }", {"a": _nested(190, 1)}),
    _raw("a variable of 900 objects in each other", BAD_JSON, _asked("{ __typename }", {"a": _nested(900, 1)})),
    _document("a list for a text", BAD_REQUEST, EVENT, {"s": ["a"] * 1_000}),
    _document("an object for a text", BAD_REQUEST, EVENT, {"s": _nested(190, 1)}),
    _field("a NUL in a variable", INVALID_INPUT, EVENT, {"s": "a\0b"}),
    _document("900 kB in a variable", None, EVENT, {"s": "x" * 900_000}),
    _document("an enum of 100 kB", BAD_REQUEST, ORDERED, {"o": ["X" * 100_000]}),
    _document("no variable", BAD_REQUEST, EVENT),
    _field("a cursor of nothing", BAD_REQUEST, EVENTS, {"a": "x"}),
    _field("a cursor of brackets", BAD_REQUEST, EVENTS, {"a": _cursor(b"[" * 50_000)}),
    _field("a cursor of a large number", BAD_REQUEST, EVENTS, {"a": _cursor(b"9" * 5_000)}),
    _field("a cursor of another list", BAD_REQUEST, EVENTS, {"a": _cursor(b'["PersonConnection:id","x"]')}),
    _field("a cursor that isn't base64", BAD_REQUEST, EVENTS, {"a": "\u202e" * 1_000}),
    _document("an identifier of nothing", None, NODE, {"id": "x"}),
    _document("an identifier of brackets", None, NODE, {"id": _cursor(b"[" * 50_000)}),
    _document("an identifier that isn't UTF-8", None, NODE, {"id": _cursor(b"Event:\xff\xff")}),
    _document("an identifier of another kind", None, NODE, {"id": _cursor(b"Nothing:" + KEY.encode())}),
    _document("an identifier with a NUL", None, NODE, {"id": "\0"}),
    _document("a number as identifier", None, NODE, {"id": 2**63}),
]

CASES = [*BODIES, *HEADERS, *ADDRESSES, *DOCUMENTS, *VALUES]
