"""Answers that anybody gets, kept in this process for a second: a website's burst is answered from memory.

Only the answers to a GET that a shared cache may keep as well (`caching`): all compiled, for nobody in particular. So
what is public may be a second old here, as it may be a minute old in a browser; what is somebody's never is, because it
is never kept. A site key's answers are kept under the key: whoever shows another, or none, gets none of them.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from schema.web.graphql.http import Header, Headers, Scope

MOST_BYTES = 32_000_000
"""Bytes of answers and of what they are kept by; the one used longest ago goes."""
LARGEST_ANSWER = 500_000
"""Bytes of an answer that is kept."""
LONGEST_KEY = 8_000
"""Bytes of the address and the headers that an answer is kept by."""


class Key(NamedTuple):
    """What tells an answer from another. `key_id`: of a publishable site key."""

    path: str
    query: bytes
    accept: bytes
    language: bytes
    key_id: UUID | None = None


class Kept(NamedTuple):
    """An answer, and until when it is given again."""

    until: float
    kind: bytes
    body: bytes
    etag: Header
    control: Header


class Memory:
    """The answers of a process. `seconds`: how long each is given again; 0: none is kept."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._answers: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0

    def find(self, key: Key) -> Kept | None:
        """The answer, where there is one that is no older than it may be."""
        kept = self._answers.get(key)
        if kept is None:
            return None
        if kept.until <= self._clock():
            self._drop(key)
            return None
        return kept

    def keep(self, key: Key, kind: bytes, body: bytes, etag: Header, control: Header) -> None:
        """Keep an answer that anybody gets."""
        if not self.seconds or len(body) > LARGEST_ANSWER:
            return
        self._drop(key)
        self._answers[key] = Kept(self._clock() + self.seconds, kind, body, etag, control)
        self._bytes += _size(key, body)
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._answers)))

    def _drop(self, key: Key) -> None:
        kept = self._answers.pop(key, None)
        if kept is not None:
            self._bytes -= _size(key, kept.body)


def _size(key: Key, body: bytes) -> int:
    return 500 + len(body) + len(key.path) + len(key.query) + len(key.accept) + len(key.language)


def key_of(scope: Scope, headers: Headers) -> Key | None:
    """What the answer to nobody in particular is kept by; None where somebody asks, or with too long an address."""
    if b"authorization" in headers or b"__Host-confed-" in headers.get(b"cookie", b""):
        return None
    return key_by(scope, headers)


def key_by(scope: Scope, headers: Headers, key_id: UUID | None = None) -> Key | None:
    """The same for whoever shows a publishable key."""
    query: bytes = scope["query_string"]
    accept, language = headers.get(b"accept", b""), headers.get(b"accept-language", b"")
    if len(query) + len(accept) + len(language) > LONGEST_KEY:
        return None
    return Key(scope["path"], query, accept, language, key_id)
