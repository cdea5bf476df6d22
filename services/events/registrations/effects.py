"""Side effects of changing a registration, in one place: journal entry, message, jobs and invoices."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from models import CancellationCause, JournalEntry, MailKind, Registration, RegistrationState
from services.core.jobs import jobs
from services.core.work import Work
from services.events import mail
from services.events.prices import charging

_MAIL = {
    RegistrationState.CONFIRMED: MailKind.CONFIRMATION,
    RegistrationState.WAITLISTED: MailKind.WAITING_LIST,
    RegistrationState.OFFERED: MailKind.OFFER,
    RegistrationState.CANCELLED: MailKind.CANCELLATION,
}


async def entered(
    work: Work,
    registration: Registration,
    action: str,
    *,
    reason: str | None = None,
    is_priced: bool = True,
    as_agreed: bool = False,
    on_behalf_of_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """After a change of state: write the journal, notify the person, and charge the seats.

    The expiry of an offer is enqueued as a job. The invoice for seats given up is credited. Joining the waiting list
    stores the current price; `as_agreed`: charge that price, or nothing. `is_priced`: false if the caller knows that
    the event has no prices.
    """
    where = _where(registration, data)
    entry = await work.record(action, registration, on_behalf_of_id=on_behalf_of_id, reason=reason, data=where)
    kind, cause = _MAIL[registration.state], registration.cancellation_cause
    if cause is CancellationCause.OFFER_EXPIRED:
        kind = MailKind.OFFER_EXPIRED
    if cause is not CancellationCause.EVENT_CANCELLED:  # everybody at the event gets one message about that
        await mail.announce(work, registration, kind, entry.id)
    if registration.state is RegistrationState.OFFERED:
        assert registration.offer_expires_at is not None
        after = registration.offer_expires_at - work.now
        await jobs.enqueue(work, "expire_offer", after=after, registration_id=registration.id)
    elif registration.state is RegistrationState.CONFIRMED and is_priced:
        # An association pays for its delegates.
        await charging.charge(work, registration, payer_id=registration.delegated_by_id, as_agreed=as_agreed)
    elif registration.state is RegistrationState.WAITLISTED and is_priced:
        await charging.agree(work, registration)
    elif registration.state is RegistrationState.CANCELLED:
        await charging.credit(work, registration, reason=reason)
    return entry


async def changed(
    work: Work,
    registration: Registration,
    action: str,
    *,
    reason: str | None = None,
    anew: bool = False,
    on_behalf_of_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """After a change of seats, guests or role: write the journal, and send the person the current tickets.

    The invoice is adjusted to the seats. `anew`: it is replaced according to the role, or the current price.
    """
    where = _where(registration, data)
    entry = await work.record(action, registration, on_behalf_of_id=on_behalf_of_id, reason=reason, data=where)
    await mail.announce(work, registration, _MAIL[registration.state], entry.id)
    if anew:
        await charging.credit(work, registration, reason=reason)
        await charging.charge(work, registration, payer_id=registration.delegated_by_id)
    else:
        await charging.adjust(work, registration)
    return entry


def _where(registration: Registration, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data of a journal entry, with the registration's event and pool."""
    return {"event_id": str(registration.event_id), "pool_id": str(registration.pool_id), **(data or {})}
