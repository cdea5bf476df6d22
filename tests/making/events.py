"""Events with their hosts, seats, audiences and speakers; registrations; reports."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from models import (
    HOLDING_A_SEAT,
    Allotment,
    Association,
    Avenue,
    CancellationCause,
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventKind,
    EventSeries,
    EventState,
    HostRole,
    Person,
    Registration,
    RegistrationGuest,
    RegistrationState,
    Report,
    SeatPool,
    Segment,
    Speaker,
)
from models.base.records import TenantRow
from tests.making.base import BaseMaker, name, number, texts
from tests.making.people import PeopleMaker


class EventMaker(PeopleMaker):
    """Makes events and what belongs to them."""

    async def series(self, association: Association | None = None, **columns: Any) -> EventSeries:
        """A series without editions."""
        association = association or await self.home()
        return await self.add(
            EventSeries,
            columns,
            association_id=association.id,
            slug=f"series-{number()}",
            name=texts("Rencontres", "Meetings"),
        )

    async def event(
        self,
        association: Association | None = None,
        *,
        capacity: int | None = None,
        state: EventState = EventState.OPEN,
        starts_at: datetime | None = None,
        formats: Sequence[EventFormat] = (EventFormat.IN_PERSON,),
        invited: Sequence[Segment] = (),
        by_interest: Sequence[Segment] = (),
        speakers: Sequence[str] = (),
        **columns: Any,
    ) -> Event:
        """An event in thirty days, its association as host, and a pool of `capacity` (None: no limit) a format."""
        association = association or await self.home()
        count = number()
        starts_at = starts_at or datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
        event = await self.add(
            Event,
            columns,
            slug=f"event-{count}",
            association_id=association.id,
            kind=EventKind.STUDY_AND_EXCHANGE_MEETING,
            format=EventFormat.HYBRID if len(formats) > 1 else formats[0],
            state=state,
            title=texts(f"Rencontre n° {count}", f"Meeting No. {count}"),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3),
            time_zone=self.tenant.time_zone,
            city="Québec",
            languages=["fr"],
            published_at=None if state is EventState.DRAFT else starts_at - timedelta(days=60),
        )
        part: dict[str, Any] = {
            "confederation_id": self.tenant.id,
            "event_id": event.id,
            "association_id": association.id,
            "published": event.published,
        }
        await self.save(
            EventHost(**part, host_id=association.id, role=HostRole.HOST),
            *(SeatPool(**part, format=format, capacity=capacity) for format in formats),
            *(EventAudience(**part, segment_id=segment.id, by_interest=False) for segment in invited),
            *(EventAudience(**part, segment_id=segment.id, by_interest=True) for segment in by_interest),
            *(Speaker(**part, name=speaker, rank=rank) for rank, speaker in enumerate(speakers)),
        )
        return event

    async def pool(self, event: Event, format: EventFormat | None = None) -> SeatPool:
        """The event's seat pool, as it is now; of that format where it has several."""
        found = await self.all(SeatPool, event_id=event.id, **({"format": format} if format else {}))
        assert len(found) == 1, f"The event has {len(found)} such pools."
        return found[0]

    async def registration(
        self,
        event: Event,
        person: Person,
        state: RegistrationState = RegistrationState.CONFIRMED,
        *,
        format: EventFormat | None = None,
        **columns: Any,
    ) -> Registration:
        """A registration; one that holds seats takes them from the pool, or from the allotment given."""
        pool = await self.pool(event, format)
        now = datetime.now(UTC)
        seats = columns.get("seats", 1)
        if state in HOLDING_A_SEAT:
            pool.taken += seats
            taken: list[TenantRow] = [pool]
            if columns.get("allotment_id") is not None:
                (allotment,) = await self.all(Allotment, id=columns["allotment_id"])
                allotment.taken += seats
                pool.reserved -= seats if allotment.released_at is None else 0
                taken.append(allotment)
            await self.save(*taken)
        offered = state is RegistrationState.OFFERED
        return await self.add(
            Registration,
            columns,
            event_id=event.id,
            association_id=event.association_id,
            pool_id=pool.id,
            person_id=person.id,
            name=name(person),
            state=state,
            registered_at=now,
            confirmed_at=now if state in HOLDING_A_SEAT and not offered else None,
            offered_at=now if offered else None,
            offer_expires_at=now + timedelta(hours=48) if offered else None,
            cancelled_at=now if state is RegistrationState.CANCELLED else None,
            cancellation_cause=CancellationCause.BY_PERSON if state is RegistrationState.CANCELLED else None,
            checked_in_at=now if state is RegistrationState.ATTENDED else None,
        )

    async def guest(self, registration: Registration, **columns: Any) -> RegistrationGuest:
        """Somebody whom a person brings, on one of the registration's seats."""
        return await self.add(
            RegistrationGuest,
            columns,
            registration_id=registration.id,
            event_id=registration.event_id,
            association_id=registration.association_id,
            person_id=registration.person_id,
            name=f"Guy Hôte {number()}",
            rank=await self.count(RegistrationGuest, registration_id=registration.id),
        )

    async def allotment(
        self,
        event: Event,
        beneficiary: Association | None = None,
        seats: int = 1,
        *,
        format: EventFormat | None = None,
        **columns: Any,
    ) -> Allotment:
        """Seats kept for an association's members, a new one's unless given, until a day before the event."""
        pool = await self.pool(event, format)
        beneficiary = beneficiary or await self.association()
        if columns.get("released_at") is None:
            pool.reserved += seats
            await self.save(pool)
        return await self.add(
            Allotment,
            columns,
            pool_id=pool.id,
            event_id=event.id,
            association_id=event.association_id,
            beneficiary_id=beneficiary.id,
            seats=seats,
            releases_at=event.starts_at - timedelta(days=1),
        )

    async def report(self, event: Event, *avenues: str, published: bool = True, **columns: Any) -> Report:
        """A follow-up report with avenues of these titles, numbered from one."""
        report = await self.add(
            Report,
            columns,
            event_id=event.id,
            association_id=event.association_id,
            summary=texts("Compte rendu", "Report"),
            published_at=datetime.now(UTC) if published else None,
        )
        for place, title in enumerate(avenues, start=1):
            await self.add(
                Avenue,
                {},
                report_id=report.id,
                association_id=event.association_id,
                published=published,
                number=place,
                title=texts(title, title),
            )
        return report


async def assert_seats_reconcile(make: BaseMaker) -> None:
    """Each pool's and each allotment's counters are what the rows say, and no pool has one seat too many."""
    pools, allotments = await make.all(SeatPool), await make.all(Allotment)
    holding = [row for row in await make.all(Registration) if row.state in HOLDING_A_SEAT]
    for pool in pools:
        assert pool.taken == sum(row.seats for row in holding if row.pool_id == pool.id)
        kept = [row for row in allotments if row.pool_id == pool.id and row.released_at is None]
        assert pool.reserved == sum(row.seats - row.taken for row in kept)
        assert pool.capacity is None or pool.taken + pool.reserved <= pool.capacity
    for allotment in allotments:
        assert allotment.taken == sum(row.seats for row in holding if row.allotment_id == allotment.id)
        assert allotment.taken <= allotment.seats
