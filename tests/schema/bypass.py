"""The application with its own checks taken out, so that row security stands alone; and with that taken out as well.

Nothing here is known to the application: what is patched is a test's for as long as it runs.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from services.core.actor import Actor
from services.core.database.connections import Reader, Readers
from services.core.work import Work

ELEVATED = "the test of isolation"
"""Every finer condition of the row policies is lifted; what is left of them is the tenant's."""

_COLUMN = r'(?:"?[a-z_][\w$]*"?\.)?confederation_id'
_CONDITION = re.compile(rf"({_COLUMN} = (?:{_COLUMN}|\$\d+|cast\(\$\d+ as uuid\))(?:::\w+)*)", re.IGNORECASE)


def without_tenant(statement: str) -> str:
    """A statement whose conditions on the tenant, and on rows being of the same tenant, hold for every row."""
    return _CONDITION.sub(r"(\1 or true)", statement)


class Bypass:
    """What was taken out, counted."""

    def __init__(self) -> None:
        self.granted = 0
        self.conditions = 0

    def statement(self, statement: str) -> str:
        """A statement without the tenant's conditions."""
        self.conditions += len(_CONDITION.findall(statement))
        return without_tenant(statement)


@contextmanager
def tenant_forgotten(monkeypatch: pytest.MonkeyPatch, *, row_security: bool = True) -> Iterator[Bypass]:
    """Every statement, compiled or an operation's, has lost the tenant. `row_security=False`: PostgreSQL too."""
    bypass = Bypass()

    def opened(_c: Any, _cu: Any, statement: str, parameters: Any, _co: Any, _m: Any) -> tuple[str, Any]:
        return bypass.statement(statement), parameters

    async def fetch(self: Readers, statement: str, arguments: Sequence[Any]) -> Any:
        async def read(connection: Reader) -> Any:
            if row_security:
                return await connection.value(bypass.statement(statement), *arguments)
            async with connection.transaction():
                await connection.execute("set local role none")
                return await connection.fetchval(bypass.statement(statement), *arguments)

        return await self.read(read)

    start = Work.start

    async def started(self: Work) -> None:
        await start(self)
        if not row_security:
            await self.session.execute(text("set local role none"))

    with monkeypatch.context() as patch:
        patch.setattr(Work, "start", started)
        patch.setattr(Readers, "fetch", fetch)
        event.listen(Engine, "before_cursor_execute", opened, retval=True)
        try:
            yield bypass
        finally:
            event.remove(Engine, "before_cursor_execute", opened)


@contextmanager
def checks_bypassed(monkeypatch: pytest.MonkeyPatch, *, row_security: bool = True) -> Iterator[Bypass]:
    """The same, and every check of the services says yes, and whoever acts is elevated."""
    settings = Actor.__dict__["settings"].func

    async def started(self: Work) -> None:
        self._elevations.append(ELEVATED)  # what an operation elevates itself ends before it
        await start(self)

    with tenant_forgotten(monkeypatch, row_security=row_security) as bypass, monkeypatch.context() as patch:

        def yes(*_: Any, **__: Any) -> bool:
            bypass.granted += 1
            return True

        start = Work.start
        for check in ("may", "require", "require_recent"):
            patch.setattr(Actor, check, yes)
        patch.setattr(Actor, "settings", property(lambda actor: settings(actor) | {"confed.elevated": ELEVATED}))
        patch.setattr(Work, "start", started)
        yield bypass
