"""Offers: seats that are held for whoever is next until they accept, decline, or let the time pass."""

from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col

from models import MANAGE_REGISTRATIONS, CancellationCause, Registration, RegistrationState
from services.core.checks import check_text
from services.core.jobs.jobs import every, job
from services.core.work import Work
from services.events import access
from services.events.errors import OfferExpired, WrongRegistrationState
from services.events.registrations import effects, registering
from services.events.seats import pools, waiting_list

OFFERED = RegistrationState.OFFERED
ELEVATION_REASON = "an offer that ends is the next in line's"


async def accept_offer(work: Work, registration_id: UUID) -> Registration:
    """Confirm the seats that one was offered, or another was, with `registrations.manage`.

    OfferExpired once its time is over, though nobody may have taken it back yet; WrongRegistrationState where none
    stands. Accepting and expiring at once: both want the registration's row, and whoever comes second finds it decided.
    """
    offered = await _offered(work, registration_id)
    assert offered.offer_expires_at is not None
    if work.now >= offered.offer_expires_at:
        raise OfferExpired(offered.offer_expires_at)
    offered.state, offered.confirmed_at, offered.offer_expires_at = RegistrationState.CONFIRMED, work.now, None
    await work.flush()
    await effects.entered(work, offered, "registration.accepted", as_agreed=True)
    return offered


async def decline_offer(work: Work, registration_id: UUID, *, reason: str | None = None) -> Registration:
    """Give the seats that one was offered to the next in line; one's own, or with `registrations.manage`.

    WrongRegistrationState where no offer stands.
    """
    declined = await access.registration(work, registration_id)
    _ask(work, declined)
    reason = None if reason is None else check_text(reason, "reason", most=500)
    if declined.state is not OFFERED:
        raise WrongRegistrationState([OFFERED], declined.state)
    return await registering.leave(work, declined, CancellationCause.OFFER_DECLINED, reason=reason)


@job("expire_offer")
async def expire_offer(work: Work, *, registration_id: UUID) -> None:
    """End one offer, if it stands and its time is over."""
    await expire_offers(work, registration_id)


@every("* * * * *")
async def expire_offers(work: Work, registration_id: UUID | None = None) -> list[Registration]:
    """End the offers whose time is over, or one of them, and pass their seats on. Returns the registrations.

    Each offer has a job of its own; this runs every minute for those whose job is late.
    """
    due = and_(
        col(Registration.state) == OFFERED,
        col(Registration.offer_expires_at) <= work.now,
        *([] if registration_id is None else [col(Registration.id) == registration_id]),
    )
    expired: list[Registration] = []
    async with work.elevated(ELEVATION_REASON):
        ids = set(await work.session.scalars(work.select(col(Registration.pool_id)).where(due)))
        seats = {pool.id: pool for pool in await pools.lock_all(work, ids=ids)}
        # Under the locks: what was accepted meanwhile is not there any more, and what is there stays.
        query = work.select(Registration, lock=True).where(due, col(Registration.pool_id).in_(seats))
        for offer in await work.session.scalars(query.order_by(col(Registration.id))):
            await registering.end(work, seats[offer.pool_id], offer, CancellationCause.OFFER_EXPIRED)
            expired.append(offer)
        await waiting_list.feed_all(work, seats.values())
    return expired


async def _offered(work: Work, registration_id: UUID) -> Registration:
    """The registration, locked, with an offer that stands; of the actor, or of the desk that they run."""
    _ask(work, await access.registration(work, registration_id))
    offered = await access.registration(work, registration_id, lock=True)
    if offered.state is not OFFERED:
        raise WrongRegistrationState([OFFERED], offered.state)
    return offered


def _ask(work: Work, offered: Registration) -> None:
    if not access.speaks_for(work, offered):
        work.actor.require(MANAGE_REGISTRATIONS, offered.association_id)
