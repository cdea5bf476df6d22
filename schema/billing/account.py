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
    """The account of a person or an association with an issuing association, in one currency. STAFF of the issuer, and
    the payer.
    """

    currency: str = column(CURRENCY, where=True)
    charged: Money = one("Invoices minus credit notes.", rows=money(balances.account_charged), weight=2)
    paid: Money = one("Payments minus refunds and returned payments.", rows=money(balances.account_paid), weight=2)
    credit: Money = one(
        "Payments that are neither allocated to an invoice nor refunded. Negative if a refunded payment "
        "was returned afterwards.",
        rows=money(balances.account_credit),
        weight=3,
    )
    balance: Money = one(
        "`charged` minus `paid`: positive if the payer owes it, negative if it is to be refunded.",
        rows=money(balances.account_balance),
        weight=3,
    )
    association: Association = one("Issuing association.", via="association_id")
    person: Person | None = one("Person who pays; null if an association pays.", via="person_id")
    payer: Association | None = one("Association that pays; null if a person pays.", via="payer_id")
    invoices: Connection[Invoice] = connection(
        "Its invoices and credit notes, the latest first.", via="account_id", order=("-number",)
    )
    payments: Connection[Payment] = connection(
        "Payments and refunds, the latest first.", via="account_id", order=("-received_on",)
    )


@extends(Payment)
class _PaymentAccount:
    account: BillingAccount | None = one("Account of the payer that it belongs to.", via="account_id")


@extends(Invoice)
class _InvoiceAccount:
    account: BillingAccount | None = one("Account of the payer that it belongs to.", via="account_id")


@extends(Person)
class _PersonAccounts:
    billing_accounts: list[BillingAccount] = many(
        "Their accounts, one per association and currency.",
        via="person_id",
        limit=200,
        recorded=file(MANAGE_FEES),
    )


@extends(Association)
class _AssociationAccounts:
    billing_accounts: Connection[BillingAccount] = connection(
        "Accounts of its payers that the reader may see.", via="association_id"
    )
    billing_accounts_to_pay: Connection[BillingAccount] = connection(
        "Its own accounts with other associations that the reader may see.", via="payer_id"
    )
