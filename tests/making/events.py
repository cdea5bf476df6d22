"""Events with their hosts, seats, audiences and speakers; registrations; reports."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models import (
    HOLDING_A_SEAT,
    Association,
    Avenue,
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
    RegistrationState,
    Report,
    SeatPool,
    Segment,
    Speaker,
)
from services.core.actor import system
from services.core.work import begin
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
        """A registration; one that holds a seat takes it from the pool."""
        pool = await self.pool(event, format)
        now = datetime.now(UTC)
        if state in HOLDING_A_SEAT:
            pool.taken += 1
            await self.save(pool)
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
            confirmed_at=now if state in HOLDING_A_SEAT else None,
            cancelled_at=now if state is RegistrationState.CANCELLED else None,
            checked_in_at=now if state is RegistrationState.ATTENDED else None,
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
    """Each seat pool's `taken` is the number of registrations that hold one of its seats."""
    holding = (
        select(func.count())
        .select_from(Registration)
        .where(
            col(Registration.confederation_id) == col(SeatPool.confederation_id),
            col(Registration.pool_id) == col(SeatPool.id),
            col(Registration.state).in_(HOLDING_A_SEAT),
        )
        .scalar_subquery()
    )
    query = select(col(SeatPool.id), col(SeatPool.taken), holding).where(
        col(SeatPool.confederation_id) == make.tenant.id
    )
    async with begin(make.database, system(make.tenant)) as work:
        pools = (await work.session.execute(query)).all()
    assert {id: taken for id, taken, _ in pools} == {id: held for id, _, held in pools}
