"""Invoice numbers, without gaps, per issuing association.

A number is taken from a row that stays locked until the transaction ends, so a rolled-back transaction leaves no gap.
The lock comes after those of the domain that bills, and before the account's.
"""

from uuid import UUID

from models import InvoiceSequence
from services.core.errors import NotFound
from services.core.work import Work


async def hold(work: Work, association_id: UUID) -> InvoiceSequence:
    """Lock the association's sequence: nobody else issues an invoice for it before this transaction ends.

    To be called elevated. Code that issues an invoice only if there is none for a subject takes this lock before
    checking.
    """
    try:
        return await work.find_by(InvoiceSequence, association_id=association_id, lock=True)
    except NotFound:
        # Of two simultaneous first invoices, the second waits here for the first, and then for its lock.
        row = work.completed(InvoiceSequence, {"association_id": association_id, "last": 0})
        await work.session.execute(work.inserting(InvoiceSequence).values(row).on_conflict_do_nothing())
        return await work.find_by(InvoiceSequence, association_id=association_id, lock=True)


def next_number(sequence: InvoiceSequence) -> int:
    """The next number of a locked sequence."""
    sequence.last += 1
    return sequence.last
