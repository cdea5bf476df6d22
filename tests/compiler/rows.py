"""Rows with fixed keys, and the moment that the compiler's tests happen at."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from models.base.records import TenantRow
from tests.making import Maker

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
LONG_AGO = date(2020, 1, 1)
QUARTERS = 'L\'« Est » \\ "Ouest"\n\tet le Nord – ☃ 🏔'
"""A text that JSON, SQL and base64 have to carry whole."""

_KEYS = UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")


def key(name: str) -> UUID:
    """The key of a row of this world."""
    return uuid5(_KEYS, name)


class Rows:
    """Collects rows of one confederation, each under a name that its key is made from."""

    def __init__(self, make: Maker) -> None:
        self._make = make
        self._rows: list[TenantRow] = []

    def add(self, model: type[TenantRow], called: str, /, **columns: Any) -> None:
        self._rows.append(model(confederation_id=self._make.tenant.id, id=key(called), **columns))

    async def save(self) -> None:
        await self._make.save(*self._rows)
        self._rows.clear()
