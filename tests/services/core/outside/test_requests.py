"""Where requests may go, and what comes back of them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.core.errors import InvalidInput
from services.core.outside.requests import NotSent, Outbound, check_url

INSIDE = (
    "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1",
    "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[ff02::1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
)  # fmt: skip
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module")
async def guarded() -> AsyncIterator[Outbound]:
    """As a server that many share sends."""
    outbound = Outbound()
    yield outbound
    await outbound.close()


@pytest.fixture(scope="module")
async def private() -> AsyncIterator[Outbound]:
    """As a server that may send to this machine."""
    outbound = Outbound(private=True)
    yield outbound
    await outbound.close()


@asynccontextmanager
async def server(answer: bytes | None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers each request with these bytes, or never; its address, and what it was asked."""
    asked: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(speak, "127.0.0.1", 0)
    port: int = listening.sockets[0].getsockname()[1]
    async with listening:
        yield f"http://localhost:{port}", asked


async def test_an_answer_is_read_and_no_redirect_followed(private: Outbound) -> None:
    async with server(b"HTTP/1.1 302 Found\r\nLocation: http://localhost/\r\nContent-Length: 2\r\n\r\nhi") as (
        url,
        asked,
    ):
        answer = await private.send("POST", f"{url}/hook?a=b", headers={"x-a": "b"}, content=b"{}")
        assert (answer.status, answer.headers["location"], answer.body) == (302, "http://localhost/", b"hi")
        (request,) = asked
        assert request.startswith(b"POST /hook?a=b HTTP/1.1\r\n")
        assert f"host: {url.removeprefix('http://')}\r\n".encode() in request.lower()


@pytest.mark.promise("no-private-addresses")
@pytest.mark.parametrize("host", INSIDE)
async def test_nothing_is_sent_to_what_only_the_server_reaches(guarded: Outbound, host: str) -> None:
    with pytest.raises(InvalidInput):
        check_url(f"https://{host}/", private=False)
    with pytest.raises(NotSent, match="forbidden"):
        await guarded.send("GET", f"https://{host}/")


@pytest.mark.parametrize("host", ["169.254.169.254", "224.0.0.1", "0.0.0.0"])
def test_where_a_cloud_tells_its_secrets_is_never_reached(host: str) -> None:
    with pytest.raises(InvalidInput):
        check_url(f"https://{host}/", private=True)


@pytest.mark.promise("no-private-addresses")
async def test_a_name_is_taken_at_what_it_resolves_to(guarded: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        addresses = {"both.example": ["93.184.215.14", "10.0.0.1"], "inside.example": ["127.0.0.1"]}[host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    for name in ("both.example", "inside.example"):
        assert check_url(f"https://{name}/", private=False)
        with pytest.raises(NotSent, match="forbidden"):
            await guarded.send("GET", f"https://{name}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https://user:word@example.org/", "//example.org/",
        "https://example.org/#a", "https://example.org:99999/", "https://example.org/\n", "https://exa\\mple.org/", "",
    ],
)  # fmt: skip
def test_only_plain_addresses_over_tls_are_taken(url: str) -> None:
    with pytest.raises(InvalidInput):
        check_url(url, private=False)


async def test_neither_size_nor_time_is_the_other_sides_to_choose(private: Outbound) -> None:
    async with server(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes(2_000)) as (url, _):
        with pytest.raises(NotSent, match="too large"):
            await private.send("GET", url, most=1_000)
    async with server(None) as (url, _):
        with pytest.raises(NotSent, match="too slow"):
            await private.send("GET", url, seconds=0.05)
    with pytest.raises(NotSent, match="unreachable"):
        await private.send("GET", "http://127.0.0.1:9/")
