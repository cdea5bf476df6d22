"""What counterparts answer: decided apart from published, officially worded."""

from datetime import date, timedelta
from typing import Any

import pytest

from models import DemandAnswer, DemandState, TimelineEntry, TimelineKind
from services.advocacy.answers import publish_answer, record_answer
from services.advocacy.errors import AnswerAlreadyPublished, WrongDemandState
from services.core.errors import InvalidInput, NotFound
from tests.client import Client
from tests.making import LONG_AGO, ActingAs, Maker, texts
from tests.services.advocacy.conftest import Staff
from tests.services.advocacy.looking import picture, told
from tests.services.looking import actions

S = DemandState
TEXT = texts("Accordé.", "Granted.")
LATER = LONG_AGO + timedelta(days=30)


async def test_an_answer_is_for_staff_until_it_is_published_and_nobody_is_told(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file = await make.advocacy_file(joined_by=[ally.association])
    demand, watching = await make.demand(file, S.TABLED), await make.person()
    await make.watch(file, watching)

    async def readers() -> list[bool]:
        found = []
        for who in (None, watching, ally.person):
            async with acting_as(who) as work:
                found.append(answer.id in await work.seen(DemandAnswer, [answer.id]))
        return found

    async with acting_as(lead.person) as work:
        answer = await record_answer(work, demand.id, text=TEXT, decided_on=LONG_AGO)
    assert await readers() == [False, False, True]
    assert (await told(make, watching), await make.count(TimelineEntry)) == ([], 0)
    async with acting_as(lead.person) as work:
        await publish_answer(work, answer.id, on=LATER)
    assert await readers() == [True, True, True]
    assert await told(make, watching) == ["demand_answer.published"]
    (entry,) = await make.all(TimelineEntry)
    assert (entry.kind, entry.demand_id, entry.happened_on) == (TimelineKind.ANSWER_PUBLISHED, demand.id, LATER)
    published = await make.fresh(answer)
    assert (published.decided_on, published.published_on, published.published) == (LONG_AGO, LATER, True)


async def test_an_answer_that_was_published_already_is_recorded_as_such(
    make: Maker, acting_as: ActingAs, lead: Staff
) -> None:
    demand = await make.demand(await make.advocacy_file(), S.AGREED)
    async with acting_as(lead.person) as work:
        answer = await record_answer(work, demand.id, text=TEXT, decided_on=LONG_AGO, published_on=LATER)
    assert answer.published
    assert await actions(make) == ["demand_answer.recorded", "demand_answer.published"]
    before = await picture(make)
    with pytest.raises(AnswerAlreadyPublished) as refused:
        async with acting_as(lead.person) as work:
            await publish_answer(work, answer.id)
    assert refused.value.published_on == LATER
    assert await picture(make) == before


async def test_an_answer_that_one_may_not_see_is_not_there(make: Maker, acting_as: ActingAs) -> None:
    demand = await make.demand(await make.advocacy_file(), S.TABLED)
    answer = await make.demand_answer(demand, published=False)
    with pytest.raises(NotFound):
        async with acting_as(await make.member()) as work:
            await publish_answer(work, answer.id)
    assert not (await make.fresh(answer)).published


@pytest.mark.parametrize("state", S)
async def test_what_was_tabled_is_answered(make: Maker, acting_as: ActingAs, lead: Staff, state: S) -> None:
    demand = await make.demand(await make.advocacy_file(), state)
    before = await picture(make)
    if state is S.DRAFTED:
        with pytest.raises(WrongDemandState):
            async with acting_as(lead.person) as work:
                await record_answer(work, demand.id, text=TEXT, decided_on=LONG_AGO)
        assert await picture(make) == before
        return
    async with acting_as(lead.person) as work:
        await record_answer(work, demand.id, text=TEXT, decided_on=LONG_AGO)
    assert await make.count(DemandAnswer, demand_id=demand.id) == 1


async def test_what_was_withdrawn_before_it_was_tabled_is_not_answered(
    make: Maker, acting_as: ActingAs, lead: Staff
) -> None:
    demand = await make.demand(await make.advocacy_file(), S.WITHDRAWN, counterpart=None)
    with pytest.raises(WrongDemandState):
        async with acting_as(lead.person) as work:
            await record_answer(work, demand.id, text=TEXT, decided_on=LONG_AGO)
    assert await make.count(DemandAnswer) == 0


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"text": {}}, ("text",)),
        ({"text": {"de": "Nein."}}, ("text", "de")),
        ({"decided_on": date(2099, 1, 1)}, ("decidedOn",)),
        ({"published_on": LONG_AGO - timedelta(days=1)}, ("publishedOn",)),
        ({"published_on": date(2099, 1, 1)}, ("publishedOn",)),
    ],
)
async def test_an_answer_is_published_after_it_was_decided_and_both_have_happened(
    make: Maker, acting_as: ActingAs, lead: Staff, given: dict[str, Any], path: tuple[str, ...]
) -> None:
    demand = await make.demand(await make.advocacy_file(), S.TABLED)
    usual: dict[str, Any] = {"text": TEXT, "decided_on": LONG_AGO}
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        async with acting_as(lead.person) as work:
            await record_answer(work, demand.id, **(usual | given))
    assert refused.value.path == path
    assert await picture(make) == before


async def test_an_official_text_does_not_fall_back_and_the_missing_language_is_told(
    make: Maker, acting_as: ActingAs, lead: Staff, client: Client
) -> None:
    file = await make.advocacy_file(slug="status", summary={"fr": "En bref"})
    demand = await make.demand(file, S.REFUSED)
    async with acting_as(lead.person) as work:
        await record_answer(work, demand.id, text={"fr": "Non."}, decided_on=LONG_AGO, published_on=LATER)
    document = """{ advocacyFile(slug: "status") { summary(locale: EN)
        demands { answers { fr: text(locale: FR) en: text(locale: EN) translationGaps } } } }"""
    assert (await client.ask(document)).data["advocacyFile"] == {
        "summary": "En bref",
        "demands": [{"answers": [{"fr": "Non.", "en": None, "translationGaps": ["EN"]}]}],
    }
