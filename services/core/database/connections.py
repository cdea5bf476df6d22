"""Connections to PostgreSQL: for operations through SQLAlchemy, for compiled reads straight through asyncpg.

Every connection acts as `confed_app`, which row security binds; nothing of an actor outlives a transaction on it.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from models.base.policies import APP
from services.core.database.changes import Changes
from services.core.settings import Settings
from services.core.statements import RecordSession
from services.core.telemetry.meters import METERS
from services.core.telemetry.tracing import Tracing

T = TypeVar("T")

UNAVAILABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    PoolTimeoutError,
)
"""Raised when there is no connection, or when it was lost."""

_LOST = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # while a connection is being lost
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
)
_SESSION = {"application_name": "confed", "timezone": "UTC"}

MOST_PREPARED_STATEMENTS = 200
"""Maximum number of prepared statements per reading connection."""
MOST_PREPARED_CHARACTERS = 500_000
"""Maximum size of the prepared statements of a reading connection: PostgreSQL uses some 20 bytes per character."""
MOST_REMEMBERED_STATEMENTS = 5_000
"""Number of hashes of statements that were executed once. A statement is prepared when it is executed again."""


class UnsafeRole(Exception):
    """The server's database role is a superuser or has BYPASSRLS, so row security would not apply."""


async def connect(url: str, *, role: str | None = APP, seconds: float = 0) -> asyncpg.Connection:
    """Open a connection outside the pool, for LISTEN for example. `role` and `seconds` as for `engine`."""
    return await asyncpg.connect(url, server_settings=_SESSION | _timeout(seconds) | ({"role": role} if role else {}))


def _timeout(seconds: float) -> dict[str, str]:
    """PostgreSQL's own statement timeout: it applies even if this process no longer waits or has died."""
    return {"statement_timeout": str(int(seconds * 1000))}


def engine(url: str, *, role: str | None = APP, size: int = 8, seconds: float = 0) -> AsyncEngine:
    """Return an asyncpg engine for any URL that PostgreSQL's own clients accept. `role=None`: as the URL's own role.

    `seconds`: statement timeout; 0 means none.
    """

    made = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(connect, url, role=role, seconds=seconds),
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(made.sync_engine, "checkout", _refuse_closed)
    return made


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Refuse connections that a stopped server has closed: the pool opens others. Costs no round trip."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


class Readers:
    """Connection pool for compiled reads.

    Each is one autocommitted statement, so there is nothing to reset between users.

    asyncpg's own pool resets each returned connection. One autocommitted statement leaves no state behind, and that
    round trip would double the cost of a read.
    """

    def __init__(self, url: str, size: int, seconds: float = 0) -> None:
        self._url = url
        self._size = size
        self._seconds = seconds
        self._asked: OrderedDict[int, None] = OrderedDict()
        self._open = 0
        self._idle: list[Reader] = []
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def fetch(self, statement: str, arguments: Sequence[Any]) -> Any:
        """Return the first value of the first row; JSON as the bytes that PostgreSQL sent.

        A statement is first executed unprepared; it is prepared when it is executed again.
        """
        again = self._comes_again(statement)
        return await self.read(
            lambda connection: (connection.value if again else connection.fetchval)(statement, *arguments)
        )

    def _comes_again(self, statement: str) -> bool:
        """Whether a statement was executed recently, on any of the connections."""
        mark = hash(statement)
        if mark in self._asked:
            self._asked.move_to_end(mark)
            return True
        self._asked[mark] = None
        if len(self._asked) > MOST_REMEMBERED_STATEMENTS:
            self._asked.popitem(last=False)
        return False

    async def read(self, read: Callable[["Reader"], Awaitable[T]]) -> T:
        """Run a read on one of the connections.

        Reads change nothing, so if the connection is lost, it is retried once on another.
        """
        try:
            return await self._read(read)
        except _LOST:
            return await self._read(read)

    async def _read(self, read: Callable[["Reader"], Awaitable[T]]) -> T:
        connection = await self._take()
        try:
            return await read(connection)
        except _LOST:
            # A server that stopped closed every connection, though not each may have noticed yet.
            for lost in (connection, *self._idle):
                lost.terminate()
            raise
        finally:
            self._give(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Reader"]:
        """Borrow one of the connections, for more than one statement."""
        connection = await self._take()
        try:
            yield connection
        finally:
            self._give(connection)

    async def _take(self) -> "Reader":
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                self._open -= 1
            if self._open < self._size:
                self._open += 1
                try:
                    return await self._connect()
                except BaseException:
                    self._open -= 1
                    self._wake()
                    raise
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            began = time.monotonic()
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()  # this waiter was woken and is cancelled: wake the next
                raise
            finally:
                METERS.waits["readers"] += 1
                METERS.waited["readers"] += time.monotonic() - began

    def _give(self, connection: "Reader") -> None:
        if connection.is_closed():
            self._open -= 1
        else:
            self._idle.append(connection)
        if self._waiting:
            self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    @property
    def figures(self) -> tuple[int, int, int]:
        """Number of open connections, of idle ones, and of waiting reads."""
        return self._open, len(self._idle), len(self._waiting)

    async def _connect(self) -> "Reader":
        connection: Reader = await asyncpg.connect(
            self._url,
            # Plans never depend on values: plan once per connection instead of anew for the first five executions.
            server_settings=_SESSION
            | _timeout(self._seconds)
            | {"role": APP, "plan_cache_mode": "force_generic_plan", "jit": "off"},
            connection_class=Reader,
            statement_cache_size=0,
        )
        await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)
        return connection

    async def close(self) -> None:
        """Close idle connections; those in use are closed when they are returned."""
        while self._idle:
            await self._idle.pop().close()
            self._open -= 1


class TracedReaders(Readers):
    """Readers that add each statement to a trace."""

    def __init__(self, url: str, size: int, seconds: float, tracing: Tracing) -> None:
        super().__init__(url, size, seconds)
        self._tracing = tracing

    async def fetch(self, statement: str, arguments: Sequence[Any]) -> Any:
        """The first value of the first row."""
        span = self._tracing.statement(statement)
        try:
            return await super().fetch(statement, arguments)
        finally:
            span.end()


class Reader(asyncpg.Connection):
    """A connection that caches prepared statements by their text, within both limits above."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared: OrderedDict[str, Any] = OrderedDict()
        self._characters = 0
        self._named = 0

    async def value(self, statement: str, *arguments: Any) -> Any:
        """Return the first value of the first row of a statement that is executed often."""
        prepared = self._prepared.get(statement)
        if prepared is None:
            if len(statement) > MOST_PREPARED_CHARACTERS:
                return await self.fetchval(statement, *arguments)
            prepared = await self._keep(statement)
        else:
            self._prepared.move_to_end(statement)
        return await prepared.fetchval(*arguments)

    async def _keep(self, statement: str) -> Any:
        """Prepare a statement, and drop the least recently used ones beyond the limits (asyncpg closes them)."""
        self._named += 1
        # Named, because an unnamed one without asyncpg's own cache would be parsed and planned at each execution.
        prepared = await self.prepare(statement, name=f"read{self._named}")
        self._prepared[statement] = prepared
        self._characters += len(statement)
        while len(self._prepared) > MOST_PREPARED_STATEMENTS or self._characters > MOST_PREPARED_CHARACTERS:
            oldest, _ = self._prepared.popitem(last=False)
            self._characters -= len(oldest)
        return prepared


class Database:
    """One PostgreSQL: sessions for operations, readers for compiled reads. `settings`: those of the process.

    `tracing`: where its statements are traced.
    """

    def __init__(
        self,
        url: str,
        *,
        readers: int = 8,
        writers: int = 8,
        settings: Settings | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self.url = url
        self.settings = settings or Settings()
        self.engine = engine(url, size=writers, seconds=self.settings.operation_seconds)
        self.sessions = async_sessionmaker(
            self.engine, class_=AsyncSession, sync_session_class=RecordSession, expire_on_commit=False
        )
        seconds = self.settings.read_seconds
        self.readers = (
            Readers(url, readers, seconds) if tracing is None else TracedReaders(url, readers, seconds, tracing)
        )
        self.tracing = tracing
        if tracing is not None:
            tracing.watch(self.engine)
        self.changes = Changes(url, APP)

    async def check(self) -> None:
        """UnsafeRole if row security would not apply to the server's role."""
        async with self.readers.connection() as connection:
            if await connection.fetchval("select rolsuper or rolbypassrls from pg_roles where rolname = current_user"):
                raise UnsafeRole

    async def close(self) -> None:
        """Close every connection."""
        await self.changes.close()
        await self.readers.close()
        await self.engine.dispose()
