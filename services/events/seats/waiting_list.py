"""The waiting list of a seat pool: by priority, then first come, first served. A party gets all its seats or none.

Freeing or adding seats, or opening them to more people, serves the waiting list in the same transaction. So nobody is
ever waiting who could have a seat, except once the event has begun: then its waiting list is no longer served.
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
"""Order of a waiting list."""


@dataclass
class Source:
    """A source of free seats, and who may have them: open to everybody, or an allotment's for its members."""

    allotment: Allotment | None
    free: int | None  # None: no limit
    members: Collection[UUID] | None = None  # their registrations; None: everybody's
    is_blocked: bool = False  # somebody ahead needs more of these seats than are free

    def is_for(self, registration_id: UUID) -> bool:
        """Whether this registration may have these seats."""
        return self.members is None or registration_id in self.members

    def has(self, seats: int) -> bool:
        """Whether this many seats are free."""
        return not self.is_blocked and (self.free is None or self.free >= seats)

    @property
    def is_exhausted(self) -> bool:
        """Whether no more registrations can get seats from it."""
        return self.is_blocked or self.free == 0


async def feed(work: Work, pool: SeatPool, event: Event) -> list[Registration]:
    """Serve the waiting list of a locked pool, in the transaction that freed seats. Return who was served, in order.

    They are confirmed, or get an offer if the event makes offers. To be called elevated: the next person's registration
    is not the actor's own. Two simultaneous cancellations serve the list one after the other, because each takes the
    pool's lock before it reads the list; so they never serve the same person.
    """
    if is_over(work, event):
        return []
    sources = await _sources(work, pool)
    if all(source.is_exhausted for source in sources):
        return []
    # If all wait for the same seats and nobody passes anybody, no more can be served than there are seats.
    in_order = len(sources) == 1 and not event.smaller_parties_may_pass
    line = await _line(work, pool, sources[-1].free if in_order else None)
    chosen = serve(line, sources, smaller_may_pass=event.smaller_parties_may_pass)
    registrations = await _locked(work, chosen)
    for id, allotment in chosen.items():
        await _seat(work, pool, event, registrations[id], allotment)
    return [registrations[id] for id in chosen]


async def feed_all(work: Work, seats: Iterable[SeatPool]) -> None:
    """Serve the waiting lists of pools of several events, all of them locked before.

    Ordered by association: a confirmation may lock its invoice numbers, and transactions that lock several of these
    must do so in one order.
    """
    for pool in sorted(seats, key=lambda pool: (pool.association_id, pool.id)):
        await feed(work, pool, await access.event_now(work, pool.event_id))


def serve(
    line: Iterable[tuple[UUID, int]], sources: list[Source], *, smaller_may_pass: bool
) -> dict[UUID, Allotment | None]:
    """Decide who of a waiting list (registration, seats) gets seats, in order, and from which allotment.

    Uses up the sources.

    Each takes seats from the first source that they may use and that has enough. If none has, nobody behind them may
    use their sources, unless smaller parties may pass.
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
    """Whether the event's waiting list is no longer served: the event has begun, or won't take place."""
    return event.state not in access.BEFORE_HELD or work.now >= event.starts_at


async def _sources(work: Work, pool: SeatPool) -> list[Source]:
    """Free seats of allotments, the first to be released first, then those open to everybody."""
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
    # No offer lasts beyond the event's start.
    registration.offer_expires_at = min(work.now + timedelta(hours=event.offer_hours), event.starts_at)
    until = registration.offer_expires_at.isoformat()
    await effects.entered(work, registration, "registration.offered", data={"until": until})
