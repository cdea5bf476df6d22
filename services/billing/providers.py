"""Online payment behind a small interface.

No payment provider is included: `start` and `confirm` raise NoOnlinePayment.

To add one:
1. A class with the two methods of `OnlinePayments`, in a module of its own, over the provider's client library; its
   keys come from the settings, never from the database.
2. `install(TheProvider(…))` where the application starts.
3. A mutation `payOnline` over `start`, whose payload has the URL to open, and a route that the payment provider calls
   back, which runs `confirm` as the system actor. The payer returns to the association's website, which reads the
   invoice's balance: nothing that the browser says is trusted.

Both call the provider before anything is locked.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from sqlmodel import col

from models import Invoice, Payment, PaymentMethod
from services.billing import accounts, allocations, balances, payments
from services.billing.errors import AlreadyPaid, NoOnlinePayment
from services.core.errors import NotFound
from services.core.work import Work


@dataclass(frozen=True)
class Started:
    """A payment that was begun: the URL to send the payer to, and the provider's reference."""

    url: str
    reference: str


@dataclass(frozen=True)
class Confirmed:
    """A payment that was made, as confirmed by the provider."""

    invoice_id: UUID
    amount: Decimal


class OnlinePayments(Protocol):
    """A payment provider."""

    async def start(self, invoice: Invoice, due: Decimal) -> Started:
        """Begin a payment of the amount due, in the invoice's currency."""

    async def confirm(self, reference: str) -> Confirmed | None:
        """Ask the provider for the payment's result; None if nothing was paid."""


_installed: list[OnlinePayments] = []


def install(provider: OnlinePayments | None) -> None:
    """Set the payment provider, or none."""
    _installed[:] = [] if provider is None else [provider]


async def start(work: Work, invoice_id: UUID) -> Started:
    """Begin to pay the amount due on an invoice that the actor may see. AlreadyPaid if nothing is due."""
    provider = _provider()
    invoice = await work.find(Invoice, invoice_id, "invoiceId")
    due = await allocations.figure(work, invoice, balances.due(Invoice))
    if due <= 0:
        raise AlreadyPaid
    return await provider.start(invoice, due)


async def confirm(work: Work, reference: str) -> Payment:
    """Record a payment that the provider confirms, once however often it is called. NotFound if nothing was paid.

    It is recorded even if nothing is due any more: then it is the payer's credit.
    """
    confirmed = await _provider().confirm(reference)
    if confirmed is None:
        raise NotFound("payment", path=("reference",))
    async with work.elevated("what a provider confirms is recorded, whoever brings the news"):
        invoice = await work.find(Invoice, confirmed.invoice_id)
        account = await accounts.lock(work, invoice.account_id)
        query = work.select(Payment).where(
            col(Payment.invoice_id) == invoice.id,
            col(Payment.method) == PaymentMethod.ONLINE,
            col(Payment.reference) == reference,
            col(Payment.amount) > 0,
        )
        recorded: Payment | None = (await work.session.execute(query)).scalar_one_or_none()
        return recorded or await payments.receive(
            work, account, invoice, method=PaymentMethod.ONLINE, amount=confirmed.amount, reference=reference
        )


def _provider() -> OnlinePayments:
    if not _installed:
        raise NoOnlinePayment
    return _installed[0]
