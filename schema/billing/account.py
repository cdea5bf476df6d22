"""Accounts of payers: what each owes an association, and has paid."""

import models
from models import MANAGE_FEES
from schema.billing.invoice import Invoice
from schema.billing.money import CURRENCY, Money, money
from schema.billing.payment import Payment
from schema.compiler.declare import column, connection, extends, many, one, read_type
from schema.people.person import Person
from schema.reading.recording import file
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association
from services.billing import balances


@read_type(models.BillingAccount)
class BillingAccount(Node):
    """What a person or an association owes an association in one currency. STAFF of the issuer, and the payer."""

    currency: str = column(CURRENCY, where=True)
    charged: Money = one("Invoices less credit notes.", rows=money(balances.account_charged), weight=2)
    paid: Money = one("Payments less refunds and returned payments.", rows=money(balances.account_paid), weight=2)
    credit: Money = one(
        "What payments have left: set against no invoice, and not given back. Below zero, a refund of a payment that "
        "was returned afterwards.",
        rows=money(balances.account_credit),
        weight=3,
    )
    balance: Money = one(
        "`charged` less `paid`: above zero the payer owes it, below zero it is to be given back.",
        rows=money(balances.account_balance),
        weight=3,
    )
    association: Association = one("Who is owed.", via="association_id")
    person: Person | None = one("Who pays, where a person.", via="person_id")
    payer: Association | None = one("Who pays, where an association.", via="payer_id")
    invoices: Connection[Invoice] = connection(
        "Its invoices and credit notes, the latest first.", via="account_id", order=("-number",)
    )
    payments: Connection[Payment] = connection(
        "What came and went, the latest first.", via="account_id", order=("-received_on",)
    )


@extends(Payment)
class _PaymentAccount:
    account: BillingAccount | None = one("The payer's account that it is on.", via="account_id")


@extends(Invoice)
class _InvoiceAccount:
    account: BillingAccount | None = one("The payer's account that it is on.", via="account_id")


@extends(Person)
class _PersonAccounts:
    billing_accounts: list[BillingAccount] = many(
        "What they owe, by association and currency.",
        via="person_id",
        limit=200,
        recorded=file(MANAGE_FEES),
    )


@extends(Association)
class _AssociationAccounts:
    billing_accounts: Connection[BillingAccount] = connection(
        "What each payer owes it, as far as the reader may see it.", via="association_id"
    )
    billing_accounts_to_pay: Connection[BillingAccount] = connection(
        "What it owes each association, as far as the reader may see it.", via="payer_id"
    )
