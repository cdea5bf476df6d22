"""The waiting list of a seat pool: first come, first served, within priority; a party with all its seats or not at all.

Whoever frees seats, adds some or lets more people have them feeds the line in the same transaction. So there is never
somebody in line who could be served, but for an event that has begun: then nobody is served from its line any more.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Row, and_, func
from sqlmodel import col

from models import Allotment, Event, Registration, RegistrationState, SeatPool
from services.core.statements import matching
from services.core.work import Work
from services.events import access
from services.events.registrations import effects
from services.events.seats import pools
from services.events.seats.pools import WAITING

WAITING_LIST_ORDER = (col(Registration.priority), col(Registration.arrival))
"""The order of a waiting list."""


@dataclass
class Source:
    """Seats to be had, and who of those in line may have them: for all, or what an allotment keeps for its members."""

    allotment: Allotment | None
    free: int | None  # null: without a limit
    members: Collection[UUID] | None = None  # registrations; null: everybody's
    is_blocked: bool = False  # somebody who comes first waits for more of these than there are

    def is_for(self, registration_id: UUID) -> bool:
        """Whether whose registration this is may have these seats."""
        return self.members is None or registration_id in self.members

    def has(self, seats: int) -> bool:
        """Whether so many can be had."""
        return not self.is_blocked and (self.free is None or self.free >= seats)

    @property
    def is_exhausted(self) -> bool:
        """Whether nobody can be served from it any more."""
        return self.is_blocked or self.free == 0


async def feed(work: Work, pool: SeatPool, event: Event) -> list[Registration]:
    """Serve who waits for seats of a locked pool, in the transaction that freed them. Who was served, in order.

    They are confirmed, or made an offer where the event gives them time to think. To be called elevated: the next in
    line is somebody else's registration. Two cancellations at once feed the line one after the other, because each has
    the pool's lock before it looks at the line; so they never serve the same person.
    """
    if is_over(work, event):
        return []
    sources = await _sources(work, pool)
    if all(source.is_exhausted for source in sources):
        return []
    # Where all wait for the same seats and nobody passes anybody, no more can be served than there are seats.
    in_order = len(sources) == 1 and not event.smaller_parties_may_pass
    line = await _line(work, pool, sources[-1].free if in_order else None)
    chosen = serve(line, sources, smaller_may_pass=event.smaller_parties_may_pass)
    registrations = await _locked(work, chosen)
    for id, allotment in chosen.items():
        await _seat(work, pool, event, registrations[id], allotment)
    return [registrations[id] for id in chosen]


async def feed_all(work: Work, seats: Iterable[SeatPool]) -> None:
    """The same for pools of several events, all of them locked before.

    By association: each confirmation may take a number of its invoices, which is a lock as well, and two works that
    take several of these take them in one order.
    """
    for pool in sorted(seats, key=lambda pool: (pool.association_id, pool.id)):
        await feed(work, pool, await access.event_now(work, pool.event_id))


def serve(
    line: Iterable[tuple[UUID, int]], sources: list[Source], *, smaller_may_pass: bool
) -> dict[UUID, Allotment | None]:
    """Who of a line (registration, seats) gets seats, in its order, and of which allotment. Uses the sources up.

    Each takes of the first source that is for them and has enough. Where none has, nobody behind them takes of theirs,
    unless smaller parties may pass.
    """
    chosen: dict[UUID, Allotment | None] = {}
    for id, seats in line:
        theirs = [source for source in sources if source.is_for(id)]
        found = next((source for source in theirs if source.has(seats)), None)
        if found is not None:
            chosen[id] = found.allotment
            found.free = None if found.free is None else found.free - seats
        elif not smaller_may_pass:
            for source in theirs:
                source.is_blocked = True
        if all(source.is_exhausted for source in sources):
            break
    return chosen


def is_over(work: Work, event: Event) -> bool:
    """Whether nobody is served from the event's line any more: it has begun, or won't take place."""
    return event.state not in access.BEFORE_HELD or work.now >= event.starts_at


async def _sources(work: Work, pool: SeatPool) -> list[Source]:
    """What allotments keep, the first to be released first, then what is for all."""
    common = Source(None, pool.free)
    if pool.reserved == 0:
        return [common]
    query = (
        work.select(Allotment, lock=True)
        .where(
            col(Allotment.pool_id) == pool.id,
            col(Allotment.released_at).is_(None),
            col(Allotment.taken) < col(Allotment.seats),
        )
        .order_by(col(Allotment.releases_at), col(Allotment.id))
    )
    allotments = (await work.session.scalars(query)).all()
    members: dict[UUID, set[UUID]] = {allotment.id: set() for allotment in allotments}
    is_member = func.is_member(col(Registration.person_id), col(Allotment.beneficiary_id), work.today)
    theirs = (
        work.select(col(Allotment.id), col(Registration.id))
        .join(Registration, and_(matching(Registration.pool_id, Allotment.pool_id), WAITING))
        .where(col(Allotment.id).in_(members), is_member)
    )
    for allotment_id, registration_id in await work.session.execute(theirs):
        members[allotment_id].add(registration_id)
    return [Source(a, a.left, members[a.id]) for a in allotments] + [common]


async def _line(work: Work, pool: SeatPool, limit: int | None) -> list[Row[UUID, int]]:
    query = (
        work.select(col(Registration.id), col(Registration.seats))
        .where(col(Registration.pool_id) == pool.id, WAITING)
        .order_by(*WAITING_LIST_ORDER)
        .limit(limit)
    )
    return list((await work.session.execute(query)).all())


async def _locked(work: Work, ids: Collection[UUID]) -> dict[UUID, Registration]:
    if not ids:
        return {}
    query = work.select(Registration, lock=True).where(col(Registration.id).in_(ids)).order_by(col(Registration.id))
    return {registration.id: registration for registration in await work.session.scalars(query)}


async def _seat(
    work: Work, pool: SeatPool, event: Event, registration: Registration, allotment: Allotment | None
) -> None:
    pools.hold(pool, allotment, registration)
    if event.offer_hours is None:
        registration.state, registration.confirmed_at = RegistrationState.CONFIRMED, work.now
        await effects.entered(work, registration, "registration.promoted", as_agreed=True)
        return
    registration.state, registration.offered_at = RegistrationState.OFFERED, work.now
    # Nobody thinks it over past the beginning.
    registration.offer_expires_at = min(work.now + timedelta(hours=event.offer_hours), event.starts_at)
    until = registration.offer_expires_at.isoformat()
    await effects.entered(work, registration, "registration.offered", data={"until": until})
