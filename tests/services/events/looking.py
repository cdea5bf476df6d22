"""What event tests look at."""

from typing import Any

from models import (
    Allocation,
    Allotment,
    Answer,
    Avenue,
    BillingAccount,
    Event,
    EventHost,
    EventSeries,
    Invoice,
    InvoiceLine,
    JournalEntry,
    Message,
    Payment,
    Question,
    Registration,
    RegistrationGuest,
    RegistrationInvoice,
    RegistrationMessage,
    Report,
    Scan,
    SeatPool,
    Speaker,
)
from models.base.records import TenantRow
from tests.making import Maker

TABLES: tuple[type[TenantRow], ...] = (
    Allocation,
    Allotment,
    Answer,
    Avenue,
    BillingAccount,
    Event,
    EventHost,
    EventSeries,
    Invoice,
    InvoiceLine,
    JournalEntry,
    Message,
    Payment,
    Question,
    Registration,
    RegistrationGuest,
    RegistrationInvoice,
    RegistrationMessage,
    Report,
    Scan,
    SeatPool,
    Speaker,
)


async def picture(make: Maker) -> dict[str, list[dict[str, Any]]]:
    """Every row that an event operation could have written: compared before and after a refusal."""
    found = await make.everything(*TABLES)
    return {model.__name__: [row.model_dump() for row in rows] for model, rows in zip(TABLES, found, strict=True)}
