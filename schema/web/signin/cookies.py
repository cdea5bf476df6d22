"""The session's cookie, and the rule about who may make a browser send it.

`__Host-`: over TLS only, from this very host only, for every path. `SameSite=Lax` keeps it out of other sites'
requests but for links that somebody follows; what changes something, and a WebSocket, must moreover come from this
origin or one of those that are configured, as the browser says in headers that no script can set.
"""

from collections.abc import Collection

from schema.web.graphql.http import Headers, HTTPRefusal

LONGEST = 4_000
"""Bytes of cookies that are looked at."""


def cookie_name(slug: str) -> str:
    """The cookie of a confederation: somebody may be signed in to several at one host."""
    return f"__Host-confed-{slug}"


def session_cookie(slug: str, secret: str, seconds: int | None = None) -> tuple[bytes, bytes]:
    """The header that gives a browser a session. `seconds`: how long it keeps it; by default until it is closed."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return b"set-cookie", f"{cookie_name(slug)}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax{age}".encode()


def cleared_cookie(slug: str) -> tuple[bytes, bytes]:
    """The header that takes it away."""
    return session_cookie(slug, "", 0)


def forgotten(headers: Headers, slug: str) -> list[tuple[bytes, bytes]]:
    """The header that takes away a cookie that was brought in vain, where one was."""
    if b"authorization" in headers or session_secret(headers, slug) is None:
        return []
    return [cleared_cookie(slug)]


def session_secret(headers: Headers, slug: str) -> str | None:
    """The secret in the request's cookie of the confederation."""
    name = cookie_name(slug).encode()
    for each in headers.get(b"cookie", b"")[:LONGEST].split(b";"):
        found, _, value = each.strip().partition(b"=")
        if found == name and value:
            return value.decode("latin-1")
    return None


def check_origin(headers: Headers, allowed: Collection[str], *, browser: bool = True) -> None:
    """HTTPRefusal where another website makes the browser ask. `browser`: something must say that it doesn't."""
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is None and origin is None:
        if browser:
            raise _cross_site()
        return
    if site == b"same-origin":
        return
    said = (origin or b"").decode("latin-1")
    # A browser that doesn't tell the site yet: its own origin is the host that it asks.
    is_own = site is None and said.partition("://")[2] == headers.get(b"host", b"").decode("latin-1") != ""
    if not is_own and said not in allowed:
        raise _cross_site()


def _cross_site() -> HTTPRefusal:
    return HTTPRefusal(403, "CROSS_SITE", "A session's cookie counts in requests of its own website only.")
