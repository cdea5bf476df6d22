"""Invoices and credit notes, numbered without gaps by each association that issues them.

The number is taken last, from a row that stays locked until the transaction ends: a transaction that is rolled back
gives its number back, because it never had it. That row is the last lock there is: event → pools → registrations →
the sequence. Everybody who issues holds it, so what they then read of a registration's invoices is so.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import (
    MANAGE_FEES,
    Association,
    AttendeeRole,
    Event,
    Invoice,
    InvoiceKind,
    InvoiceSequence,
    Registration,
    RegistrationState,
)
from services.core.checks import check_text
from services.core.errors import InvalidInput, NotFound
from services.core.work import Work
from services.events import access
from services.events.errors import WrongRegistrationState
from services.events.fees import balances
from services.events.fees.errors import AlreadyCredited, NothingToCharge
from services.events.fees.prices import prices_for

DAYS_TO_PAY = 30
CHARGED = (RegistrationState.CONFIRMED, RegistrationState.ATTENDED, RegistrationState.NO_SHOW)
"""The states that a seat is paid for in: who waits, or was offered a seat, owes nothing yet."""
_REGISTRATION = {"fr": "Inscription", "en": "Registration"}


async def charge(work: Work, registration: Registration, *, payer_id: UUID | None = None) -> Invoice | None:
    """Issue the invoice for a seat that is confirmed: the price that applies now, for each seat of the party.

    In the transaction that confirms it. The person pays, or the association `payer_id` for its delegate. None where
    nothing is asked: no price applies or it is zero, the state isn't one of CHARGED, it is a speaker's or the staff's,
    or there is an open invoice already. One indexed query where the event has no prices.
    """
    if registration.state not in CHARGED or registration.role is not AttendeeRole.PARTICIPANT:
        return None
    price = (await prices_for(work, [registration.event_id], registration.person_id)).get(registration.event_id)
    if price is None or price.amount * registration.seats == 0:
        return None
    async with work.elevated("whoever confirms a seat doesn't issue invoices"):
        sequence = await _sequence(work, registration.association_id)
        if await _open_invoice(work, registration.id) is not None:
            return None
        return await _issue(
            work,
            sequence,
            registration,
            unit_amount=price.amount,
            currency=price.currency,
            label=await _label(work, registration.event_id),
            person_id=registration.person_id if payer_id is None else None,
            payer_id=payer_id,
        )


async def charge_registration(work: Work, registration_id: UUID, *, payer_id: UUID | None = None) -> Invoice:
    """Issue the invoice for a registration that has none, as `charge` does: prices came later, or another pays.

    Where no payer is named, an association pays for its delegate, and everybody else for themselves.
    Asks for `fees.manage` in the association that organises the event. NothingToCharge where `charge` answers None.
    """
    registration = await access.registration(work, registration_id)
    work.actor.require(MANAGE_FEES, registration.association_id)
    if payer_id is not None:
        await work.find(Association, payer_id, "payerId")
    async with work.elevated("a registration is not its treasurer's to change, and mustn't change meanwhile"):
        registration = await access.registration(work, registration_id, lock=True)
    if registration.state not in CHARGED:
        raise WrongRegistrationState(list(CHARGED), registration.state)
    invoice = await charge(work, registration, payer_id=payer_id or registration.delegated_by_id)
    if invoice is None:
        raise NothingToCharge
    return invoice


async def credit(work: Work, registration: Registration, *, reason: str | None = None) -> Invoice | None:
    """Take the registration's open invoice back by a credit note; None where there is none: at most once each.

    In the transaction that gives the seat up. One indexed query where nothing was ever charged.
    """
    async with work.elevated("whoever gives a seat up doesn't issue credit notes"):
        if await _open_invoice(work, registration.id) is None:
            return None
        sequence = await _sequence(work, registration.association_id)
        # Now that nobody else issues anything: somebody may have, while this waited for the lock.
        invoice = await _open_invoice(work, registration.id)
        return None if invoice is None else await _take_back(work, sequence, invoice, reason)


async def adjust(work: Work, registration: Registration) -> Invoice | None:
    """Charge for as many seats as the party has now: a credit note, and an invoice at the price that was agreed.

    What was paid for the first invoice is then to be given back, or was. None where nothing was charged.
    """
    async with work.elevated("whoever changes a party doesn't issue invoices"):
        if await _open_invoice(work, registration.id) is None:
            return None
        sequence = await _sequence(work, registration.association_id)
        invoice = await _open_invoice(work, registration.id)
        if invoice is None or invoice.seats == registration.seats:
            return invoice
        await _take_back(work, sequence, invoice, None)
        if registration.seats == 0:
            return None
        kept = {name: getattr(invoice, name) for name in ("unit_amount", "currency", "label", "person_id", "payer_id")}
        return await _issue(work, sequence, registration, **kept)


async def issue_credit_note(work: Work, invoice_id: UUID, *, reason: str | None = None) -> Invoice:
    """Take an invoice back by hand. Asks for `fees.manage`; AlreadyCredited the second time."""
    invoice = await work.find(Invoice, invoice_id)
    work.actor.require(MANAGE_FEES, invoice.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    check_invoice(invoice)
    async with work.elevated("the sequence of numbers is nobody's"):
        sequence = await _sequence(work, invoice.association_id)
        await check_not_credited(work, invoice)
        return await _take_back(work, sequence, invoice, reason)


def check_invoice(invoice: Invoice) -> None:
    """InvalidInput for a credit note, which is neither paid nor taken back."""
    if invoice.kind is not InvoiceKind.INVOICE:
        raise InvalidInput(InvoiceKind.INVOICE, invoice.kind, path=("invoiceId",))


async def check_not_credited(work: Work, invoice: Invoice) -> None:
    """AlreadyCredited for an invoice that was taken back."""
    query = select(col(Invoice.number)).where(
        col(Invoice.confederation_id) == work.tenant_id, col(Invoice.credits_id) == invoice.id
    )
    number = await work.session.scalar(query)
    if number is not None:
        raise AlreadyCredited(number)


async def _open_invoice(work: Work, registration_id: UUID) -> Invoice | None:
    query = select(Invoice).where(
        col(Invoice.confederation_id) == work.tenant_id,
        col(Invoice.registration_id) == registration_id,
        col(Invoice.kind) == InvoiceKind.INVOICE,
        ~balances.credited(Invoice),
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def _sequence(work: Work, association_id: UUID) -> InvoiceSequence:
    """The association's sequence, which nobody else takes a number from before this transaction ends."""
    try:
        return await work.find_by(InvoiceSequence, association_id=association_id, lock=True)
    except NotFound:
        # Two first invoices at once: the second waits here for the first, and then for its lock.
        row = work.completed(InvoiceSequence, {"association_id": association_id, "last": 0})
        await work.session.execute(work.inserting(InvoiceSequence).values(row).on_conflict_do_nothing())
        return await work.find_by(InvoiceSequence, association_id=association_id, lock=True)


async def _take_back(work: Work, sequence: InvoiceSequence, invoice: Invoice, reason: str | None) -> Invoice:
    same = invoice.model_dump(
        exclude={"id", "created_at", "updated_at", "number", "kind", "issued_on", "due_on", "credits_id"}
    )
    note = Invoice(
        **same,
        kind=InvoiceKind.CREDIT_NOTE,
        credits_id=invoice.id,
        number=_next(sequence),
        issued_on=work.today,
        due_on=work.today,
    )
    await work.insert(note)
    await work.record(
        "invoice.credited", note, reason=reason, data={"credits_id": str(invoice.id), "number": note.number}
    )
    return note


async def _issue(
    work: Work,
    sequence: InvoiceSequence,
    registration: Registration,
    *,
    unit_amount: Decimal,
    **columns: Any,
) -> Invoice:
    invoice = Invoice(
        confederation_id=work.tenant_id,
        association_id=registration.association_id,
        event_id=registration.event_id,
        registration_id=registration.id,
        seats=registration.seats,
        unit_amount=unit_amount,
        total=unit_amount * registration.seats,
        number=_next(sequence),
        issued_on=work.today,
        due_on=work.today + timedelta(days=DAYS_TO_PAY),
        **columns,
    )
    await work.insert(invoice)
    await work.record(
        "invoice.issued", invoice, data={"registration_id": str(registration.id), "number": invoice.number}
    )
    return invoice


def _next(sequence: InvoiceSequence) -> int:
    sequence.last += 1
    return sequence.last


async def _label(work: Work, event_id: UUID) -> dict[str, str]:
    """What the invoice is for, in each of the confederation's locales, whatever the event's title is worded in."""
    event = await work.session.get(Event, (work.tenant_id, event_id))
    assert event is not None, "A registration has its event."
    titles: Mapping[str, str] = event.title
    locales = work.actor.tenant.locales
    fallback = next((titles[locale] for locale in locales if locale in titles), next(iter(titles.values())))
    return {
        locale: f"{_REGISTRATION.get(locale, _REGISTRATION['en'])} – {titles.get(locale, fallback)}"
        for locale in locales
    }
