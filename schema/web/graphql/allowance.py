"""How much may be asked in an hour: a leaky bucket an actor, in the memory of this process, over what operations cost.

A bucket holds an hour's cost and leaks as much in an hour. What is guaranteed, for each process and each bucket: in
any span of T hours at the most (1 + T) times the hourly cost is let through, so twice in any hour, and on the average
once. What a mutation's payload costs is paid for afterwards: the last one may go beyond it. Several processes multiply
it, a restart forgets it, and beyond 200,000 buckets those with the least in them are forgotten. It holds up who asks
too often, not an attack by many, which is for whatever stands before the server.

Who pays: the person, whatever sessions; the site key (a public key, which anybody reads in a page, with the address
that uses it); a stranger by confederation and address. Addresses are kept nowhere: what is kept is a keyed hash whose
key is random, lives in memory only and is another each day, which forgets what strangers have spent.
"""

import os
import socket
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil

from schema.web.graphql.http import HTTPRefusal, Scope
from services.core.actor import Actor, Tenant
from services.core.settings import Settings

HOUR = 3600.0
DAY = 86_400.0
ASKING = 5
"""What asking counts for besides the objects of the answer, the least: a request takes some 100 µs."""
READING = 100
"""What a document that isn't kept counts for besides: it is read, checked and planned."""
CHARACTERS = 2
"""And once more for each so many of its characters."""
NAMING = 2
"""What finding a document by its hash counts for besides."""
REFUSING = 50
"""What an operation counts for that isn't done because of its variables: graphql-core says what is wrong with them."""
MUTATING = 250
"""What a field of a mutation counts for besides its payload."""
KEPT = 200_000
"""Buckets kept of a kind."""
LINKS_TO_ONE = 12
"""Links that one network address may have mailed to one and the same in an hour."""
MAILS_TO_ONE = 60
"""Links mailed to one and the same in an hour; beyond them each network address has one more mailed, and no second."""
UNKNOWN = 1_000
"""What one network address may ask for in an hour that isn't there: confederations, keys, sessions, documents, tickets.
"""


Left = tuple[int, int]
"""What is left of the hour's cost, and in how many seconds all of it is there again."""


@dataclass(eq=False)
class Spent(Exception):
    """There isn't enough left; `retry_after`: in how many seconds there is."""

    required: int
    left: int
    retry_after: int


class Buckets:
    """Leaky buckets of one size: for each, the moment at which it will have run empty."""

    def __init__(self, hourly: int, clock: Callable[[], float] = time.monotonic, kept: int = KEPT) -> None:
        """`hourly`: what a bucket holds, and what leaks of it in an hour. 0: as much as anybody likes."""
        self._each = HOUR / hourly if hourly else 0.0
        self._clock = clock
        self._kept = kept
        self._empty_at: dict[Hashable, float] = {}

    def take(self, who: Hashable, cost: int, *, owing: bool = False) -> Left | None:
        """Pay. Spent, with nothing taken, where there isn't enough and none may be owed; None without limits."""
        each = self._each
        if not each:
            return None
        now = self._clock()
        filled = self._empty_at.get(who, now) - now
        filled = (filled if filled > 0 else 0.0) + cost * each
        if filled > HOUR and not owing:
            raise Spent(cost, int((HOUR - filled) / each) + cost, ceil(filled - HOUR))
        self._empty_at[who] = now + filled
        if len(self._empty_at) > self._kept:
            self._forget(now)
        return (int((HOUR - filled) / each) if filled < HOUR else 0, int(filled) + 1)

    def look(self, who: Hashable, cost: int) -> None:
        """Spent where so much could not be taken; nothing is taken."""
        filled = self._empty_at.get(who, 0.0) - self._clock()
        if self._each and filled + cost * self._each > HOUR:
            raise Spent(cost, 0, ceil(filled + cost * self._each - HOUR))

    def holds(self, who: Hashable) -> bool:
        """Whether something of theirs is in it still."""
        return self._empty_at.get(who, 0.0) > self._clock()

    def _forget(self, now: float) -> None:
        """Whoever has run empty; where that is hardly anybody, whoever is nearest to it as well."""
        using = sorted((at, index, who) for index, (who, at) in enumerate(self._empty_at.items()) if at > now)
        self._empty_at = {who: at for at, _, who in using[-self._kept // 2 :]}


class Marks:
    """What stands for an address, or a text, for a day: of 64 bits, by a key that is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._day = 0.0
        self._keyed = blake2b()

    def of(self, text: bytes) -> bytes:
        """The mark of a text."""
        now = self._clock()
        if now >= self._day:
            self._day = now - now % DAY + DAY
            self._keyed = blake2b(digest_size=8, key=os.urandom(32))
        keyed = self._keyed.copy()
        keyed.update(text)
        return keyed.digest()

    def of_peer(self, scope: Scope) -> bytes:
        """The mark of the address that a request is from; of an IPv6 address, of the network that one customer has."""
        client = scope.get("client")
        host: str = client[0] if client else ""
        return self.of(_network(host) if ":" in host else host.encode(errors="surrogatepass"))


def _network(host: str) -> bytes:
    try:
        packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    except (OSError, UnicodeEncodeError):
        return host.encode(errors="surrogatepass")
    mapped = packed[:12] == b"\0" * 10 + b"\xff\xff"
    return socket.inet_ntoa(packed[12:]).encode() if mapped else packed[:8]


_MARKS = Marks()


def peer_of(scope: Scope) -> bytes:
    """What stands for the network address that a request is from."""
    return _MARKS.of_peer(scope)


class Allowances:
    """The buckets of a process."""

    def __init__(self, settings: Settings) -> None:
        self._people = Buckets(settings.hourly_cost)
        self._sites = Buckets(settings.hourly_cost_of_sites)
        self._strangers = Buckets(settings.hourly_cost_of_strangers)

    def take(self, scope: Scope, actor: Actor, cost: int, *, owing: bool = False) -> Left | None:
        """Take the cost from what the actor has. HTTPRefusal 429 with Retry-After where there isn't enough."""
        try:
            if actor.person_id is not None:
                return self._people.take(actor.person_id, cost, owing=owing)
            key = actor.key
            if key is not None and key.is_secret:
                return self._sites.take(key.id, cost, owing=owing)
            asks_with = key.id if key is not None else actor.tenant.id
            return self._strangers.take((asks_with, _MARKS.of_peer(scope)), cost, owing=owing)
        except Spent as spent:
            raise _refusal("This costs more than is left of the hour; ask again later.", spent) from None


class Attempts:
    """Attempts to sign in, and to find what isn't there, by network address. Nobody is locked out by somebody else.

    Asking for links, using secrets and asking for what is unknown are counted apart: who has a link may use it, however
    many links were asked for from the same network. `hourly`: links asked for, and secrets used, from one address in
    an hour at one confederation; 0: nothing is counted at all.
    """

    def __init__(self, hourly: int) -> None:
        self._asked = Buckets(hourly)
        self._used = Buckets(hourly)
        self._asked_for_one = Buckets(LINKS_TO_ONE if hourly else 0)
        self._mailed_to_one = Buckets(MAILS_TO_ONE if hourly else 0)
        self._unknown = Buckets(UNKNOWN if hourly else 0)

    def check_link(self, scope: Scope, tenant: Tenant, subject: str) -> bool:
        """Count that a link is asked for, before anything is looked up; whether it is to be mailed.

        HTTPRefusal 429 beyond a network address's own limits. `subject`: the mail address as it was typed; the answer
        is the same whether somebody has it.
        """
        peer = _MARKS.of_peer(scope)
        told = _MARKS.of(subject.strip().casefold().encode(errors="surrogatepass"))
        first = not self._asked_for_one.holds((tenant.id, peer, told))
        _take(self._asked, (tenant.id, peer))
        _take(self._asked_for_one, (tenant.id, peer, told))
        try:
            self._mailed_to_one.take((tenant.id, told), 1)
        except Spent:
            return first  # the owner's own network is still served: strangers on others used it up
        return True

    def check_use(self, scope: Scope, tenant: Tenant) -> None:
        """Count that a secret, a passkey or a provider's answer is brought. HTTPRefusal 429 beyond the limit."""
        _take(self._used, (tenant.id, _MARKS.of_peer(scope)))

    def check_unknown(self, scope: Scope) -> None:
        """Before something is looked up: HTTPRefusal 429 for who has asked for too much that isn't there."""
        peer = _MARKS.of_peer(scope)
        try:
            self._unknown.look(peer, 1)
        except Spent as spent:
            raise _refusal("Too much was asked for that isn't there; try again later.", spent) from None

    def count_unknown(self, scope: Scope) -> None:
        """Count that what was asked for isn't there."""
        self._unknown.take(_MARKS.of_peer(scope), 1, owing=True)


def _take(buckets: Buckets, who: Hashable) -> None:
    try:
        buckets.take(who, 1)
    except Spent as spent:
        raise _refusal("There were too many attempts; try again later.", spent) from None


def _refusal(message: str, spent: Spent) -> HTTPRefusal:
    told = {"required": spent.required, "left": spent.left, "retryAfter": spent.retry_after}
    headers = [(b"retry-after", b"%d" % spent.retry_after)]
    return HTTPRefusal(429, "TOO_MANY_REQUESTS", message, headers, told)
