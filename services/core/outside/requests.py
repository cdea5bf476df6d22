"""Requests to identity providers and webhooks, at URLs that an association's staff enter.

On a shared server, such a URL must not reach internal services (SSRF). So names are resolved here, every address is
checked, and the connection goes to a checked address: a name that resolves differently the second time (DNS rebinding)
gains nothing. TLS is verified against the name. No redirect is followed, no proxy from the environment is used, no
connection is reused for another name, and time and size are limited.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2

from services.core.errors import InvalidInput

MOST_ANSWER_BYTES = 1_000_000
"""Maximum number of bytes read of an answer."""
LONGEST_ADDRESS = 500
"""Maximum length of a URL in characters."""

_Address = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")
_LOOPBACK_NAMES = ("localhost",)


class NotSent(Exception):
    """There is no answer.

    `reason`: `forbidden` for an address to which requests are never sent, `unreachable`, `too slow`, `too large`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Answer(NamedTuple):
    """An HTTP response, whatever its status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def check_url(url: str, *path: str, private: bool) -> str:
    """Check a URL for requests: `https://`, a host, no user name or password, no fragment. InvalidInput otherwise.

    `private`: private networks are allowed, and this machine even without TLS. The address that a name resolves to is
    checked when a request is sent.
    """
    required = "an address https://… on the public internet"
    if len(url) > LONGEST_ADDRESS or not url.isprintable() or any(c in url for c in " \\#@"):
        raise InvalidInput(required, url[:LONGEST_ADDRESS] if url.isprintable() else "…", path=path)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput(required, url, path=path) from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and private and _is_this_machine(host))):
        raise InvalidInput(required, url, path=path)
    literal = _literal(host)
    if literal is not None and not may_reach(literal, private=private):
        raise InvalidInput(required, url, path=path)
    return url


def may_reach(address: _Address, *, private: bool) -> bool:
    """Whether requests to an address are allowed.

    For an address that embeds another (mapped or translated), the embedded one counts.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return may_reach(inner, private=private)
        if address.teredo is not None:
            return False
    if address.is_multicast or address.is_unspecified or address.is_reserved or address.is_link_local:
        return False  # link-local addresses include cloud metadata services, which hand out credentials
    return private or address.is_global


class Outbound:
    """Sends requests. `private`: to private networks and this machine too (the setting CONFED_PRIVATE_ADDRESSES)."""

    def __init__(self, *, private: bool = False) -> None:
        self.private = private
        self._client = httpx2.AsyncClient(
            transport=_Guarded(private), trust_env=False, follow_redirects=False, timeout=httpx2.Timeout(None)
        )

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        seconds: float = 10,
        most: int = MOST_ANSWER_BYTES,
        reads: bool = True,
    ) -> Answer:
        """Send a request and read the whole answer, `seconds` in total. NotSent if there is none.

        `reads`: whether what the answer says counts, beyond its status and headers.

        Whether the other side got the request is unknown then, but for `forbidden`.
        """
        try:
            check_url(url, private=self.private)
            async with (
                asyncio.timeout(seconds),
                self._client.stream(method, url, headers=headers, content=content) as response,
            ):
                body = bytearray()
                async for chunk in response.aiter_raw() if reads else _nothing():
                    body += chunk
                    if len(body) > most:
                        raise NotSent("too large")
                return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(body))
        except InvalidInput:
            raise NotSent("forbidden") from None
        except TimeoutError:
            raise NotSent("too slow") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise NotSent("unreachable") from None

    async def close(self) -> None:
        """Close open connections."""
        await self._client.aclose()


async def _nothing() -> AsyncIterator[bytes]:
    for nothing in tuple[bytes, ...]():
        yield nothing


class _Guarded(httpx2.AsyncBaseTransport):
    """A transport that connects to checked addresses only, with TLS for the requested name."""

    def __init__(self, private: bool) -> None:
        self._private = private
        # No keep-alive: a connection belongs to an address, and another name of that address would use it unchecked.
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False, limits=httpx2.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. NotSent if its name resolves to no allowed address."""
        host = request.url.host
        request.headers["accept-encoding"] = "identity"  # a small compressed body may expand without limit
        request.extensions = dict(request.extensions) | {"sni_hostname": host}
        addresses = await self._addresses(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        url = request.url
        for rank, address in enumerate(addresses, start=1):
            request.url = url.copy_with(host=address)  # the Host header keeps the name
            try:
                return await self._inner.handle_async_request(request)
            except httpx2.ConnectError:
                if rank == len(addresses):
                    raise
        raise AssertionError("there is an address, or NotSent was raised")

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        literal = _literal(host)
        if literal is None:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            resolved = list(dict.fromkeys(ip_address(str(item[4][0]).partition("%")[0]) for item in found))
        else:
            resolved = [literal]
        # A forbidden address beside an allowed one is no accident: then none of them is used.
        if not resolved or not all(may_reach(address, private=self._private) for address in resolved):
            raise NotSent("forbidden")
        return [str(address) for address in resolved]

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


def _literal(host: str) -> _Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    literal = _literal(host)
    return host in _LOOPBACK_NAMES if literal is None else literal.is_loopback
