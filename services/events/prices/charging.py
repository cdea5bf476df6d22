"""The invoices that follow a registration: issued for seats that are confirmed, taken back for those given up.

Locks: event → pools → registrations → the sequence of the association's numbers → the payer's account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col

from models import (
    MANAGE_FEES,
    Association,
    AttendeeRole,
    Event,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Registration,
    RegistrationInvoice,
    RegistrationState,
)
from services.billing import allocations, balances, invoices, numbers
from services.billing.accounts import Payer
from services.billing.invoices import Line
from services.core.statements import matching
from services.core.work import Work
from services.events import access
from services.events.errors import WrongRegistrationState
from services.events.prices.errors import NothingToCharge
from services.events.prices.fitting import prices_for

CHARGED_STATES = (RegistrationState.CONFIRMED, RegistrationState.ATTENDED, RegistrationState.NO_SHOW)
"""The states that a seat is paid for in: who waits, or was offered a seat, owes nothing yet."""
_REGISTRATION = {"fr": "Inscription", "en": "Registration"}


@dataclass(frozen=True)
class _Seat:
    """What a seat costs."""

    amount: Decimal
    currency: str


async def charge(
    work: Work, registration: Registration, *, payer_id: UUID | None = None, as_agreed: bool = False
) -> Invoice | None:
    """Issue the invoice for a registration that is confirmed: what a seat costs, for each seat of the party.

    In the transaction that confirms it. The person pays, or the association `payer_id` for its delegate. What somebody
    was told when they joined the waiting list holds, unless it costs less now; `as_agreed`: nothing else is asked of
    who is confirmed without acting. What the payer paid for the event and got back as a credit is set against it.

    None where nothing is asked: no price applies or it is zero, the state isn't one of CHARGED_STATES, it is a
    speaker's or the staff's, or there is an open invoice already. One indexed query where the event has no prices.
    """
    if registration.state not in CHARGED_STATES or registration.role is not AttendeeRole.PARTICIPANT:
        return None
    seat = await _seat(work, registration, as_agreed=as_agreed)
    if seat is None or seat.amount * registration.seats == 0:
        return None
    async with work.elevated("whoever confirms a seat doesn't issue invoices"):
        await numbers.hold(work, registration.association_id)
        if await open_invoice(work, registration.id) is not None:
            return None
        return await _issue(
            work,
            registration,
            seat,
            await _label(work, registration.event_id),
            Payer(person_id=registration.person_id) if payer_id is None else Payer(association_id=payer_id),
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
    if registration.state not in CHARGED_STATES:
        raise WrongRegistrationState(list(CHARGED_STATES), registration.state)
    invoice = await charge(work, registration, payer_id=payer_id or registration.delegated_by_id)
    if invoice is None:
        raise NothingToCharge
    return invoice


async def agree(work: Work, registration: Registration) -> None:
    """Keep what a seat costs the person who joins the waiting list: what they pay once they are given one."""
    if registration.role is AttendeeRole.PARTICIPANT:
        seat = await _now(work, registration)
        registration.agreed_amount, registration.agreed_currency = (
            (seat.amount, seat.currency) if seat else (None, None)
        )
        await work.flush()


async def credit(work: Work, registration: Registration, *, reason: str | None = None) -> Invoice | None:
    """Take the registration's open invoice back by a credit note; None where there is none: at most once each.

    In the transaction that gives the seat up. One indexed query where nothing was ever charged.
    """
    async with work.elevated("whoever gives a seat up doesn't issue credit notes"):
        if await open_invoice(work, registration.id) is None:
            return None
        # Once nobody else issues anything: somebody may have, while this waited for the lock.
        await numbers.hold(work, registration.association_id)
        invoice = await open_invoice(work, registration.id)
        return None if invoice is None else await invoices.credit(work, invoice, reason=reason)


async def adjust(work: Work, registration: Registration) -> Invoice | None:
    """Charge for as many seats as the party has now: a credit note, and an invoice at the price that was agreed.

    What was paid is set against the new invoice; what is more is a credit of the payer. None where nothing was charged.
    """
    async with work.elevated("whoever changes a party doesn't issue invoices"):
        if await open_invoice(work, registration.id) is None:
            return None
        await numbers.hold(work, registration.association_id)
        invoice = await open_invoice(work, registration.id)
        if invoice is None:
            return None
        (line,) = await _lines(work, registration.id, invoice)
        if line.quantity == registration.seats:
            return invoice
        await invoices.credit(work, invoice)
        if registration.seats == 0:
            return None
        payer = Payer(invoice.person_id, invoice.payer_id)
        return await _issue(work, registration, _Seat(line.unit_amount, invoice.currency), invoice.label, payer)


async def carry_over(work: Work, old: Registration, new: Registration) -> None:
    """Set what was paid for a registration that is given up against the invoice of the one that it was moved to."""
    async with work.elevated("whoever moves a registration doesn't say what is set against its invoice"):
        invoice = await open_invoice(work, new.id)
        if invoice is not None:
            await allocations.use_credit(work, invoice, _invoices_of(work, old.event_id))


async def open_invoice(work: Work, registration_id: UUID) -> Invoice | None:
    """The registration's invoice that no credit note took back."""
    linked = work.select(col(RegistrationInvoice.invoice_id)).where(
        col(RegistrationInvoice.registration_id) == registration_id
    )
    query = work.select(Invoice).where(
        col(Invoice.id).in_(linked),
        col(Invoice.kind) == InvoiceKind.INVOICE,
        ~balances.credited(Invoice),
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def _seat(work: Work, registration: Registration, *, as_agreed: bool) -> _Seat | None:
    """What a seat of the registration costs; None where nothing is asked."""
    if registration.agreed_amount is None:
        return None if as_agreed else await _now(work, registration)
    assert registration.agreed_currency is not None
    agreed = _Seat(registration.agreed_amount, registration.agreed_currency)
    fitting = (await prices_for(work, [registration.event_id], registration.person_id)).get(registration.event_id)
    if fitting is None:
        return None
    if fitting.ended_at is not None or fitting.price.currency != agreed.currency:
        return agreed
    return min(agreed, _Seat(fitting.amount, fitting.price.currency), key=lambda seat: seat.amount)


async def _now(work: Work, registration: Registration) -> _Seat | None:
    fitting = (await prices_for(work, [registration.event_id], registration.person_id)).get(registration.event_id)
    return None if fitting is None else _Seat(fitting.amount, fitting.price.currency)


async def _issue(
    work: Work, registration: Registration, seat: _Seat, label: Mapping[str, str], payer: Payer
) -> Invoice:
    """Issue the invoice, link it to the registration, and use what the payer has left of the event's payments."""
    invoice, (line,) = await invoices.issue(
        work,
        registration.association_id,
        payer,
        [Line(label=label, unit_amount=seat.amount, quantity=registration.seats)],
        label=label,
        currency=seat.currency,
        subject_id=registration.id,
    )
    await work.insert(
        RegistrationInvoice(
            registration_id=registration.id,
            event_id=registration.event_id,
            attendee_id=registration.person_id,
            line_id=line.id,
            invoice_id=invoice.id,
            association_id=invoice.association_id,
            person_id=invoice.person_id,
            payer_id=invoice.payer_id,
        )
    )
    await allocations.use_credit(work, invoice, _invoices_of(work, registration.event_id))
    return invoice


def _invoices_of(work: Work, event_id: UUID) -> Select[UUID]:
    return work.select(col(RegistrationInvoice.invoice_id)).where(col(RegistrationInvoice.event_id) == event_id)


async def _lines(work: Work, registration_id: UUID, invoice: Invoice) -> list[InvoiceLine]:
    query = (
        work.select(InvoiceLine)
        .join(RegistrationInvoice, matching(RegistrationInvoice.line_id, InvoiceLine.id))
        .where(
            col(InvoiceLine.invoice_id) == invoice.id,
            col(RegistrationInvoice.registration_id) == registration_id,
        )
    )
    return list(await work.session.scalars(query))


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
