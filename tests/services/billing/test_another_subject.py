"""Another subject is billed with nothing changed below it: here the dues of a club that exist in this test alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlmodel import col
from uuid_utils.compat import uuid7

from models import MANAGE_FEES, Invoice, InvoiceLine, Payment, PaymentMethod, Person, Role
from models.base.policies import Condition, RowPolicy, permission_setting, setting
from models.migrations.security import contracted, protection
from services.billing import balances
from services.billing.accounts import Payer
from services.billing.allocations import use_credit
from services.billing.invoices import Line, credit, issue
from services.billing.payments import record_payment, return_payment
from services.core.work import Work
from tests.making import Maker, texts
from tests.services.billing.looking import balance, figure
from tests.services.billing.looking import credit as credit_of

DUES = texts("Cotisation", "Dues")

TABLES = """
create table club_dues (
  confederation_id uuid not null references confederation (id), id uuid not null,
  association_id uuid not null, person_id uuid not null, year int not null,
  primary key (confederation_id, id),
  unique (confederation_id, id, association_id, person_id),
  foreign key (confederation_id, association_id) references association (confederation_id, id),
  foreign key (confederation_id, person_id) references person (confederation_id, id)
);
create table club_dues_invoice (
  confederation_id uuid not null references confederation (id), id uuid not null,
  dues_id uuid not null, association_id uuid not null, person_id uuid not null,
  line_id uuid not null, invoice_id uuid not null,
  primary key (confederation_id, id),
  unique (confederation_id, line_id),
  foreign key (confederation_id, dues_id, association_id, person_id)
    references club_dues (confederation_id, id, association_id, person_id) on update cascade,
  foreign key (confederation_id, line_id, invoice_id, association_id)
    references invoice_line (confederation_id, id, invoice_id, association_id) on update cascade
)
"""
READERS = Condition(
    f"person_id = {setting('person', 'uuid')} or association_id = any({permission_setting(MANAGE_FEES)})"
)
POLICIES = [
    RowPolicy("club_dues", READERS, READERS),
    RowPolicy("club_dues_invoice", READERS, READERS, append_only=True),
]


@dataclass(frozen=True)
class Dues:
    """What a member owes the club for a year."""

    id: UUID
    association_id: UUID
    person_id: UUID


@pytest.fixture
async def tables(database_url: str) -> AsyncIterator[None]:
    """The subject's table and its link to the lines of invoices, while the test runs."""
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute(TABLES)
        for policy in POLICIES:
            parts: dict[str, Any] = dict.fromkeys(("against_owner", "counted", "participants"), False)
            parts |= {"read": contracted(policy.read.sql), "write": contracted(policy.write.sql)}
            for statement in protection(policy.table, append_only=policy.append_only, **parts):
                await owner.execute(statement)
        yield
    finally:
        await owner.execute("drop table if exists club_dues_invoice, club_dues")
        await owner.close()


async def enter_dues(make: Maker, person: Person) -> Dues:
    dues = Dues(uuid7(), (await make.home()).id, person.id)
    async with make.acting_as(person) as work:
        await work.session.execute(
            text("insert into club_dues values (:tenant, :id, :association_id, :person_id, 2027)"),
            {"tenant": work.tenant_id, **vars(dues)},
        )
    return dues


async def charge(work: Work, dues: Dues, amount: str) -> Invoice:
    """The operation of the domain: issue, link, and use what was paid for the same dues."""
    lines = [Line(label=DUES, unit_amount=Decimal(amount))]
    payer = Payer(person_id=dues.person_id)
    invoice, (line,) = await issue(
        work, dues.association_id, payer, lines, label=DUES, currency="CAD", subject_id=dues.id
    )
    await link(work, dues, line)
    of_these = (
        select(col(InvoiceLine.invoice_id))
        .where(col(InvoiceLine.confederation_id) == work.tenant_id)
        .where(text("exists (select from club_dues_invoice l where l.line_id = invoice_line.id and l.dues_id = :dues)"))
        .params(dues=dues.id)
    )
    await use_credit(work, invoice, of_these)
    return invoice


async def link(work: Work, dues: Dues, line: InvoiceLine) -> None:
    columns = {"dues_id": dues.id, "association_id": dues.association_id, "person_id": dues.person_id}
    await work.session.execute(
        text(
            "insert into club_dues_invoice"
            " (confederation_id, id, dues_id, association_id, person_id, line_id, invoice_id)"
            " values (:tenant, :id, :dues_id, :association_id, :person_id, :line_id, :invoice_id)"
        ),
        {"tenant": work.tenant_id, "id": uuid7(), "line_id": line.id, "invoice_id": line.invoice_id, **columns},
    )


async def linked(make: Maker, who: Person) -> int:
    async with make.acting_as(who) as work:
        return int(await work.session.scalar(text("select count(*) from club_dues_invoice")) or 0)


@pytest.mark.usefixtures("tables")
async def test_dues_are_invoiced_paid_corrected_and_returned(make: Maker) -> None:
    member, treasurer = await make.member(), await make.staff(Role.TREASURER)
    dues = await enter_dues(make, member)
    async with make.acting_as(member) as work:
        invoice = await charge(work, dues, "120.00")
    async with make.acting_as(treasurer) as work:
        cheque = await record_payment(work, invoice.id, method=PaymentMethod.CHEQUE, amount=Decimal("120.00"))
    assert await balance(make, invoice) == "0.00"
    # They are a student: a credit note, another invoice, and what was paid is set against it.
    async with make.acting_as(member) as work:
        await credit(work, invoice)
        cheaper = await charge(work, dues, "80.00")
    assert (await balance(make, cheaper), await credit_of(make, cheaper)) == ("0.00", Decimal("40.00"))
    async with make.acting_as(treasurer) as work:
        await return_payment(work, cheque.id)
    assert (await balance(make, cheaper), await credit_of(make, cheaper)) == ("80.00", Decimal())
    assert str(await figure(make, await make.fresh(cheque), balances.unallocated(Payment))) == "0.00"
    assert [row.number for row in await make.invoices()] == [1, 2, 3]
    seen = [await linked(make, who) for who in (member, treasurer, await make.member())]
    assert seen == [2, 2, 0]


@pytest.mark.usefixtures("tables")
async def test_a_line_of_another_association_or_tenant_can_not_be_linked(make: Maker) -> None:
    member = await make.member()
    dues = await enter_dues(make, member)
    other = await make.other()
    elsewhere = await make.bill(member, association_id=(await make.association()).id)
    for line in (await make.line(elsewhere), await other.line(await other.bill())):
        with pytest.raises(Exception, match="club_dues_invoice_confederation_id_line_id"):
            async with make.acting_as(member) as work:
                await link(work, dues, line)
    assert await linked(make, member) == 0
