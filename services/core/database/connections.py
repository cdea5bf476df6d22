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
"""What is raised where there is no connection, or none any more."""

_LOST = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # for one that is just being lost
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
)
_SESSION = {"application_name": "confed", "timezone": "UTC"}

KEPT = 200
"""Prepared statements that a reading connection keeps."""
KEPT_CHARACTERS = 500_000
"""Characters of the prepared statements that a reading connection keeps: PostgreSQL keeps some 20 bytes for each."""
REMEMBERED = 5_000
"""Statements that are remembered as asked once, by a hash: what is asked for again is prepared."""


class UnsafeRole(Exception):
    """The server would answer past row security: the role it acts as is a superuser or has BYPASSRLS."""


async def connect(url: str, *, role: str | None = APP, seconds: float = 0) -> asyncpg.Connection:
    """A connection of the caller's own, as one that listens has to be. `role` and `seconds` as for `engine`."""
    return await asyncpg.connect(url, server_settings=_SESSION | _timeout(seconds) | ({"role": role} if role else {}))


def _timeout(seconds: float) -> dict[str, str]:
    """PostgreSQL's own limit: it holds where this process no longer waits, or is no more."""
    return {"statement_timeout": str(int(seconds * 1000))}


def engine(url: str, *, role: str | None = APP, size: int = 8, seconds: float = 0) -> AsyncEngine:
    """An engine over asyncpg for any URL that PostgreSQL's own clients take. `role=None`: as the URL's own role.

    `seconds`: how long PostgreSQL may work on one statement; 0 for as long as it takes.
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
    """A server that went away took every connection with it: the pool opens others. Costs no round trip."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


class Readers:
    """Connections for compiled reads: a statement each, autocommitted, so there is nothing to reset between users.

    asyncpg's own pool asks the server to reset each connection that comes back; one autocommitted statement leaves
    nothing behind, and that round trip would double the cost of a read.
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
        """The first value of the first row; JSON comes as the bytes that PostgreSQL sent.

        What is asked once is a plain statement, which PostgreSQL forgets with the next; what comes again is prepared.
        """
        again = self._comes_again(statement)
        return await self.read(
            lambda connection: (connection.value if again else connection.fetchval)(statement, *arguments)
        )

    def _comes_again(self, statement: str) -> bool:
        """Whether a statement was asked before, lately; on whichever connection."""
        mark = hash(statement)
        if mark in self._asked:
            self._asked.move_to_end(mark)
            return True
        self._asked[mark] = None
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        return False

    async def read(self, read: Callable[["Reader"], Awaitable[T]]) -> T:
        """What is read on one of the connections.

        Reading changes nothing: where the connection is lost, it is done once more, on another.
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
            # A server that went away took every connection with it, though not each may know yet.
            for lost in (connection, *self._idle):
                lost.terminate()
            raise
        finally:
            self._give(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Reader"]:
        """One of the connections, for more than one statement."""
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
                    self._wake()  # the turn was given to us and we leave: pass it on
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
        """How many connections are open, how many of them have nothing to do, and how many wait for one."""
        return self._open, len(self._idle), len(self._waiting)

    async def _connect(self) -> "Reader":
        connection: Reader = await asyncpg.connect(
            self._url,
            # A plan never depends on a value: planned once a connection, not anew for the first five executions.
            server_settings=_SESSION
            | _timeout(self._seconds)
            | {"role": APP, "plan_cache_mode": "force_generic_plan", "jit": "off"},
            connection_class=Reader,
            statement_cache_size=0,
        )
        await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)
        return connection

    async def close(self) -> None:
        """Close what is idle; connections in use are closed by whoever gives up waiting for them."""
        while self._idle:
            await self._idle.pop().close()
            self._open -= 1


class TracedReaders(Readers):
    """The same, and each statement is told to a trace."""

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
    """A connection that keeps its prepared statements by their text: `KEPT` and `KEPT_CHARACTERS` at the most."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared: OrderedDict[str, Any] = OrderedDict()
        self._characters = 0
        self._named = 0

    async def value(self, statement: str, *arguments: Any) -> Any:
        """The first value of the first row of a statement that is asked again and again."""
        prepared = self._prepared.get(statement)
        if prepared is None:
            if len(statement) > KEPT_CHARACTERS:
                return await self.fetchval(statement, *arguments)
            prepared = await self._keep(statement)
        else:
            self._prepared.move_to_end(statement)
        return await prepared.fetchval(*arguments)

    async def _keep(self, statement: str) -> Any:
        """Prepare a statement; where there is too much, those not used for longest go (asyncpg closes them)."""
        self._named += 1
        # By a name: without one and without asyncpg's own cache, each execution would parse and plan anew.
        prepared = await self.prepare(statement, name=f"read{self._named}")
        self._prepared[statement] = prepared
        self._characters += len(statement)
        while len(self._prepared) > KEPT or self._characters > KEPT_CHARACTERS:
            oldest, _ = self._prepared.popitem(last=False)
            self._characters -= len(oldest)
        return prepared


class Database:
    """One PostgreSQL: sessions for operations, readers for compiled reads. `settings`: of the process that uses it.

    `tracing`: what its statements are told to.
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
        """UnsafeRole where row security wouldn't bind the role that the server acts as."""
        async with self.readers.connection() as connection:
            if await connection.fetchval("select rolsuper or rolbypassrls from pg_roles where rolname = current_user"):
                raise UnsafeRole

    async def close(self) -> None:
        """Close every connection."""
        await self.changes.close()
        await self.readers.close()
        await self.engine.dispose()
