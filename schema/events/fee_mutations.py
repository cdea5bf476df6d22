"""What staff do about prices, invoices and payments; and what a seat would cost the reader."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

import models
from schema.base.ids import encode_id
from schema.base.inputs import TextInput, texts
from schema.base.scalars import Locale
from schema.compiler.context import preferring
from schema.compiler.declare import computed, extends
from schema.events.event import Event
from schema.events.fee import Invoice, Payment
from schema.mutations.declare import MutationInput, key, mutation
from schema.reading.requests import Request
from services.core.work import Work, begin
from services.events.errors import WrongEventState, WrongRegistrationState
from services.events.fees import invoices, payments, prices
from services.events.fees.errors import (
    AlreadyCredited,
    AlreadyPaid,
    NothingToCharge,
    OverPaid,
    RefundTooLarge,
    SeveralCurrencies,
)


@strawberry.input(description="A price.")
class PriceInput:
    """One of an event's prices, in order."""

    label: list[TextInput] = strawberry.field(description="What it is called.")
    amount: Decimal = strawberry.field(description="What a seat costs: 0.00 to 1,000,000.00.")
    currency: str = strawberry.field(default="CAD", description="The currency's code (ISO 4217): one an event.")
    segment_id: strawberry.ID | None = strawberry.field(default=None, description="For whom; null for everybody.")
    category: models.CategoryKind | None = strawberry.field(
        default=None, description="For members of the event's association in such a category."
    )
    until: datetime | None = strawberry.field(default=None, description="The last moment that it can be had.")


@strawberry.input(description="What an event costs.")
class SetPricesInput(MutationInput):
    """The input of `setPrices`."""

    event_id: strawberry.ID = strawberry.field(description="The event.")
    prices: list[PriceInput] = strawberry.field(description="All its prices: the first that fits applies; none: free.")


@mutation(Event, problems=(SeveralCurrencies, WrongEventState))
async def set_prices(work: Work, input: SetPricesInput) -> models.Event:
    """Say anew what an event costs, in order; invoices stay as they are. Asks for `events.manage`."""
    return await prices.set_prices(
        work,
        key(input.event_id, "Event", "eventId"),
        [
            prices.PriceInput(
                label=texts(price.label),
                amount=price.amount,
                currency=price.currency,
                segment_id=key(price.segment_id, "Segment", "prices", str(rank), "segmentId")
                if price.segment_id
                else None,
                category=price.category,
                until=price.until,
            )
            for rank, price in enumerate(input.prices)
        ],
    )


@strawberry.input(description="A registration to charge.")
class ChargeRegistrationInput(MutationInput):
    """The input of `chargeRegistration`."""

    registration_id: strawberry.ID = strawberry.field(description="The registration.")
    payer_id: strawberry.ID | None = strawberry.field(
        default=None, description="The association that pays; null: the one whose delegate it is, else the person."
    )


@mutation(Invoice, problems=(NothingToCharge, WrongRegistrationState))
async def charge_registration(work: Work, input: ChargeRegistrationInput) -> models.Invoice:
    """Issue the invoice for a registration that has none, at the price that applies now. Asks for `fees.manage`.

    Those that are confirmed once there are prices are charged by themselves.
    """
    return await invoices.charge_registration(
        work,
        key(input.registration_id, "Registration", "registrationId"),
        payer_id=key(input.payer_id, "Association", "payerId") if input.payer_id else None,
    )


@strawberry.input(description="An invoice.")
class InvoiceInput(MutationInput):
    """The input of mutations that take an invoice."""

    invoice_id: strawberry.ID = strawberry.field(description="The invoice.")


@strawberry.input(description="An invoice to take back.")
class IssueCreditNoteInput(InvoiceInput):
    """The input of `issueCreditNote`."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(Invoice, problems=(AlreadyCredited,))
async def issue_credit_note(work: Work, input: IssueCreditNoteInput) -> models.Invoice:
    """Take an invoice back; the credit note is shown. Asks for `fees.manage`.

    That of a registration that is cancelled is taken back by itself.
    """
    return await invoices.issue_credit_note(work, key(input.invoice_id, "Invoice", "invoiceId"), reason=input.reason)


@strawberry.input(description="Money that came or went.")
class PaymentInput(InvoiceInput):
    """What payments and refunds have in common."""

    method: models.PaymentMethod = strawberry.field(description="How it came or went.")
    amount: Decimal = strawberry.field(description="How much, in the invoice's currency; above zero.")
    reference: str | None = strawberry.field(
        default=None, description="What the bank or the cheque calls it; up to 100 characters."
    )


@strawberry.input(description="Money that came.")
class RecordPaymentInput(PaymentInput):
    """The input of `recordPayment`."""

    received_on: date | None = strawberry.field(default=None, description="When it came; by default today.")


@mutation(Payment, problems=(AlreadyPaid, OverPaid, AlreadyCredited))
async def record_payment(work: Work, input: RecordPaymentInput) -> models.Payment:
    """Note money that came for an invoice, no more than is due. Asks for `fees.manage`."""
    return await payments.record_payment(
        work,
        key(input.invoice_id, "Invoice", "invoiceId"),
        method=input.method,
        amount=input.amount,
        received_on=input.received_on,
        reference=input.reference,
    )


@strawberry.input(description="Money that was given back.")
class RecordRefundInput(PaymentInput):
    """The input of `recordRefund`."""

    paid_on: date | None = strawberry.field(default=None, description="When it went; by default today.")


@mutation(Payment, problems=(RefundTooLarge,))
async def record_refund(work: Work, input: RecordRefundInput) -> models.Payment:
    """Note money that was given back, no more than was paid: a payment below zero. Asks for `fees.manage`."""
    return await payments.record_refund(
        work,
        key(input.invoice_id, "Invoice", "invoiceId"),
        method=input.method,
        amount=input.amount,
        paid_on=input.paid_on,
        reference=input.reference,
    )


_IN = Annotated[Locale | None, strawberry.argument(description="The language; by default the request's.")]


def _label(self: Any, info: strawberry.Info[Request], locale: _IN = None) -> str | None:
    """In the locale asked for, else the next of the request's."""
    locales = info.context.reading.locales
    order = preferring(locale.code, locales) if locale else locales
    return next((self.texts[each] for each in order if each in self.texts), None)


@strawberry.type(description="What a seat of an event would cost the reader now.")
class ApplicablePrice:
    """The answer of `myPrice`: worked out in Python, as segments and memberships are asked that nobody reads."""

    def __init__(self, price: models.Price) -> None:
        self.price_id = strawberry.ID(encode_id("Price", price.id))
        self.amount = price.amount
        self.currency = price.currency
        self.until = price.until
        self.texts = price.label

    price_id: strawberry.ID = strawberry.field(description="Which of the event's prices it is.")
    amount: Decimal = strawberry.field(description="How much, for each seat.")
    currency: str = strawberry.field(description="The currency's code (ISO 4217).")
    until: datetime | None = strawberry.field(description="Until when it can be had; null without an end.")

    label: str | None = strawberry.field(resolver=_label, description="What it is called.")


async def _my_prices(events: Sequence[Mapping[str, Any]], request: Request) -> list[ApplicablePrice | None]:
    if request.actor.person_id is None:
        return [None] * len(events)
    ids = [UUID(event["id"]) for event in events]
    async with begin(request.database, request.actor, now=request.reading.now) as work:
        found = await prices.prices_for(work, ids, request.actor.person_id)
    return [ApplicablePrice(found[id]) if found.get(id) is not None else None for id in ids]


@extends(Event)
class _EventPrice:
    my_price: ApplicablePrice | None = computed(
        "What a seat would cost the reader now; null where nothing is asked, and for nobody in particular.",
        batch=_my_prices,
        needs=("id",),
        weight=5,
    )
