"""Accounts of payers, invoices for anything, payments and what they are set against."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import (
    Allocation,
    BillingAccount,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceSequence,
    Payment,
    PaymentMethod,
    Person,
)
from tests.making.base import texts
from tests.making.people import PeopleMaker

TODAY = datetime.now(UTC).date() - timedelta(days=1)
"""A day that is over or has begun in every time zone."""


class BillingMaker(PeopleMaker):
    """Makes what was charged and paid, whatever it was for."""

    async def billing_account(
        self, association_id: UUID, person_id: UUID | None = None, payer_id: UUID | None = None
    ) -> BillingAccount:
        """The account of a person or an association with an association: the one there is, or a new one, in CAD."""
        columns = {"association_id": association_id, "person_id": person_id, "payer_id": payer_id, "currency": "CAD"}
        found = await self.all(BillingAccount, **columns)
        return found[0] if found else await self.add(BillingAccount, columns)

    async def bill(self, payer: Person | None = None, amount: str = "50.00", **columns: Any) -> Invoice:
        """An invoice of the home association, of one line, with the next number. `association_id`: another's."""
        association_id = columns.pop("association_id", None) or (await self.home()).id
        quantity, payer_id = columns.pop("quantity", 1), columns.pop("payer_id", None)
        person_id = None if payer_id else (payer or await self.person()).id
        account = await self.billing_account(association_id, person_id, payer_id)
        invoice = await self.add(
            Invoice,
            columns,
            **self._of(account),
            number=await self._number(association_id),
            label=texts("Facture", "Invoice"),
            total=Decimal(amount) * quantity,
            issued_on=TODAY,
            due_on=TODAY + timedelta(days=30),
        )
        await self.add(
            InvoiceLine,
            {},
            **{name: value for name, value in self._of(account).items() if name != "account_id"},
            invoice_id=invoice.id,
            rank=0,
            label=invoice.label,
            quantity=quantity,
            unit_amount=Decimal(amount),
            amount=invoice.total,
        )
        return invoice

    async def line(self, invoice: Invoice) -> InvoiceLine:
        """The one line of an invoice."""
        (line,) = await self.all(InvoiceLine, invoice_id=invoice.id)
        return line

    async def credit_note(self, invoice: Invoice, **columns: Any) -> Invoice:
        """A credit note that takes the invoice back, and every payment off it."""
        kept = {"confederation_id", "id", "kind", "number", "credits_id", "original_id"}
        note = await self.add(
            Invoice,
            columns,
            **invoice.model_dump(exclude=kept),
            kind=InvoiceKind.CREDIT_NOTE,
            credits_id=invoice.id,
            number=await self._number(invoice.association_id),
        )
        for allocation in await self.all(Allocation, invoice_id=invoice.id):
            (payment,) = await self.all(Payment, id=allocation.payment_id)
            await self.allocation(payment, invoice, -allocation.amount)
        return note

    async def payment(self, invoice: Invoice, amount: str = "50.00", **columns: Any) -> Payment:
        """A transfer for the invoice, set against it as far as something is due."""
        (account,) = await self.all(BillingAccount, id=invoice.account_id)
        payment = await self.add(
            Payment,
            columns,
            **self._of(account),
            invoice_id=invoice.id,
            method=PaymentMethod.TRANSFER,
            amount=Decimal(amount),
            received_on=TODAY,
        )
        against = sum((each.amount for each in await self.all(Allocation, invoice_id=invoice.id)), Decimal())
        credited = await self.count(Invoice, credits_id=invoice.id)
        part = min(Decimal(amount), Decimal() if credited else invoice.total - against)
        if part > 0:
            await self.allocation(payment, invoice, part, allocated_on=payment.received_on)
        return payment

    async def allocation(
        self, payment: Payment, invoice: Invoice | None, amount: Decimal, **columns: Any
    ) -> Allocation:
        """A part of a payment that is set against the invoice, or `refund_id`; below zero, taken off it."""
        (account,) = await self.all(BillingAccount, id=payment.account_id)
        earlier = sorted(await self.all(Allocation, payment_id=payment.id), key=lambda each: each.rank)
        used = earlier[-1].used if earlier else Decimal()
        return await self.add(
            Allocation,
            columns,
            **self._of(account),
            payment_id=payment.id,
            payment_amount=payment.amount,
            invoice_id=None if invoice is None else invoice.id,
            amount=amount,
            allocated_on=TODAY,
            rank=len(earlier) + 1,
            used_before=used,
            used=used + amount,
        )

    @staticmethod
    def _of(account: BillingAccount) -> dict[str, Any]:
        return {
            "account_id": account.id,
            "association_id": account.association_id,
            "person_id": account.person_id,
            "payer_id": account.payer_id,
            "currency": account.currency,
        }

    async def _number(self, association_id: UUID) -> int:
        found = await self.all(InvoiceSequence, association_id=association_id)
        sequence = found[0] if found else await self.add(InvoiceSequence, {}, association_id=association_id)
        sequence.last += 1
        await self.save(sequence)
        return sequence.last
