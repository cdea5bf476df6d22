"""The follow-up report and its avenues."""

import pytest
from sqlalchemy import select

from models import Avenue, EventState, Person, Report, Role
from services.core.errors import InvalidInput, NotFound
from services.core.work import Work
from services.events.errors import WrongEventState
from services.events.planning.reports import draft_report, publish_report
from tests.making import ActingAs, Maker, texts
from tests.services.events.looking import picture
from tests.services.looking import actions

SUMMARY = texts("Compte rendu", "Report")
AVENUES = [texts("Réseauter", "Networking"), texts("Négocier", "Negotiating")]


@pytest.fixture
async def registrar(make: Maker) -> Person:
    """Who writes the home association's reports."""
    return await make.staff(Role.REGISTRAR)


async def visible(work: Work) -> tuple[int, int]:
    """How many reports and avenues the actor sees."""
    reports = (await work.session.execute(select(Report))).all()
    avenues = (await work.session.execute(select(Avenue))).all()
    return len(reports), len(avenues)


async def test_a_report_is_drafted_then_published_with_its_avenues(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(state=EventState.HELD)
    async with acting_as(registrar) as work:
        draft = await draft_report(work, event.id, summary=SUMMARY, avenues=AVENUES)
        assert draft.published is False
    async with acting_as(None) as work:
        assert await visible(work) == (0, 0)
    async with acting_as(registrar) as work:
        published = await publish_report(work, event.id)
        assert (published.published, published.published_at) == (True, work.now)
    async with acting_as(None) as work:
        assert await visible(work) == (1, 2)
    avenues = await make.all(Avenue)
    assert [(avenue.number, avenue.title) for avenue in avenues] == list(enumerate(AVENUES, start=1))
    assert (await make.fresh(event)).state is EventState.REPORTED
    assert await actions(make) == ["report.drafted", "report.published", "event.reported"]


async def test_a_draft_is_written_anew_until_it_is_published(
    make: Maker, acting_as: ActingAs, registrar: Person
) -> None:
    event = await make.event(state=EventState.HELD)
    for summary, avenues in ((SUMMARY, AVENUES), (texts("Mieux", "Better"), AVENUES[1:])):
        async with acting_as(registrar) as work:
            await draft_report(work, event.id, summary=summary, avenues=avenues)
    (report,) = await make.all(Report)
    assert report.summary == texts("Mieux", "Better")
    (avenue,) = await make.all(Avenue)
    assert (avenue.number, avenue.title) == (1, AVENUES[1])
    async with acting_as(registrar) as work:
        await publish_report(work, event.id)
    before = await picture(make)
    with pytest.raises(WrongEventState):
        async with acting_as(registrar) as work:
            await draft_report(work, event.id, summary=SUMMARY)
    with pytest.raises(WrongEventState):
        async with acting_as(registrar) as work:
            await publish_report(work, event.id)
    assert await picture(make) == before


async def test_a_report_is_of_an_event_that_was_held(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event(state=EventState.CLOSED)
    before = await picture(make)
    with pytest.raises(WrongEventState):
        async with acting_as(registrar) as work:
            await draft_report(work, event.id, summary=SUMMARY)
    with pytest.raises(WrongEventState):
        async with acting_as(registrar) as work:
            await publish_report(work, event.id)
    assert await picture(make) == before


async def test_only_what_was_drafted_is_published(make: Maker, acting_as: ActingAs, registrar: Person) -> None:
    event = await make.event(state=EventState.HELD)
    with pytest.raises(NotFound):
        async with acting_as(registrar) as work:
            await publish_report(work, event.id)
    assert (await make.fresh(event)).state is EventState.HELD


@pytest.mark.parametrize(
    ("summary", "avenues", "path"),
    [({}, [], ("summary",)), (SUMMARY, [AVENUES[0], {"fr": " "}], ("avenues", "1", "fr"))],
)
async def test_a_report_says_something_and_so_does_each_avenue(
    make: Maker,
    registrar: Person,
    summary: dict[str, str],
    avenues: list[dict[str, str]],
    path: tuple[str, ...],
) -> None:
    event = await make.event(state=EventState.HELD)
    with pytest.raises(InvalidInput) as refused:
        async with make.acting_as(registrar) as work:
            await draft_report(work, event.id, summary=summary, avenues=avenues)
    assert refused.value.path == path
    assert (await make.count(Report), await make.count(Avenue)) == (0, 0)
