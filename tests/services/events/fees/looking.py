"""What tests of fees share: the moment, and what they look at."""

from datetime import UTC, datetime
from typing import Any

from models import Invoice, InvoiceSequence, JournalEntry, Payment, Price
from models.base.records import TenantRow
from tests.making import Maker

NOW = datetime.now(UTC).replace(microsecond=0)
TABLES: tuple[type[TenantRow], ...] = (Invoice, InvoiceSequence, JournalEntry, Payment, Price)


async def picture(make: Maker) -> dict[str, list[dict[str, Any]]]:
    """Every row that an operation on fees could have written: compared before and after a refusal."""
    found = await make.everything(*TABLES)
    return {model.__name__: [row.model_dump() for row in rows] for model, rows in zip(TABLES, found, strict=True)}


async def actions(make: Maker) -> list[str]:
    """What the journal says has happened, in order."""
    return [entry.action for entry in await make.all(JournalEntry)]
