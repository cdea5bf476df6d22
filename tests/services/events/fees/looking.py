"""What tests of fees share: the moment, and what they look at."""

from datetime import UTC, datetime

from models import Invoice, InvoiceSequence, JournalEntry, Payment, Price
from models.base.records import TenantRow
from tests.making import Maker
from tests.making.base import Picture

NOW = datetime.now(UTC).replace(microsecond=0)
TABLES: tuple[type[TenantRow], ...] = (Invoice, InvoiceSequence, JournalEntry, Payment, Price)


async def picture(make: Maker) -> Picture:
    """Every row that an operation on fees could have written: compared before and after a refusal."""
    return await make.picture(of=TABLES)


async def actions(make: Maker) -> list[str]:
    """What the journal says has happened, in order."""
    return [entry.action for entry in await make.all(JournalEntry)]
