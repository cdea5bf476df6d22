"""What event tests look at."""

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
from tests.making.base import Picture

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


async def picture(make: Maker) -> Picture:
    """Every row that an event operation could have written: compared before and after a refusal."""
    return await make.picture(of=TABLES)
