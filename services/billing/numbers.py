"""Numbers of invoices, without gaps, by each association that issues them.

A number is taken from a row that stays locked until the transaction ends: a transaction that is rolled back gives its
number back, because it never had it. The lock comes after those of the domain that bills, and before the account's.
"""

from uuid import UUID

from models import InvoiceSequence
from services.core.errors import NotFound
from services.core.work import Work


async def hold(work: Work, association_id: UUID) -> InvoiceSequence:
    """The association's sequence, locked: nobody else issues anything for it before this transaction ends.

    To be called elevated. Whoever asks what was issued for a subject, and issues if nothing was, holds it first.
    """
    try:
        return await work.find_by(InvoiceSequence, association_id=association_id, lock=True)
    except NotFound:
        # Two first invoices at once: the second waits here for the first, and then for its lock.
        row = work.completed(InvoiceSequence, {"association_id": association_id, "last": 0})
        await work.session.execute(work.inserting(InvoiceSequence).values(row).on_conflict_do_nothing())
        return await work.find_by(InvoiceSequence, association_id=association_id, lock=True)


def next_number(sequence: InvoiceSequence) -> int:
    """The next number of a sequence that is held."""
    sequence.last += 1
    return sequence.last
