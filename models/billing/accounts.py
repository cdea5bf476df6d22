"""Accounts: what one payer owes one association in one currency, and what was paid."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index

from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import Condition, holds, own, policy
from models.base.records import TenantRecord, belongs_to, carries, unique

MANAGE_FEES = Permission("fees.manage", about_persons=True, scope=True)


class BillingAccount(TenantRecord, table=True):
    """A payer's account with an association, in one currency. The payer; STAFF of the association.

    Invoices, payments and allocations refer to the account, so an allocation always has one issuer, one payer and one
    currency. Allocations are made under the lock of its row. It stores no balance: balances are sums of its entries.
    """

    __table_args__ = (
        belongs_to("association", "association_id"),
        belongs_to("person", "person_id"),
        belongs_to("association", "payer_id"),
        # For the copies that policies compare. Of the payer's two columns one is null, and a key with a null in it
        # isn't checked: so each has a key of its own.
        carries("association_id", "currency"),
        carries("person_id"),
        carries("payer_id"),
        unique("association_id", "person_id", "currency", name="one_billing_account_a_person"),
        unique("association_id", "payer_id", "currency", name="one_billing_account_a_payer"),
        CheckConstraint("num_nonnulls(person_id, payer_id) = 1", name="billing_account_of_one_payer"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="billing_account_in_a_currency"),
        Index("billing_account_by_person", "confederation_id", "person_id"),
        Index("billing_account_by_payer", "confederation_id", "payer_id"),
    )
    __tablename__ = "billing_account"

    association_id: UUID  # the creditor
    person_id: UUID | None = None  # the payer: a person,
    payer_id: UUID | None = None  # or an association
    currency: str = "CAD"  # ISO 4217


def payer_or_issuer(model: Any) -> Condition:
    """Readers of an account's entry: the person who pays, and STAFF with `fees.manage` on either side."""
    return own(model.person_id) | holds(MANAGE_FEES, model.association_id) | holds(MANAGE_FEES, model.payer_id)


policy(BillingAccount, read=payer_or_issuer(BillingAccount), write=holds(MANAGE_FEES, BillingAccount.association_id))

classified(BillingAccount, personal={"person_id": ""}, neither="association_id payer_id currency")
