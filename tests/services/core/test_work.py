"""The unit of work: one transaction, what it may see, how it refuses, and what it leaves."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models import Event, EventSeries, EventState, JournalEntry, Person, Role
from services.core.actor import system
from services.core.errors import AlreadyExists, NotFound, Problem
from services.core.work import Work
from services.tenancy.errors import WouldMakeACycle
from tests.making import ActingAs, Maker, texts


async def elevation(work: Work) -> str:
    found = await work.session.execute(text("select coalesce(current_setting('confed.elevated', true), '')"))
    return str(found.scalar_one())


async def series(work: Work, make: Maker, slug: str) -> EventSeries:
    home = await make.home()
    row = EventSeries(association_id=home.id, slug=slug, name=texts("Série", "Series"))
    return await work.insert(row)


async def refusal_of(work: Work, id: object, *, lock: bool = False) -> tuple[object, ...]:
    with pytest.raises(NotFound) as refusal:
        await work.find(Event, id, lock=lock)  # type: ignore[arg-type]
    problem = refusal.value
    return type(problem), vars(problem), str(problem), problem.message("fr")


async def test_unknown_invisible_and_foreign_are_one_answer(make: Maker, acting_as: ActingAs) -> None:
    other = await make.other()
    draft, foreign, event = await make.event(state=EventState.DRAFT), await other.event(), await make.event()
    ana = await make.member()
    async with acting_as(ana) as work:
        unknown = await refusal_of(work, make.tenant.id)
        for id in (make.tenant.id, draft.id, foreign.id):
            assert await refusal_of(work, id) == await refusal_of(work, id, lock=True) == unknown
        assert (await work.find(Event, event.id)).slug == event.slug
        with pytest.raises(NotFound):
            await work.find_by(Event, slug=draft.slug)
    async with acting_as(system(make.tenant)) as work:
        assert (await work.find(Event, draft.id)).slug == draft.slug
        assert await refusal_of(work, foreign.id) == unknown


async def test_a_lock_waits_and_then_sees_what_the_other_left(
    make: Maker, acting_as: ActingAs, owner: asyncpg.Connection
) -> None:
    event, staff = await make.event(), await make.staff()
    async with acting_as(staff) as second:
        assert (await second.find(Event, event.id)).city == "Québec"
        async with acting_as(staff) as first:
            (await first.find(Event, event.id, lock=True)).city = "Lévis"
            await first.flush()
            waiting = asyncio.create_task(second.find(Event, event.id, lock=True))
            while not await owner.fetchval("select exists (select from pg_locks where not granted)"):
                assert not waiting.done()
                await asyncio.sleep(0)
            assert (await make.fresh(event)).city == "Québec"
        assert (await waiting).city == "Lévis"


async def test_a_named_lock_is_the_tenants_own(make: Maker, acting_as: ActingAs) -> None:
    other = await make.other()
    async with acting_as(None) as first:
        await first.lock("affiliations")
        async with other.acting_as(None) as elsewhere:
            await elsewhere.lock("affiliations")
        async with acting_as(None) as second:
            await second.session.execute(text("set local lock_timeout = '20ms'"))
            await second.lock("something else")
            with pytest.raises(DBAPIError, match="lock timeout"):
                await second.lock("affiliations")


async def test_elevation_ends_with_its_block(make: Maker, acting_as: ActingAs) -> None:
    draft, ana = await make.event(state=EventState.DRAFT), await make.member()
    async with acting_as(ana) as work:
        async with work.elevated("outer"):
            assert (await work.find(Event, draft.id)).id == draft.id
            async with work.elevated("inner"):
                assert await elevation(work) == "inner"
            assert await elevation(work) == "outer"
        assert await elevation(work) == ""
        with pytest.raises(NotFound):
            await work.find(Event, draft.id)


async def test_elevation_ends_with_a_refusal_inside_it(make: Maker, acting_as: ActingAs) -> None:
    async with acting_as(await make.member()) as work:
        with pytest.raises(WouldMakeACycle):
            async with work.elevated("to refuse"):
                raise WouldMakeACycle
        assert await elevation(work) == ""


async def test_an_error_of_postgresql_is_not_hidden_by_the_end_of_elevation(make: Maker, acting_as: ActingAs) -> None:
    async def fail() -> None:
        async with acting_as(await make.member()) as work, work.elevated("to fail"):
            await work.session.execute(text("select 1 / 0"))

    with pytest.raises(DBAPIError, match="division by zero"):
        await fail()


async def test_what_is_pending_meets_the_policies_it_was_made_under(make: Maker, acting_as: ActingAs) -> None:
    ana = await make.member()

    async def smuggle() -> None:
        async with acting_as(ana) as work:
            work.session.add(
                EventSeries(
                    association_id=(await make.home()).id,
                    slug="smuggled",
                    name=texts("Série", "Series"),
                )
            )
            async with work.elevated("for something else"):
                pass

    with pytest.raises(DBAPIError, match="row-level security"):
        await smuggle()
    assert await make.count(EventSeries) == 0


async def test_the_platform_stays_elevated(make: Maker, acting_as: ActingAs) -> None:
    async with acting_as(system(make.tenant)) as work:
        before = await elevation(work)
        async with work.elevated("for a while"):
            pass
        assert await elevation(work) == before != ""


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_dry_run_does_everything_and_leaves_nothing(make: Maker, acting_as: ActingAs, leaves: bool) -> None:
    staff = await make.staff()
    async with acting_as(staff, dry_run=not leaves) as work:
        row = await series(work, make, "rencontres")
        await work.record("event_series.created", row)
        assert (await work.find(EventSeries, row.id)).slug == "rencontres"
    assert await make.count(EventSeries) == await make.count(JournalEntry) == int(leaves)


async def test_a_dry_run_meets_the_constraints_too(make: Maker, acting_as: ActingAs) -> None:
    staff = await make.staff()
    await make.series(slug="taken")

    async def try_it() -> None:
        async with acting_as(staff, dry_run=True) as work:
            await series(work, make, "taken")

    with pytest.raises(AlreadyExists):
        await try_it()


async def test_a_refusal_rolls_everything_back(make: Maker, acting_as: ActingAs) -> None:
    staff = await make.staff()

    async def refuse() -> None:
        async with acting_as(staff) as work:
            await work.record("event_series.created", await series(work, make, "rencontres"))
            raise WouldMakeACycle

    with pytest.raises(WouldMakeACycle):
        await refuse()
    assert await make.count(EventSeries) == await make.count(JournalEntry) == 0


TAKEN: dict[str, object] = {"slug": "taken"}
NAMELESS: dict[str, object] = {"slug": "free", "name": {}}


@pytest.mark.parametrize(
    ("row", "refused", "refusal"),
    [
        (TAKEN, {"uq_event_series_confederation_id_slug": WouldMakeACycle()}, WouldMakeACycle),
        (TAKEN, {"another_constraint": WouldMakeACycle()}, AlreadyExists),
        (TAKEN, None, AlreadyExists),
        (NAMELESS, {"event_series_name_by_locale": WouldMakeACycle()}, WouldMakeACycle),
        (NAMELESS, None, IntegrityError),
    ],
)
async def test_a_violated_constraint_is_the_problem_it_means(
    make: Maker,
    acting_as: ActingAs,
    row: dict[str, object],
    refused: dict[str, Problem] | None,
    refusal: type[Exception],
) -> None:
    home, staff = await make.home(), await make.staff()
    await make.series(slug="taken")
    given: dict[str, Any] = {
        "confederation_id": make.tenant.id,
        "association_id": home.id,
        "name": texts("S", "S"),
    } | row

    async def insert() -> None:
        async with acting_as(staff) as work:
            await work.insert(EventSeries(**given), refused=refused)

    with pytest.raises(refusal):
        await insert()
    assert await make.count(EventSeries) == 1


async def test_the_journal_says_who_did_what_when(make: Maker, acting_as: ActingAs) -> None:
    staff, ana, event = await make.staff(), await make.person(), await make.event()
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    async with acting_as(staff, now=now) as work:
        await work.record("event.renamed", event, on_behalf_of_id=ana.id, reason="a typo", data={"state": "OPEN"})
    async with acting_as(system(make.tenant), now=now) as work:
        await work.record("person.merged", ana)
    by_staff, by_system = await make.all(JournalEntry)
    assert (by_staff.actor, by_staff.actor_person_id, by_staff.on_behalf_of_id) == ("person", staff.id, ana.id)
    assert (by_staff.action, by_staff.subject_type, by_staff.subject_id) == ("event.renamed", "Event", event.id)
    assert (by_staff.at, by_staff.association_id) == (now, event.association_id)
    assert (by_staff.reason, by_staff.data) == ("a typo", {"state": "OPEN"})
    assert (by_system.actor, by_system.actor_person_id, by_system.association_id) == ("system", None, None)


@pytest.mark.promise("journal-own-name")
async def test_nobody_writes_the_journal_in_anothers_name(make: Maker, acting_as: ActingAs) -> None:
    ana, ben = await make.member(), await make.member()

    async def forge() -> None:
        async with acting_as(ana) as work:
            await work.record("person.renamed", ana)
            (entry,) = work.session.new
            assert isinstance(entry, JournalEntry)
            entry.actor_person_id = ben.id

    with pytest.raises(DBAPIError, match="row-level security"):
        await forge()
    assert await make.count(JournalEntry) == 0


async def test_today_is_the_day_where_the_confederation_is(acting_as: ActingAs) -> None:
    async with acting_as(None, now=datetime(2026, 1, 1, 4, 59, tzinfo=UTC)) as work:
        assert work.today == date(2025, 12, 31)
    async with acting_as(None, now=datetime(2026, 1, 1, 5, tzinfo=UTC)) as work:
        assert work.today == date(2026, 1, 1)


async def test_its_connection_sees_what_it_has_changed(make: Maker, acting_as: ActingAs) -> None:
    association = await make.association()
    ana, staff = await make.member(association), await make.staff(Role.ADMINISTRATOR, association)
    async with acting_as(staff) as work:
        (await work.find(Person, ana.id)).region = "Estrie"
        connection = await work.connection()
        assert await connection.fetchval("select region from person where id = $1", ana.id) == "Estrie"
    assert (await make.fresh(ana)).region == "Estrie"


async def test_a_column_that_the_database_computes_is_there_after_a_change(make: Maker, acting_as: ActingAs) -> None:
    event, staff = await make.event(state=EventState.DRAFT), await make.staff()
    async with acting_as(staff) as work:
        found = await work.find(Event, event.id, lock=True)
        assert not found.published
        found.state, found.published_at = EventState.PUBLISHED, work.now
        await work.flush()
        assert found.published
