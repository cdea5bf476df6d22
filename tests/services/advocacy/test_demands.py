"""Demands: their numbers, where they come from, and their lives."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from models import (
    AdvocacyFile,
    Association,
    Avenue,
    Confidentiality,
    Demand,
    DemandState,
    Role,
    TimelineEntry,
    TimelineKind,
)
from services.advocacy import demands
from services.advocacy.demands import MOST_DEMANDS, NEXT_DEMAND_STATES, change_demand, draft_demand, take_up_avenue
from services.advocacy.errors import WrongDemandState
from services.core.database.connections import Database
from services.core.errors import AlreadyExists, InvalidInput, NotFound, Problem
from services.core.work import Work, begin
from tests.client import Client
from tests.making import LONG_AGO, ActingAs, Maker, texts
from tests.services.advocacy.conftest import Staff
from tests.services.advocacy.looking import picture
from tests.services.looking import actions

S = DemandState
TITLE = texts("L'indexation", "Indexation")
AT_ONCE = 8


async def avenue_of(make: Maker, title: str = "Réseauter", *, published: bool = True) -> Avenue:
    """The one avenue of another association's report."""
    event = await make.event(await make.association())
    report = await make.report(event, title, published=published)
    (avenue,) = await make.all(Avenue, report_id=report.id)
    return avenue


async def test_demands_are_numbered_from_one_in_each_file(make: Maker, acting_as: ActingAs, lead: Staff) -> None:
    files = [await make.advocacy_file() for _ in range(2)]
    for file in (files[0], files[1], files[0]):
        async with acting_as(lead.person) as work:
            await draft_demand(work, file.id, title=TITLE)
    async with acting_as(lead.person, dry_run=True) as work:
        assert (await draft_demand(work, files[0].id, title=TITLE)).number == 3
    numbers = [[demand.number for demand in await make.all(Demand, file_id=file.id)] for file in files]
    assert numbers == [[1, 2], [1]]
    entries = await make.all(TimelineEntry)
    assert {(entry.kind, entry.demand_state) for entry in entries} == {(TimelineKind.DEMAND_CHANGED, S.DRAFTED)}


async def test_a_file_has_only_so_many_demands(make: Maker, acting_as: ActingAs, lead: Staff) -> None:
    file = await make.advocacy_file()
    await make.demand(file, number=MOST_DEMANDS)
    before = await picture(make)
    with pytest.raises(InvalidInput):
        async with acting_as(lead.person) as work:
            await draft_demand(work, file.id, title=TITLE)
    assert await picture(make) == before


async def test_an_avenue_that_is_taken_up_leads_to_the_file_and_the_demand_back_to_the_avenue(
    make: Maker, acting_as: ActingAs, lead: Staff, client: Client
) -> None:
    avenue = await avenue_of(make)
    file = await make.advocacy_file(slug="status")
    hidden = await make.advocacy_file(slug="strategy", confidentiality=Confidentiality.STAFF)
    for taking in (file, hidden):
        async with acting_as(lead.person) as work:
            demand = await take_up_avenue(work, taking.id, avenue.id)
        assert (demand.number, demand.title, demand.origin_id) == (1, avenue.title, avenue.id)
    document = """{
      advocacyFile(slug: "status") { demands { title origin { title report { avenues { takenUpBy { slug } } } } } } }"""

    def expected(*slugs: str) -> Any:
        report = {"avenues": [{"takenUpBy": [{"slug": slug} for slug in slugs]}]}
        return {"demands": [{"title": "Réseauter", "origin": {"title": "Réseauter", "report": report}}]}

    assert (await client.ask(document)).data["advocacyFile"] == expected("status")
    told = await client.ask(document, person=lead.person)
    assert told.data["advocacyFile"] == expected("status", "strategy")


async def test_an_avenue_is_taken_up_once_a_file_whatever_became_of_it(
    make: Maker, acting_as: ActingAs, lead: Staff
) -> None:
    avenue, file = await avenue_of(make), await make.advocacy_file()
    async with acting_as(lead.person) as work:
        demand = await take_up_avenue(work, file.id, avenue.id)
        await change_demand(work, demand.id, S.WITHDRAWN)
    before = await picture(make)
    with pytest.raises(AlreadyExists) as refused:
        async with acting_as(lead.person) as work:
            await take_up_avenue(work, file.id, avenue.id)
    assert refused.value.path == ("avenueId",)
    with pytest.raises(AlreadyExists):
        async with acting_as(lead.person) as work:
            await draft_demand(work, file.id, title=TITLE, avenue_id=avenue.id)
    assert await picture(make) == before


async def test_only_what_a_published_report_proposes_is_taken_up(make: Maker, acting_as: ActingAs, lead: Staff) -> None:
    avenue, file = await avenue_of(make, published=False), await make.advocacy_file()
    seeing = await make.staff(Role.ADVISER)
    (proposing,) = await make.all(Association, id=avenue.association_id)
    await make.grant(seeing, Role.REGISTRAR, proposing)
    before = await picture(make)
    for who, refused in ((lead.person, NotFound), (seeing, InvalidInput)):
        with pytest.raises(refused) as problem:
            async with acting_as(who) as work:
                await take_up_avenue(work, file.id, avenue.id)
        assert problem.value.path == ("avenueId",)
    assert await picture(make) == before


@pytest.mark.parametrize("now", S)
@pytest.mark.parametrize("then", [state for state in S if state is not S.DRAFTED])
async def test_a_demand_lives_as_the_table_says(make: Maker, acting_as: ActingAs, lead: Staff, now: S, then: S) -> None:
    demand = await make.demand(await make.advocacy_file(), now)
    given: dict[str, Any] = {"counterpart": "Ministère"} if then is S.TABLED else {}
    before = await picture(make)
    if then not in NEXT_DEMAND_STATES[now]:
        with pytest.raises(WrongDemandState) as refused:
            async with acting_as(lead.person) as work:
                await change_demand(work, demand.id, then, **given)
        assert refused.value.found is now
        assert await picture(make) == before
        return
    async with acting_as(lead.person) as work:
        await change_demand(work, demand.id, then, on=LONG_AGO, **given)
    changed = await make.fresh(demand)
    assert (changed.state, changed.state_on) == (then, LONG_AGO)
    assert changed.counterpart == given.get("counterpart", demand.counterpart)
    (entry,) = await make.all(TimelineEntry)
    assert (entry.demand_id, entry.demand_state, entry.happened_on) == (demand.id, then, LONG_AGO)
    assert (await actions(make))[0].startswith("demand.")


async def test_a_refused_demand_is_tabled_again_with_the_same_or_another(
    make: Maker, acting_as: ActingAs, lead: Staff
) -> None:
    demand = await make.demand(await make.advocacy_file(), S.REFUSED, counterpart="Ministère", due_on=LONG_AGO)
    for counterpart, due_on in ((None, None), ("Secrétariat", date(2099, 1, 1))):
        async with acting_as(lead.person) as work:
            await change_demand(work, demand.id, S.TABLED, counterpart=counterpart, due_on=due_on)
            found = await work.find(Demand, demand.id)
            assert (found.counterpart, found.due_on) == (counterpart or "Ministère", due_on)
            await change_demand(work, demand.id, S.REFUSED)


@pytest.mark.parametrize(
    ("state", "given", "path"),
    [
        (S.TABLED, {}, "counterpart"),
        (S.TABLED, {"counterpart": " "}, "counterpart"),
        (S.TABLED, {"counterpart": "Ministère", "on": date(2099, 1, 1)}, "on"),
        (S.TABLED, {"counterpart": "Ministère", "on": LONG_AGO - timedelta(days=1)}, "on"),
        (S.TABLED, {"counterpart": "Ministère", "due_on": LONG_AGO}, "dueOn"),
        (S.WITHDRAWN, {"counterpart": "Ministère"}, "counterpart"),
        (S.WITHDRAWN, {"due_on": date(2099, 1, 1)}, "dueOn"),
        (S.DRAFTED, {}, "state"),
    ],
)
async def test_a_step_says_with_whom_and_since_when(
    make: Maker, lead: Staff, state: S, given: dict[str, Any], path: str
) -> None:
    demand = await make.demand(await make.advocacy_file())
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        async with make.acting_as(lead.person) as work:
            await change_demand(work, demand.id, state, **given)
    assert refused.value.path == (path,)
    assert await picture(make) == before


# At once


@pytest.fixture
async def many(database_url: str) -> AsyncIterator[Database]:
    """As many connections as there are drafts at once."""
    database = Database(database_url, readers=1, writers=AT_ONCE)
    yield database
    await database.close()


async def drafted_at_once(make: Maker, many: Database, lead: Staff) -> tuple[list[object], list[int]]:
    """What each of several drafts at once answered, and the numbers that the file's demands have."""
    file, actor = await make.advocacy_file(), await make.actor(lead.person)

    async def draft() -> object:
        try:
            async with begin(many, actor) as work:
                return await draft_demand(work, file.id, title=TITLE)
        except Problem as problem:
            return problem

    answers = await asyncio.gather(*(draft() for _ in range(AT_ONCE)))
    return list(answers), sorted(demand.number for demand in await make.all(Demand, file_id=file.id))


async def test_demands_that_are_drafted_at_once_get_numbers_without_gaps(
    make: Maker, many: Database, lead: Staff
) -> None:
    answers, numbers = await drafted_at_once(make, many, lead)
    assert all(isinstance(answer, Demand) for answer in answers)
    assert numbers == list(range(1, AT_ONCE + 1))


async def test_the_same_with_the_lock_off_gives_several_the_same_number_and_refuses_all_but_one(
    make: Maker, many: Database, lead: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody_has_counted = asyncio.Barrier(AT_ONCE)
    insert = Work.insert

    async def without_a_lock(work: Work, file_id: UUID) -> AdvocacyFile:
        return await work.find(AdvocacyFile, file_id)

    async def insert_together(work: Work, row: Any, **given: Any) -> Any:
        await everybody_has_counted.wait()
        return await insert(work, row, **given)

    monkeypatch.setattr(demands, "managed_file", without_a_lock)
    monkeypatch.setattr(Work, "insert", insert_together)
    answers, numbers = await drafted_at_once(make, many, lead)
    assert sum(isinstance(answer, AlreadyExists) for answer in answers) == AT_ONCE - 1
    assert numbers == [1]
