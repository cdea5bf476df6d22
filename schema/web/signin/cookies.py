"""The session's cookie, and the check of who may make a browser send it.

`__Host-`: over TLS only, from this very host only, for every path. `SameSite=Lax` keeps it out of other sites' requests
except for links that somebody follows. Requests that change something, and WebSockets, must moreover come from this
origin or a configured one, as shown by headers that no script can set.
"""

from collections.abc import Collection

from schema.web.graphql.http import Headers, HTTPRefusal

LONGEST_COOKIES = 4_000
"""Maximum number of bytes of cookies that are parsed."""


def cookie_name(slug: str) -> str:
    """Return the cookie's name for a confederation: a person may be signed in to several on one host."""
    return f"__Host-confed-{slug}"


def session_cookie(slug: str, secret: str, seconds: int | None = None) -> tuple[bytes, bytes]:
    """Return the header that sets a session's cookie. `seconds`: its lifetime; by default until the
    browser is closed.
    """
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return b"set-cookie", f"{cookie_name(slug)}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax{age}".encode()


def cleared_cookie(slug: str) -> tuple[bytes, bytes]:
    """Return the header that removes the cookie."""
    return session_cookie(slug, "", 0)


def forgotten(headers: Headers, slug: str) -> list[tuple[bytes, bytes]]:
    """Return the header that removes an invalid cookie, if the request has one."""
    if b"authorization" in headers or session_secret(headers, slug) is None:
        return []
    return [cleared_cookie(slug)]


def session_secret(headers: Headers, slug: str) -> str | None:
    """Return the secret in the request's cookie for the confederation."""
    name = cookie_name(slug).encode()
    for each in headers.get(b"cookie", b"")[:LONGEST_COOKIES].split(b";"):
        found, _, value = each.strip().partition(b"=")
        if found == name and value:
            return value.decode("latin-1")
    return None


def check_origin(headers: Headers, allowed: Collection[str], *, browser: bool = True) -> None:
    """Raise HTTPRefusal if another website makes the browser send the request. `browser`: True if the request must
    prove that it doesn't.
    """
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is None and origin is None:
        if browser:
            raise _cross_site()
        return
    if site == b"same-origin":
        return
    said = (origin or b"").decode("latin-1")
    # Older browsers send no Sec-Fetch-Site: the origin must then be the host of the request.
    is_own = site is None and said.partition("://")[2] == headers.get(b"host", b"").decode("latin-1") != ""
    if not is_own and said not in allowed:
        raise _cross_site()


def _cross_site() -> HTTPRefusal:
    return HTTPRefusal(403, "CROSS_SITE", "A session's cookie is accepted only in requests of its own website.")
