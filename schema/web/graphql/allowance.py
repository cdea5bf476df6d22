"""Rate limits: a leaky bucket per actor for the cost of operations, in this process's memory.

A bucket holds one hour's cost and leaks at that rate. It guarantees for each process and bucket: in T hours at most (1
+ T) times the hourly cost passes, so twice in any hour, and once on average. A mutation's payload is charged
afterwards: the last one may exceed the limit. Several processes multiply it and a restart resets it. Beyond 200,000
buckets the emptiest are dropped. It slows down those who send too many requests; an attack by many has to be stopped in
front of the server.

Who is charged: the person, over all sessions; a site key (a publishable key, which everybody can read in a page,
together with the network address that uses it); an anonymous client by confederation and network address. Addresses are
not stored: the buckets have keyed hashes. The key is random, only in memory, and changes every day, which resets the
buckets of anonymous clients.
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
COST_PER_REQUEST = 5
"""Minimum cost of a request besides the objects of its answer: a request takes about 100 µs."""
COST_PER_NEW_DOCUMENT = 100
"""Additional cost of a document that isn't cached: it is parsed, validated and planned."""
CHARACTERS_PER_COST = 2
"""Number of characters of such a document that cost one more."""
COST_PER_DOCUMENT_LOOKUP = 2
"""Additional cost of looking a document up by its hash."""
COST_PER_REFUSED_OPERATION = 50
"""Cost of an operation that is refused because of its variables: graphql-core finds what is wrong."""
COST_PER_MUTATION = 250
"""Cost of a mutation's field besides its payload."""
MOST_BUCKETS = 200_000
"""Maximum number of buckets of a kind."""
MOST_LINKS_PER_ADDRESS_AND_RECIPIENT = 12
"""Maximum number of links that one network address may have mailed to one recipient in an hour."""
MOST_LINKS_PER_RECIPIENT = 60
"""Number of links mailed to one recipient in an hour; beyond it, each network address may have one more mailed."""
MOST_UNKNOWN_PER_ADDRESS = 1_000
"""Number of requests per hour and network address for what does not exist: confederations, keys, sessions, documents,
tickets.
"""


Left = tuple[int, int]
"""What is left of the hourly quota, and the seconds until it is full again."""


@dataclass(eq=False)
class Spent(Exception):
    """The quota is used up. `retry_after`: seconds until there is enough."""

    required: int
    left: int
    retry_after: int


class Buckets:
    """Leaky buckets of one size. Each is stored as the moment at which it will be empty."""

    def __init__(self, hourly: int, clock: Callable[[], float] = time.monotonic, kept: int = MOST_BUCKETS) -> None:
        """Set the size of the buckets. `hourly`: the capacity of a bucket, and what leaks from it in an hour; 0: no
        limit.
        """
        self._each = HOUR / hourly if hourly else 0.0
        self._clock = clock
        self._kept = kept
        self._empty_at: dict[Hashable, float] = {}

    def take(self, who: Hashable, cost: int, *, owing: bool = False) -> Left | None:
        """Charge a cost and return what is left; None without a limit. Raise Spent, and charge nothing, if there is not
        enough and no debt is allowed.
        """
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
        """Raise Spent if the cost could not be charged; charge nothing."""
        filled = self._empty_at.get(who, 0.0) - self._clock()
        if self._each and filled + cost * self._each > HOUR:
            raise Spent(cost, 0, ceil(filled + cost * self._each - HOUR))

    def holds(self, who: Hashable) -> bool:
        """Return True if the bucket isn't empty."""
        return self._empty_at.get(who, 0.0) > self._clock()

    def _forget(self, now: float) -> None:
        """Drop empty buckets; if these are few, also those nearest to empty."""
        using = sorted((at, index, who) for index, (who, at) in enumerate(self._empty_at.items()) if at > now)
        self._empty_at = {who: at for at, _, who in using[-self._kept // 2 :]}


class Marks:
    """Daily pseudonyms of network addresses and texts: 64-bit keyed hashes whose key is discarded."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._day = 0.0
        self._keyed = blake2b()

    def of(self, text: bytes) -> bytes:
        """Return the pseudonym of a text."""
        now = self._clock()
        if now >= self._day:
            self._day = now - now % DAY + DAY
            self._keyed = blake2b(digest_size=8, key=os.urandom(32))
        keyed = self._keyed.copy()
        keyed.update(text)
        return keyed.digest()

    def of_peer(self, scope: Scope) -> bytes:
        """Return the pseudonym of the client's network address; of an IPv6 address, that of one customer's network."""
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
    """Return the network address of the client, as the rate limits count it."""
    return _MARKS.of_peer(scope)


class Allowances:
    """All rate limits of a process."""

    def __init__(self, settings: Settings) -> None:
        self._people = Buckets(settings.hourly_cost)
        self._sites = Buckets(settings.hourly_cost_of_sites)
        self._strangers = Buckets(settings.hourly_cost_of_strangers)

    def take(self, scope: Scope, actor: Actor, cost: int, *, owing: bool = False) -> Left | None:
        """Charge the cost to the actor. Raise HTTPRefusal 429 with Retry-After if the quota is used up."""
        try:
            if actor.person_id is not None:
                return self._people.take(actor.person_id, cost, owing=owing)
            key = actor.key
            if key is not None and key.is_secret:
                return self._sites.take(key.id, cost, owing=owing)
            asks_with = key.id if key is not None else actor.tenant.id
            return self._strangers.take((asks_with, _MARKS.of_peer(scope)), cost, owing=owing)
        except Spent as spent:
            raise _refusal("The request costs more than is left of the hourly quota; try again later.", spent) from None


class Attempts:
    """Rate limits by network address for signing in and for requesting what does not exist.

    Nobody gets somebody else's request refused. How many links are mailed to an address is limited besides, whoever
    asks (`services.identity.links`): strangers can use that up.

    Requesting links, using secrets and requesting what is unknown are counted separately: a link can be used however
    many were requested from the same network. `hourly`: links requested, and secrets used, per address, confederation
    and hour; 0: no limit.
    """

    def __init__(self, hourly: int) -> None:
        self._asked = Buckets(hourly)
        self._used = Buckets(hourly)
        self._asked_for_one = Buckets(MOST_LINKS_PER_ADDRESS_AND_RECIPIENT if hourly else 0)
        self._mailed_to_one = Buckets(MOST_LINKS_PER_RECIPIENT if hourly else 0)
        self._unknown = Buckets(MOST_UNKNOWN_PER_ADDRESS if hourly else 0)

    def check_link(self, scope: Scope, tenant: Tenant, subject: str) -> bool:
        """Count a request for a link, before anything is looked up. Return True if it is to be mailed.

        Raise HTTPRefusal 429 beyond the network address's own limits. `subject`: the mail address as typed; the answer
        is the same whether or not somebody has it.
        """
        peer = _MARKS.of_peer(scope)
        told = _MARKS.of(subject.strip().casefold().encode(errors="surrogatepass"))
        first = not self._asked_for_one.holds((tenant.id, peer, told))
        _take(self._asked, (tenant.id, peer))
        _take(self._asked_for_one, (tenant.id, peer, told))
        try:
            self._mailed_to_one.take((tenant.id, told), 1)
        except Spent:
            return first  # still serve the owner's own network after strangers on other networks used the limit up
        return True

    def check_use(self, scope: Scope, tenant: Tenant) -> None:
        """Count the use of a secret, a passkey or a provider's answer. Raise HTTPRefusal 429 beyond the limit."""
        _take(self._used, (tenant.id, _MARKS.of_peer(scope)))

    def check_unknown(self, scope: Scope) -> None:
        """Raise HTTPRefusal 429 for a client that has requested too much that does not exist. Called
        before a look-up.
        """
        peer = _MARKS.of_peer(scope)
        try:
            self._unknown.look(peer, 1)
        except Spent as spent:
            raise _refusal("There were too many requests for what does not exist; try again later.", spent) from None

    def count_unknown(self, scope: Scope) -> None:
        """Count a request for what does not exist."""
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
