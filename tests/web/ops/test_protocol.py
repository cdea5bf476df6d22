"""HTTP itself, as bytes on a connection."""

import asyncio
import json

import pytest

from schema.web.ops.protocol import LARGEST_HEAD, Protocol
from tests.making import Maker
from tests.web.serving import Served, served

ASKED = b'{"query": "{ __typename }"}'


async def sent(server: Served, *pieces: bytes) -> tuple[int, str | None]:
    """The status and the code that bytes are answered with."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        for piece in pieces:
            writer.write(piece)
            try:
                await writer.drain()
            except ConnectionError:
                break
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        errors = json.loads(await reader.readexactly(length)).get("errors", [])
        return int(head.split()[1]), errors[0]["extensions"]["code"] if errors else None
    finally:
        writer.close()


@pytest.mark.promise("hostile-requests")
async def test_what_is_not_http_is_refused_with_a_code(database_url: str, make: Maker) -> None:
    address = f"/{make.tenant.slug}/graphql".encode()
    start = b"POST " + address + b" HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    whole = start + b"content-length: %d\r\n\r\n" % len(ASKED) + ASKED
    many = b"".join(b"x-%d: %b\r\n" % (i, b"x" * 1_000) for i in range(200))
    cases = {
        (whole,): (200, None),
        tuple(whole[i : i + 7] for i in range(0, len(whole), 7)): (200, None),
        (b"\0" * 100,): (400, "BAD_HTTP"),
        (b"\x16\x03\x01\x02\0\x01",): (400, "BAD_HTTP"),  # TLS
        (b"{ __typename }\r\n\r\n",): (400, "BAD_HTTP"),
        (b"POST \xff\xfe HTTP/1.1\r\n\r\n",): (400, "BAD_HTTP"),
        (start + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",): (400, "BAD_HTTP"),
        (start + b"content-length: -1\r\n\r\n",): (400, "BAD_HTTP"),
        (start + b"content-length: " + b"9" * 5_000 + b"\r\n\r\n",): (400, "BAD_HTTP"),
        (start + b"transfer-encoding: chunked\r\n\r\nzz\r\n",): (400, "BAD_HTTP"),
        (start + b"x: \0\r\n\r\n",): (400, "BAD_HTTP"),
        (start, *[many] * 5): (431, "HEADERS_TOO_LARGE"),
        (start + b"x: ", *[b"x" * 50_000] * 20): (431, "HEADERS_TOO_LARGE"),
        (start + b"content-length: 20000000\r\n\r\n", b" "): (413, "BODY_TOO_LARGE"),
        (start + b"transfer-encoding: chunked\r\n\r\n", *[b"c350\r\n" + b" " * 50_000 + b"\r\n"] * 25): (
            413,
            "BODY_TOO_LARGE",
        ),
    }
    async with served(database_url, http=Protocol) as server:
        found = {pieces: await sent(server, *pieces) for pieces in cases}
    assert list(found.values()) == list(cases.values())


def test_a_document_of_the_greatest_length_fits_into_an_address() -> None:
    assert LARGEST_HEAD > 100_000


@pytest.mark.parametrize("pieces", [1, 3])
async def test_one_connection_has_requests_after_each_other(database_url: str, make: Maker, pieces: int) -> None:
    body = b'{"query": "{ __typename }", "variables": {"a": "' + b"x" * 300_000 + b'"}}'
    head = f"POST /{make.tenant.slug}/graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    request = head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body
    async with served(database_url, http=Protocol) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(3):  # bodies are larger than heads may be, and are not counted with them
            step = len(request) // pieces + 1
            for i in range(0, len(request), step):
                writer.write(request[i : i + step])
                await writer.drain()
            answered = await asyncio.wait_for(reader.readuntil(b'{"data":{"__typename":"Query"}'), 10)
            assert answered.startswith(b"HTTP/1.1 200") or b"HTTP/1.1 200" in answered
        writer.close()
