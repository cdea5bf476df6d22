"""Prices of events, invoices and payments."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from models import Event, Invoice, InvoiceKind, InvoiceSequence, Payment, PaymentMethod, Price, Registration
from tests.making.base import texts
from tests.making.events import EventMaker

TODAY = datetime.now(UTC).date() - timedelta(days=1)
"""A day that is over or has begun in every time zone."""


class FeeMaker(EventMaker):
    """Makes what events cost, and what was charged and paid."""

    async def price(self, event: Event, amount: str = "50.00", **columns: Any) -> Price:
        """A price of the event for everybody, after those that it has."""
        return await self.add(
            Price,
            columns,
            event_id=event.id,
            association_id=event.association_id,
            published=event.published,
            rank=await self.count(Price, event_id=event.id),
            label=texts("Tarif", "Fee"),
            amount=Decimal(amount),
            currency="CAD",
        )

    async def invoice(self, registration: Registration, unit_amount: str = "50.00", **columns: Any) -> Invoice:
        """An invoice for the registration, with the next number, which its person pays unless `payer_id` says who."""
        unit = Decimal(unit_amount)
        return await self.add(
            Invoice,
            columns,
            association_id=registration.association_id,
            number=await self._number(registration),
            event_id=registration.event_id,
            registration_id=registration.id,
            person_id=None if columns.get("payer_id") else registration.person_id,
            label=texts("Inscription", "Registration"),
            seats=registration.seats,
            unit_amount=unit,
            total=unit * registration.seats,
            currency="CAD",
            issued_on=TODAY,
            due_on=TODAY + timedelta(days=30),
        )

    async def credit_note(self, invoice: Invoice, **columns: Any) -> Invoice:
        """A credit note that takes the invoice back."""
        (registration,) = await self.all(Registration, id=invoice.registration_id)
        same = invoice.model_dump(exclude={"confederation_id", "id", "kind", "number", "credits_id"})
        return await self.add(
            Invoice,
            columns,
            **same,
            kind=InvoiceKind.CREDIT_NOTE,
            credits_id=invoice.id,
            number=await self._number(registration),
        )

    async def payment(self, invoice: Invoice, amount: str = "50.00", **columns: Any) -> Payment:
        """A transfer for the invoice; below zero, one back."""
        return await self.add(
            Payment,
            columns,
            invoice_id=invoice.id,
            association_id=invoice.association_id,
            person_id=invoice.person_id,
            payer_id=invoice.payer_id,
            method=PaymentMethod.TRANSFER,
            amount=Decimal(amount),
            received_on=TODAY,
        )

    async def _number(self, registration: Registration) -> int:
        found = await self.all(InvoiceSequence, association_id=registration.association_id)
        sequence = (
            found[0] if found else await self.add(InvoiceSequence, {}, association_id=registration.association_id)
        )
        sequence.last += 1
        await self.save(sequence)
        return sequence.last
