"""Issuing invoices, and taking them back by credit notes.

Locks are taken in one order: those of the domain that bills → the association's sequence → the payer's account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel import col

from models import MANAGE_FEES, Invoice, InvoiceKind, InvoiceLine
from services.billing import accounts, allocations, numbers
from services.billing.accounts import Payer
from services.billing.checks import check_invoice, check_not_credited, number_of_credit_note
from services.core.checks import check_text
from services.core.work import Work

DAYS_TO_PAY = 30
_KEPT_BY_A_CREDIT_NOTE = {"account_id", "association_id", "person_id", "payer_id", "label", "total", "currency"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to charge for. `unit_amount`: below zero for a discount."""

    label: Mapping[str, str]
    unit_amount: Decimal
    quantity: int = 1

    @property
    def amount(self) -> Decimal:
        """What the line comes to."""
        return self.unit_amount * self.quantity


async def issue(
    work: Work,
    association_id: UUID,
    payer: Payer,
    lines: Sequence[Line],
    *,
    label: Mapping[str, str],
    currency: str,
    due_on: date | None = None,
    subject_id: UUID | None = None,
) -> tuple[Invoice, list[InvoiceLine]]:
    """Issue an association's invoice: with the next number, due in DAYS_TO_PAY unless a day is given.

    Whether the actor may bring it about is the caller's to have asked. `subject_id`: the row of the caller's domain
    that it is about, for the journal. The caller links the lines to what they charge for.
    """
    async with work.elevated("whoever brings an invoice about doesn't issue it"):
        sequence = await numbers.hold(work, association_id)
        account = await accounts.open_account(work, association_id, payer, currency)
        invoice = await work.insert(
            Invoice(
                account_id=account.id,
                association_id=association_id,
                person_id=account.person_id,
                payer_id=account.payer_id,
                number=numbers.next_number(sequence),
                label=dict(label),
                total=sum((line.amount for line in lines), Decimal()),
                currency=currency,
                issued_on=work.today,
                due_on=due_on or work.today + timedelta(days=DAYS_TO_PAY),
            )
        )
        rows = [_row(invoice, rank, line) for rank, line in enumerate(lines)]
        work.session.add_all(rows)
        subject = {} if subject_id is None else {"subject_id": str(subject_id)}
        await work.record("invoice.issued", invoice, data={"number": invoice.number, **subject})
    return invoice, rows


async def credit(work: Work, invoice: Invoice, *, reason: str | None = None) -> Invoice | None:
    """Take an invoice back by a credit note; None if it was taken back before, by hand at the same moment say.

    What was paid for it is a credit of the payer from then on. Whether the actor may bring it about is the caller's to
    have asked.
    """
    async with work.elevated("whoever brings a credit note about doesn't issue it"):
        sequence = await numbers.hold(work, invoice.association_id)
        await accounts.lock(work, invoice.account_id)
        if await number_of_credit_note(work, invoice) is not None:
            return None
        same = invoice.model_dump(
            exclude={
                "id",
                "created_at",
                "updated_at",
                "number",
                "kind",
                "issued_on",
                "due_on",
                "credits_id",
                "original_id",
            }
        )
        note = await work.insert(
            Invoice(
                **same,
                kind=InvoiceKind.CREDIT_NOTE,
                credits_id=invoice.id,
                number=numbers.next_number(sequence),
                issued_on=work.today,
                due_on=work.today,
            )
        )
        await allocations.release(work, invoice)
        await work.record(
            "invoice.credited", note, reason=reason, data={"credits_id": str(invoice.id), "number": note.number}
        )
    return note


async def issue_credit_note(work: Work, invoice_id: UUID, *, reason: str | None = None) -> Invoice:
    """Take an invoice back by hand. Asks for `fees.manage`; AlreadyCredited the second time."""
    invoice = await work.find(Invoice, invoice_id)
    work.actor.require(MANAGE_FEES, invoice.association_id)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    check_invoice(invoice)
    note = await credit(work, invoice, reason=reason)
    if note is None:
        await check_not_credited(work, invoice)
    assert note is not None
    return note


async def lines_of(work: Work, invoice: Invoice) -> Sequence[InvoiceLine]:
    """An invoice's lines, in order."""
    query = work.select(InvoiceLine).where(col(InvoiceLine.invoice_id) == invoice.original_id)
    return (await work.session.scalars(query.order_by(col(InvoiceLine.rank)))).all()


def _row(invoice: Invoice, rank: int, line: Line) -> InvoiceLine:
    return InvoiceLine(
        invoice_id=invoice.id,
        association_id=invoice.association_id,
        person_id=invoice.person_id,
        payer_id=invoice.payer_id,
        rank=rank,
        label=dict(line.label),
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        amount=line.amount,
        currency=invoice.currency,
    )
