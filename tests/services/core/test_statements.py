"""What statements are completed with: the confederation, locks, and when a row was created and last changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from models import Event, EventHost, EventSeries, Person, SeatPool
from services.core.actor import system
from services.core.statements import matching
from services.events.registrations.registering import register
from tests.making import ActingAs, Maker, texts

CREATED = datetime(2031, 3, 1, 9, tzinfo=UTC)
CHANGED = CREATED + timedelta(days=2)


async def a_series(make: Maker) -> EventSeries:
    """A series that an operation created."""
    home = await make.home()
    async with make.acting_as(system(make.tenant), now=CREATED) as work:
        return await work.insert(EventSeries(association_id=home.id, slug="rencontres", name=texts("Série", "Series")))


async def test_a_row_is_created_in_the_works_confederation_at_its_moment(make: Maker) -> None:
    series = await a_series(make)
    kept = await make.fresh(series)
    assert (kept.confederation_id, kept.created_at, kept.updated_at) == (make.tenant.id, CREATED, CREATED)


async def test_whoever_changes_a_row_by_an_object_or_a_statement_changes_when_it_was_changed(make: Maker) -> None:
    series = await a_series(make)
    async with make.acting_as(system(make.tenant), now=CHANGED) as work:
        (await work.find(EventSeries, series.id, lock=True)).slug = "meetings"
    kept = await make.fresh(series)
    assert (kept.slug, kept.created_at, kept.updated_at) == ("meetings", CREATED, CHANGED)
    later = CHANGED + timedelta(hours=1)
    async with make.acting_as(system(make.tenant), now=later) as work:
        await work.session.execute(work.update(EventSeries, col(EventSeries.id) == series.id, to={"slug": "again"}))
    kept = await make.fresh(series)
    assert (kept.slug, kept.created_at, kept.updated_at) == ("again", CREATED, later)


async def test_what_services_keep_of_a_row_is_no_change_of_it(make: Maker) -> None:
    ana = await make.member()
    before = (await make.fresh(ana)).updated_at
    raised = {"access_version": Person.access_version + 1}
    async with make.acting_as(system(make.tenant), now=CHANGED) as work:
        await work.session.execute(work.update(Person, col(Person.id) == ana.id, to=raised))
        (await work.find(Person, ana.id, lock=True)).association_ids = [make.tenant.id]
    kept = await make.fresh(ana)
    assert (kept.access_version, kept.updated_at) == (ana.access_version + 1, before)


async def test_a_row_that_is_read_and_left_alone_was_not_changed(make: Maker) -> None:
    series = await a_series(make)
    async with make.acting_as(system(make.tenant), now=CHANGED) as work:
        found = await work.find(EventSeries, series.id, lock=True)
        found.slug = "rencontres"
    assert (await make.fresh(series)).updated_at == CREATED


async def test_an_operation_that_forgets_when_it_changed_a_row_fails_in_the_tests(
    make: Maker, acting_as: ActingAs
) -> None:
    """The control of `tests.stamps`."""
    series = await a_series(make)

    async def forget() -> None:
        async with acting_as(system(make.tenant)) as work:
            connection = await work.connection()
            await connection.execute("update event_series set slug = 'forgotten' where id = $1", series.id)

    with pytest.raises(asyncpg.RaiseError, match="a change of event_series leaves updated_at as it was"):
        await forget()
    assert (await make.fresh(series)).slug == "rencontres"


async def test_statements_are_about_the_works_confederation_whoever_elevates(make: Maker) -> None:
    other = await make.other()
    event, foreign = await make.event(), await other.event()
    async with make.acting_as(system(make.tenant)) as work:
        for statement in (
            work.select(col(Event.id)),
            work.select(Event, lock=True).with_only_columns(col(Event.id)),
            work.select(col(SeatPool.event_id)).join(Event, matching(SeatPool.event_id, Event.id)),
        ):
            assert str(foreign.id) not in map(str, await work.session.scalars(statement))
            assert make.tenant.id in statement.compile().params.values()
        assert await work.session.scalar(work.select(col(Event.id)).where(work.exists(SeatPool))) == event.id
        for changing in (work.update(Event, to={"city": "Lévis"}), work.delete(EventHost)):
            assert make.tenant.id in changing.compile().params.values()
        with pytest.raises(TypeError, match="name it by `of`"):
            work.select(col(Event.id).label("id"))


async def test_rows_that_others_have_locked_are_skipped_or_waited_for(make: Maker) -> None:
    event, platform = await make.event(), system(make.tenant)
    async with make.acting_as(platform) as first, make.acting_as(platform) as second:
        await first.find(Event, event.id, lock=True)
        skipping = second.select(Event, lock="skip").where(col(Event.id) == event.id)
        assert (await second.session.scalars(skipping)).all() == []
    async with make.acting_as(platform) as first, make.acting_as(platform) as second:
        for work in (first, second):
            shared = work.select(col(Event.id), lock="share").where(col(Event.id) == event.id)
            assert await work.session.scalar(shared) == event.id
        await second.session.execute(text("set local lock_timeout = '20ms'"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            await second.find(Event, event.id, lock=True)


async def test_a_misspelt_part_of_a_journal_entry_is_an_error(make: Maker, acting_as: ActingAs) -> None:
    event = await make.event()
    misspelt: dict[str, Any] = {"on_behalf_of": event.id}
    async with acting_as(system(make.tenant)) as work:
        with pytest.raises(TypeError, match="on_behalf_of"):
            await work.record("event.renamed", event, **misspelt)


async def test_a_taken_seat_changes_its_pool(make: Maker) -> None:
    event, ana = (
        await make.event(capacity=1, starts_at=CHANGED, ends_at=CHANGED + timedelta(hours=2)),
        await make.member(),
    )
    (pool,) = await make.all(SeatPool, event_id=event.id)
    moment = CHANGED - timedelta(hours=1)
    async with make.acting_as(ana, now=moment) as work:
        await register(work, event.id)
    kept = await make.fresh(pool)
    assert (kept.taken, kept.updated_at) == (1, moment)
