"""What tests of billing share: the moment, and what they look at."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from models import (
    Allocation,
    BillingAccount,
    Invoice,
    InvoiceLine,
    InvoiceSequence,
    JournalEntry,
    Payment,
    Price,
    RegistrationInvoice,
)
from models.base.records import TenantRow
from services.billing import balances
from services.core.actor import system
from tests.making import Maker

NOW = datetime.now(UTC).replace(microsecond=0)
TABLES: tuple[type[TenantRow], ...] = (
    Allocation,
    BillingAccount,
    Invoice,
    InvoiceLine,
    InvoiceSequence,
    JournalEntry,
    Payment,
    Price,
    RegistrationInvoice,
)


async def picture(make: Maker) -> dict[str, list[dict[str, Any]]]:
    """Every row that an operation on money could have written: compared before and after a refusal."""
    found = await make.everything(*TABLES)
    return {model.__name__: [row.model_dump() for row in rows] for model, rows in zip(TABLES, found, strict=True)}


async def actions(make: Maker) -> list[str]:
    """What the journal says has happened, in order."""
    return [entry.action for entry in await make.all(JournalEntry)]


async def figure(make: Maker, row: TenantRow, of: ColumnElement[Any]) -> Any:
    """What SQL of `balances` says of a row."""
    model = type(row)
    async with make.acting_as(system(make.tenant)) as work:
        query = select(of).where(col(model.confederation_id) == work.tenant_id, col(model.id) == row.id)
        return (await work.session.execute(query)).scalar_one()


async def balance(make: Maker, invoice: Invoice) -> str:
    """What is due on an invoice; below zero, what is to be given back."""
    return str(await figure(make, invoice, balances.balance(Invoice)))


async def due(make: Maker, invoice: Invoice) -> str:
    """What is due on an invoice."""
    return str(await figure(make, invoice, balances.due(Invoice)))


async def credit(make: Maker, invoice: Invoice) -> Decimal:
    """What the invoice's payer has as a credit with its issuer."""
    (account,) = await make.all(BillingAccount, id=invoice.account_id)
    found: Decimal = await figure(make, account, balances.account_credit(BillingAccount))
    return found
