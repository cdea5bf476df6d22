"""Word of changes between the processes of the server, through PostgreSQL's LISTEN and NOTIFY.

Told after the commit, gathered for a moment, on a connection of its own. NOTIFY inside the transaction would hold a
lock of the whole server until the commit is on disk: transactions of different events would wait for each other's disk,
one after the other. What is lost if a process dies between the commit and the word, or while a connection is lost,
whoever watches finds by looking again from time to time.

A word is a topic, such as `tenant:event`, and nothing else: who watches reads what it is about with their own rights.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

CHANNEL = "confed_event"
GATHERING = 0.02
"""Seconds that words are gathered for: fifty times a second at the most, however many transactions commit."""
LOOKING = 10.0
"""Seconds without a word after which the connection is asked whether it lives: a dead one may not say so."""
_AGAIN = 0.2


class Changes:
    """What one process tells and hears. Connects when there is something to tell, or somebody watches."""

    def __init__(self, url: str, role: str) -> None:
        self._url = url
        self._role = role
        self._watching: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._untold: set[str] = set()
        self._due = asyncio.Event()  # there is something to tell, or the connection was lost
        self._told = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def tell(self, topics: Iterable[str]) -> None:
        """Let everybody know, soon, that something of these topics was changed."""
        self._untold.update(topics)
        if self._untold:
            self._due.set()
            self._told.clear()
            self._keep()

    @contextmanager
    def watch(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something of the topic may have changed; whoever watches clears it."""
        changed = asyncio.Event()
        self._watching[topic].add(changed)
        self._keep()
        try:
            yield changed
        finally:
            self._watching[topic].discard(changed)
            if not self._watching[topic]:
                del self._watching[topic]

    async def close(self) -> None:
        """Tell what is left to tell, and let go of the connection."""
        if self._keeping is None:
            return
        if self._untold:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)
        self._keeping.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeping
        self._keeping = None

    def _keep(self) -> None:
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.get_running_loop().create_task(self._stay_connected())

    async def _stay_connected(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(
                    self._url, server_settings={"application_name": "confed changes", "role": self._role}, timeout=10
                )
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await asyncio.sleep(_AGAIN)
                continue
            try:
                await self._speak(connection)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await asyncio.sleep(_AGAIN)
            finally:
                connection.terminate()

    async def _speak(self, connection: asyncpg.Connection) -> None:
        """Listen and tell until the connection is lost."""
        connection.add_termination_listener(lambda _: self._due.set())
        await connection.add_listener(CHANNEL, self._heard)
        for topic in list(self._watching):  # what was said meanwhile, nobody heard
            self._wake(topic)
        while not connection.is_closed():
            try:
                async with asyncio.timeout(LOOKING):
                    await self._due.wait()
            except TimeoutError:
                await connection.execute("select", timeout=LOOKING)
                continue
            await asyncio.sleep(GATHERING)
            self._due.clear()
            telling, self._untold = self._untold, set()
            try:
                if telling:
                    tell = "select pg_notify($1, topic) from unnest($2::text[]) topic"
                    await connection.execute(tell, CHANNEL, sorted(telling), timeout=LOOKING)
                    self._told.set()
            except BaseException:
                self._untold |= telling
                self._due.set()
                raise

    def _heard(self, _connection: Any, _process: int, _channel: str, topic: Any) -> None:
        self._wake(topic)

    def _wake(self, topic: str) -> None:
        for changed in self._watching.get(topic, ()):
            changed.set()
