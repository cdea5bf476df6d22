"""The registration office as the state machine drives it: each step is an operation of its own transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from models import Association, AttendeeRole, Event, EventFormat, EventState, Person, Registration, Role
from services.core.actor import Actor, system
from services.core.errors import Problem
from services.core.work import Work, begin
from services.events.planning import life, rules
from services.events.registrations import editing, groups, moving, registering
from services.events.seats import allotments, offers, priorities
from services.events.seats.capacity import change_capacity
from tests.making import Maker
from tests.services.events.registrations.reference import LARGEST_PARTY, Reference

FORMATS = (EventFormat.IN_PERSON, EventFormat.ONLINE)
_STEPS = {
    "OPEN": life.open_registration,
    "CLOSED": life.close_registration,
    "HELD": life.hold_event,
    "CANCELLED": life.cancel_event,
}
_ROWS = """
select person_id, pool_id, seats, state, priority, allotment_id, offer_expires_at
from registration where event_id = $1 order by arrival, id
"""


@dataclass(repr=False)
class Office:
    """A confederation with its people, and the event of one example. The operations are the reference's, by name."""

    make: Maker
    owner: asyncpg.Connection
    people: Sequence[Person]
    actors: Sequence[Actor]
    associations: Sequence[Association]
    staff: Actor
    event: Event = field(init=False)
    pools: list[UUID] = field(init=False)
    allotments: list[UUID] = field(init=False)
    start: datetime = field(init=False)
    now: datetime = field(init=False)

    @classmethod
    async def opened(cls, make: Maker, owner: asyncpg.Connection) -> "Office":
        """Eight members of the home association; three are also of another's, and one of that one's umbrella."""
        umbrella = await make.umbrella()
        south = await make.association(under=umbrella)
        people = [await make.member() for _ in range(8)]
        for person in people[:3]:
            await make.membership(person, south)
        await make.membership(people[3], umbrella)
        staff = await make.actor(await make.staff(Role.REGISTRAR))
        return cls(make, owner, people, [await make.actor(person) for person in people], (south, umbrella), staff)

    async def begin(self, reference: Reference) -> None:
        """Another event, as the reference has it."""
        self.start = self.now = datetime.now(UTC).replace(microsecond=0)
        self.event = await self.make.event(
            state=EventState(reference.state),
            formats=FORMATS,
            starts_at=self.start + timedelta(hours=reference.starts),
            offer_hours=reference.offer_hours or None,
            largest_party=LARGEST_PARTY,
            smaller_parties_may_pass=reference.may_pass,
            counts_staff=False,
        )
        found = [await self.make.pool(self.event, format) for format in FORMATS]
        for pool, capacity in zip(found, reference.capacity, strict=True):
            pool.capacity = capacity
        await self.make.save(*found)
        self.pools, self.allotments = [pool.id for pool in found], []

    async def register(self, person: int, pool: int, seats: int) -> str | None:
        return await self._by(
            self.actors[person],
            lambda work: registering.register(work, self.event.id, format=FORMATS[pool], seats=seats),
        )

    async def register_on_behalf(self, person: int, pool: int, seats: int, role: str) -> str | None:
        return await self._by(
            self.staff,
            lambda work: registering.register_on_behalf(
                work,
                self.event.id,
                self.people[person].id,
                format=FORMATS[pool],
                seats=seats,
                role=AttendeeRole(role),
            ),
        )

    async def group(self, persons: tuple[int, ...], pool: int, may_wait: bool) -> str | None:
        ids = [self.people[person].id for person in persons]
        return await self._by(
            self.staff,
            lambda work: groups.register_group(work, self.event.id, ids, format=FORMATS[pool], may_wait=may_wait),
        )

    async def move(self, person: int, to: int) -> str | None:
        instead = self.people[to].id
        return await self._to_last(person, self.staff, lambda work, id: moving.move_registration(work, id, instead))

    async def cancel(self, person: int) -> str | None:
        return await self._to_last(person, self.actors[person], registering.cancel_registration)

    async def accept(self, person: int) -> str | None:
        return await self._to_last(person, self.actors[person], offers.accept_offer)

    async def decline(self, person: int) -> str | None:
        return await self._to_last(person, self.staff, offers.decline_offer)

    async def edit(self, person: int, pool: int, seats: int) -> str | None:
        return await self._to_last(
            person,
            self.staff,
            lambda work, id: editing.edit_registration(work, id, format=FORMATS[pool], seats=seats),
        )

    async def prioritize(self, person: int, priority: int) -> str | None:
        return await self._to_last(
            person, self.staff, lambda work, id: priorities.set_priority(work, id, priority, reason="Agreed")
        )

    async def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    async def sweep(self) -> None:
        platform = system(self.make.tenant)
        await self._by(platform, offers.expire_offers)
        await self._by(platform, allotments.release_allotments)

    async def allot(self, pool: int, association: int, seats: int, hours: int) -> str | None:
        async def keep(work: Work) -> None:
            made = await allotments.allot(
                work,
                self.pools[pool],
                self.associations[association].id,
                seats=seats,
                releases_at=self.now + timedelta(hours=hours),
            )
            self.allotments.append(made.id)

        return await self._by(self.staff, keep)

    async def change(self, which: int, seats: int) -> str | None:
        id = self.allotments[which]
        return await self._by(self.staff, lambda work: allotments.change_allotment(work, id, seats=seats))

    async def release(self, which: int) -> str | None:
        id = self.allotments[which]
        return await self._by(self.staff, lambda work: allotments.release_allotment(work, id))

    async def resize(self, pool: int, capacity: int | None) -> str | None:
        return await self._by(self.staff, lambda work: change_capacity(work, self.pools[pool], capacity))

    async def configure(self, offer_hours: int, may_pass: bool) -> str | None:
        return await self._by(
            self.staff,
            lambda work: rules.configure_registration(
                work, self.event.id, offer_hours=offer_hours, smaller_parties_may_pass=may_pass
            ),
        )

    async def move_on(self, state: str) -> str | None:
        if state in _STEPS:
            return await self._by(self.staff, lambda work: _STEPS[state](work, self.event.id))

        async def postpone(work: Work) -> None:
            event = await work.find(Event, self.event.id)
            later = max(event.starts_at, self.now) + timedelta(hours=50)
            await life.postpone_event(work, event.id, starts_at=later, ends_at=later + timedelta(hours=1))

        return await self._by(self.staff, postpone)

    async def rows(self) -> list[dict[str, Any]]:
        """The event's registrations in the order of arrival, in the reference's words."""
        people = {person.id: number for number, person in enumerate(self.people)}
        return [
            {
                "person": people[row["person_id"]],
                "pool": self.pools.index(row["pool_id"]),
                "seats": row["seats"],
                "state": row["state"],
                "priority": row["priority"],
                "allotment": self.allotments.index(row["allotment_id"]) if row["allotment_id"] else None,
                "expires": self._hour(row["offer_expires_at"]),
            }
            for row in await self.owner.fetch(_ROWS, self.event.id)
        ]

    async def counters(self) -> list[tuple[int | None, int, int]]:
        """Capacity, taken and reserved of each pool."""
        query = "select id, capacity, taken, reserved from seat_pool where event_id = $1"
        found = {row["id"]: tuple(row)[1:] for row in await self.owner.fetch(query, self.event.id)}
        return [found[id] for id in self.pools]

    async def kept(self) -> list[tuple[int, int, bool]]:
        """Seats and seats taken of each allotment, and whether it was released."""
        query = "select id, seats, taken, released_at from allotment where event_id = $1"
        found = {row["id"]: row for row in await self.owner.fetch(query, self.event.id)}
        assert found.keys() == set(self.allotments)
        return [
            (found[id]["seats"], found[id]["taken"], found[id]["released_at"] is not None) for id in self.allotments
        ]

    def _hour(self, moment: datetime | None) -> int | None:
        return None if moment is None else round((moment - self.start) / timedelta(hours=1))

    async def _to_last(
        self, person: int, actor: Actor, operation: Callable[[Work, UUID], Awaitable[Registration]]
    ) -> str | None:
        id = await self.owner.fetchval(
            "select id from registration where event_id = $1 and person_id = $2 order by id desc limit 1",
            self.event.id,
            self.people[person].id,
        )
        return await self._by(actor, lambda work: operation(work, id))

    async def _by(self, actor: Actor, operation: Callable[[Work], Awaitable[object]]) -> str | None:
        """The name of the refusal, if it is one; what the operation did is committed otherwise."""
        try:
            async with begin(self.make.database, actor, now=self.now) as work:
                await operation(work)
        except Problem as problem:
            return type(problem).__name__
        return None
