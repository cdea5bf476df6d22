"""A cache of anonymous answers, for a second in this process: a burst of a website's requests is answered from memory.

It holds only answers to a GET that a shared cache may store as well (`caching`): entirely compiled, and anonymous. So
public data may be a second old here, as it may be a minute old in a browser. Personal data never is, since it is never
cached. Answers to a site key are cached under that key: requests with another key, or none, don't get them.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from schema.web.graphql.http import Header, Headers, Scope

MOST_CACHED_BYTES = 32_000_000
"""Maximum number of bytes of cached answers and their keys; the least recently used is evicted."""
LARGEST_ANSWER = 500_000
"""Maximum size in bytes of a cached answer."""
LONGEST_KEY = 8_000
"""Maximum size in bytes of the URL and headers that make up a key."""


class Key(NamedTuple):
    """Key of a cached answer. `key_id`: of a publishable site key."""

    path: str
    query: bytes
    accept: bytes
    language: bytes
    key_id: UUID | None = None


class CachedAnswer(NamedTuple):
    """A cached answer, and its time of expiry."""

    until: float
    kind: bytes
    body: bytes
    etag: Header
    control: Header


class Memory:
    """The cached answers of a process. `seconds`: time to live; 0: no caching."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._answers: OrderedDict[Key, CachedAnswer] = OrderedDict()
        self._bytes = 0

    def find(self, key: Key) -> CachedAnswer | None:
        """Return the cached answer; None if there is none that is fresh."""
        kept = self._answers.get(key)
        if kept is None:
            return None
        if kept.until <= self._clock():
            self._drop(key)
            return None
        return kept

    def keep(self, key: Key, kind: bytes, body: bytes, etag: Header, control: Header) -> None:
        """Cache an anonymous answer."""
        if not self.seconds or len(body) > LARGEST_ANSWER:
            return
        self._drop(key)
        self._answers[key] = CachedAnswer(self._clock() + self.seconds, kind, body, etag, control)
        self._bytes += _size(key, body)
        while self._bytes > MOST_CACHED_BYTES:
            self._drop(next(iter(self._answers)))

    def _drop(self, key: Key) -> None:
        kept = self._answers.pop(key, None)
        if kept is not None:
            self._bytes -= _size(key, kept.body)


def _size(key: Key, body: bytes) -> int:
    return 500 + len(body) + len(key.path) + len(key.query) + len(key.accept) + len(key.language)


def key_of(scope: Scope, headers: Headers) -> Key | None:
    """Return the key of an anonymous request; None if it has credentials, or too long a URL."""
    if b"authorization" in headers or b"__Host-confed-" in headers.get(b"cookie", b""):
        return None
    return key_by(scope, headers)


def key_by(scope: Scope, headers: Headers, key_id: UUID | None = None) -> Key | None:
    """Return the key of a request with a publishable key."""
    query: bytes = scope["query_string"]
    accept, language = headers.get(b"accept", b""), headers.get(b"accept-language", b"")
    if len(query) + len(accept) + len(language) > LONGEST_KEY:
        return None
    return Key(scope["path"], query, accept, language, key_id)
