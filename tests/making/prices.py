"""Prices of events, and invoices for registrations."""

from decimal import Decimal
from typing import Any

from models import Event, Invoice, InvoiceKind, Person, Price, Registration, RegistrationInvoice
from tests.making.base import texts
from tests.making.billing import BillingMaker
from tests.making.events import EventMaker


class PriceMaker(BillingMaker, EventMaker):
    """Makes what events cost, and what was charged for registrations."""

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
        (person,) = await self.all(Person, id=registration.person_id)
        label = texts("Inscription", "Registration")
        given = {"label": label, "quantity": registration.seats, "association_id": registration.association_id}
        invoice = await self.bill(person, unit_amount, **{**given, **columns})
        await self.add(
            RegistrationInvoice,
            {},
            registration_id=registration.id,
            event_id=registration.event_id,
            attendee_id=registration.person_id,
            line_id=(await self.line(invoice)).id,
            invoice_id=invoice.id,
            association_id=invoice.association_id,
            person_id=invoice.person_id,
            payer_id=invoice.payer_id,
        )
        return invoice

    async def invoices_of(self, registration: Registration) -> list[Invoice]:
        """The registration's invoices and credit notes, by their numbers."""
        links = await self.all(RegistrationInvoice, registration_id=registration.id)
        linked = {link.invoice_id for link in links}
        return [invoice for invoice in await self.invoices() if invoice.original_id in linked]

    async def invoices(self) -> list[Invoice]:
        """Every invoice and credit note, by its number."""
        return sorted(await self.all(Invoice), key=lambda row: (row.association_id, row.number))

    async def issued(self) -> list[tuple[InvoiceKind, object, str]]:
        """The same: kind, payer, total."""
        return [(row.kind, row.person_id or row.payer_id, str(row.total)) for row in await self.invoices()]
