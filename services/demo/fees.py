"""Prices, invoices and payments of two of the demo's events: by transfer, by cheque, at the desk."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from models import CategoryKind, Event, Invoice, Payment, PaymentMethod, Person, Registration, RegistrationState
from services.billing.payments import record_payment, record_refund, return_payment
from services.core.work import Work
from services.demo.stage import Stage
from services.events.prices.charging import charge_registration
from services.events.prices.setting import PriceInput, set_prices
from services.events.registrations.registering import cancel_registration, register

_STUDY_DAY, _PROFESSION = "colloque-sante-trois-lacs", "colloque-energie-bas-pays"
_HEALTH, _ENERGY = "cadres-sante-trois-lacs", "cadres-energie-bas-pays"
_METHODS = (PaymentMethod.TRANSFER, PaymentMethod.TRANSFER, PaymentMethod.CHEQUE)


async def study_day(stage: Stage) -> None:
    """Members pay less, and early members even less.

    Most have paid, some in part; one cancels and is refunded. One has overpaid, and one paid by a cheque that was
    returned.
    """
    treasurer, day = stage.staff[_HEALTH], stage.today - timedelta(days=6)
    async with stage.acting_as(treasurer, stage.at(day)) as work:
        event = await work.find_by(Event, slug=_STUDY_DAY)
        await set_prices(
            work,
            event.id,
            [
                _price(
                    "Membre, inscription hâtive",
                    "Member, early bird",
                    "85.00",
                    category=CategoryKind.REGULAR,
                    until=stage.at(stage.today + timedelta(days=10), 23, 59),
                ),
                _price("Membre", "Member", "110.00", category=CategoryKind.REGULAR),
                _price("Non-membre", "Non-member", "150.00"),
            ],
        )
        # They had their seats before the fee was set.
        registrations = await _confirmed(work, event)
        invoices = [await charge_registration(work, row.id) for row in registrations]
    async with stage.acting_as(treasurer, stage.at(day + timedelta(days=3))) as work:
        for rank, invoice in enumerate(invoices[: len(invoices) * 2 // 3]):
            method = _METHODS[rank % len(_METHODS)]
            reference = f"{'Chèque' if method is PaymentMethod.CHEQUE else 'Virement'} {4021 + rank}"
            # Some pay in two parts, and still owe the second.
            amount = Decimal("40.00") if rank % 7 == 6 else invoice.total
            await record_payment(work, invoice.id, method=method, amount=amount, reference=reference)
        # One overpays, which gives a credit; a cheque is returned, and its invoice is due again.
        await record_payment(work, invoices[1].id, method=PaymentMethod.TRANSFER, amount=Decimal("10.00"))
        cheque = await work.find_by(Payment, invoice_id=invoices[2].id)
        await return_payment(work, cheque.id, reason="Chèque sans provision")
    async with stage.acting_as(await _payer(stage, invoices[0]), stage.at(day + timedelta(days=4))) as work:
        await cancel_registration(work, registrations[0].id)
    async with stage.acting_as(treasurer, stage.at(day + timedelta(days=5))) as work:
        await record_refund(
            work, invoices[0].id, method=PaymentMethod.TRANSFER, amount=invoices[0].total, reference="Virement 5107"
        )


async def building_a_profession(stage: Stage) -> None:
    """One price. The umbrella pays for three delegates; others are charged themselves."""
    treasurer, day = stage.staff[_ENERGY], stage.today - timedelta(days=5)
    async with stage.acting_as(treasurer, stage.at(day)) as work:
        event = await work.find_by(Event, slug=_PROFESSION)
        await set_prices(work, event.id, [_price("Participation", "Participation", "60.00")])
        delegates = (await _confirmed(work, event))[:3]
        (payer,) = stage.ids("cncq")
        paid = [await charge_registration(work, row.id, payer_id=payer) for row in delegates]
        known = select(col(Registration.person_id)).where(col(Registration.event_id) == event.id)
        registered = set(await work.session.scalars(known))
    late = [person for person in stage.members[_ENERGY] if person.id not in registered][:2]
    for rank, person in enumerate(late):
        async with stage.acting_as(person, stage.at(day + timedelta(days=1), 10 + rank)) as work:
            await register(work, event.id)
    async with stage.acting_as(treasurer, stage.at(day + timedelta(days=2))) as work:
        await record_payment(
            work, paid[0].id, method=PaymentMethod.CHEQUE, amount=paid[0].total, reference="Chèque 311"
        )
        await record_payment(work, paid[1].id, method=PaymentMethod.AT_DESK, amount=paid[1].total)


def _price(fr: str, en: str, amount: str, **given: object) -> PriceInput:
    return PriceInput(label={"fr": fr, "en": en}, amount=Decimal(amount), **given)  # type: ignore[arg-type]


async def _confirmed(work: Work, event: Event) -> Sequence[Registration]:
    query = work.select(Registration).where(
        col(Registration.event_id) == event.id,
        col(Registration.state) == RegistrationState.CONFIRMED,
    )
    return (
        await work.session.scalars(query.order_by(col(Registration.registered_at), col(Registration.arrival)))
    ).all()


async def _payer(stage: Stage, invoice: Invoice) -> Person:
    return next(person for person in stage.members[_HEALTH] if person.id == invoice.person_id)


STEPS = (study_day, building_a_profession)
