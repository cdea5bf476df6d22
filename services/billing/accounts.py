"""A payer's account with an association."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models import BillingAccount
from services.core.errors import NotFound
from services.core.work import Work


@dataclass(frozen=True)
class Payer:
    """The payer: either a person or an association."""

    person_id: UUID | None = None
    association_id: UUID | None = None


async def open_account(work: Work, association_id: UUID, payer: Payer, currency: str) -> BillingAccount:
    """The payer's account with the association, locked; created if there is none."""
    columns: dict[str, Any] = {
        "association_id": association_id,
        "person_id": payer.person_id,
        "payer_id": payer.association_id,
        "currency": currency,
    }
    try:
        return await work.find_by(BillingAccount, lock=True, **columns)
    except NotFound:
        # Of two simultaneous first invoices, the second waits here for the first, and then for its lock.
        row = work.completed(BillingAccount, {"id": uuid7(), **columns})
        await work.session.execute(work.inserting(BillingAccount).values(row).on_conflict_do_nothing())
        return await work.find_by(BillingAccount, lock=True, **columns)


async def lock(work: Work, account_id: UUID) -> BillingAccount:
    """Lock the account: nobody else changes its allocations before this transaction ends.

    Invoices and payments can't be changed, so their rows can't be locked either. Without this lock, two simultaneous
    payments of the full amount would both find it due.
    """
    return await work.find(BillingAccount, account_id, lock=True)
