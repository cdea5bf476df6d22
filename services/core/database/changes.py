"""Change notifications between the server's processes, through PostgreSQL's LISTEN and NOTIFY.

Notifications are sent after the commit, in batches, on a connection of their own. NOTIFY inside the transaction would
hold a server-wide lock until the commit is on disk, which would serialize the commits of all events. A notification may
be lost if a process dies between commit and NOTIFY, or while a connection is down: watchers therefore re-read from time
to time.

A notification contains a topic, such as `tenant:event`, and nothing else: watchers read the data with their own rights.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

CHANNEL = "confed_event"
NOTIFY_INTERVAL_SECONDS = 0.02
"""Seconds for which notifications are batched: fifty NOTIFYs a second at most, however many transactions commit."""
PING_INTERVAL_SECONDS = 10.0
"""Seconds without a notification after which the connection is checked: a broken one may not report it."""
_AGAIN = 0.2


class Changes:
    """What one process sends and receives. It connects when there is something to send or a watcher."""

    def __init__(self, url: str, role: str) -> None:
        self._url = url
        self._role = role
        self._watching: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._untold: set[str] = set()
        self._due = asyncio.Event()  # there is something to send, or the connection was lost
        self._told = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def tell(self, topics: Iterable[str]) -> None:
        """Notify all watchers soon that something of these topics was changed."""
        self._untold.update(topics)
        if self._untold:
            self._due.set()
            self._told.clear()
            self._keep()

    @contextmanager
    def watch(self, topic: str) -> Iterator[asyncio.Event]:
        """Yield an event that is set whenever something of the topic may have changed; the watcher clears it."""
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
        """Send what is pending, and close the connection."""
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
        """Listen and notify until the connection is lost."""
        connection.add_termination_listener(lambda _: self._due.set())
        await connection.add_listener(CHANNEL, self._heard)
        for topic in list(self._watching):  # notifications may have been missed meanwhile
            self._wake(topic)
        while not connection.is_closed():
            try:
                async with asyncio.timeout(PING_INTERVAL_SECONDS):
                    await self._due.wait()
            except TimeoutError:
                await connection.execute("select", timeout=PING_INTERVAL_SECONDS)
                continue
            await asyncio.sleep(NOTIFY_INTERVAL_SECONDS)
            self._due.clear()
            telling, self._untold = self._untold, set()
            try:
                if telling:
                    tell = "select pg_notify($1, topic) from unnest($2::text[]) topic"
                    await connection.execute(tell, CHANNEL, sorted(telling), timeout=PING_INTERVAL_SECONDS)
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
