"""A file's own life: opened, moved, closed, opened again."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models import (
    AdvocacyFile,
    AdvocacyFileState,
    AdvocacyPosition,
    AdvocacyTheme,
    Avenue,
    Confidentiality,
    DemandState,
    JournalEntry,
    Stance,
    TimelineEntry,
    TimelineKind,
)
from services.advocacy.answers import publish_answer, record_answer
from services.advocacy.demands import change_demand, draft_demand, take_up_avenue
from services.advocacy.errors import WrongAdvocacyFileState
from services.advocacy.files import NEXT_FILE_STATES, change_confidentiality, move_advocacy_file, open_advocacy_file
from services.advocacy.positions import add_participant, take_position
from services.advocacy.timeline import note_in_timeline
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.core.work import Work
from tests.making import ActingAs, Maker, texts
from tests.services.advocacy.conftest import Staff
from tests.services.advocacy.looking import picture
from tests.services.looking import actions

S = AdvocacyFileState
TITLE = texts("Le statut", "The status")


def opening(work: Work, lead: Staff, **given: Any) -> Awaitable[AdvocacyFile]:
    usual: dict[str, Any] = {"slug": "status", "title": TITLE, "theme": AdvocacyTheme.LEGAL_STATUS}
    return open_advocacy_file(work, association_id=lead.association.id, **(usual | given))


async def test_a_file_is_opened_for_staff_by_who_leads_it_as_yet_without_a_mandate(
    make: Maker, acting_as: ActingAs, lead: Staff
) -> None:
    async with acting_as(lead.person) as work:
        file = await opening(work, lead)
        today = work.today
    file = await make.fresh(file)
    assert (file.association_ids, file.state, file.confidentiality) == (
        [lead.association.id],
        S.OPEN,
        Confidentiality.STAFF,
    )
    assert (file.opened_on, file.closed_on) == (today, None)
    (position,) = await make.all(AdvocacyPosition)
    assert (position.participant_id, position.stance) == (lead.association.id, Stance.NO_MANDATE)
    entries = await make.all(TimelineEntry)
    assert [(entry.kind, entry.file_state) for entry in entries] == [
        (TimelineKind.STATE_CHANGED, S.OPEN),
        (TimelineKind.POSITION_TAKEN, None),
    ]
    assert await actions(make) == ["advocacy_file.opened"]


async def test_a_file_is_not_opened_for_an_association_that_one_does_not_work_for_nor_twice_under_a_name(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    await make.advocacy_file(slug="taken")
    before = await picture(make)
    for who, given, refused in (
        (None, {}, NotSignedIn),
        (ally.person, {}, NotAllowed),
        (lead.person, {"slug": "Not a slug"}, InvalidInput),
        (lead.person, {"title": {}}, InvalidInput),
        (lead.person, {"slug": "taken"}, AlreadyExists),
    ):
        with pytest.raises(refused):
            async with acting_as(who) as work:
                await opening(work, lead, **given)
    assert await picture(make) == before


@pytest.mark.parametrize("now", S)
@pytest.mark.parametrize("then", S)
async def test_a_file_moves_from_state_to_state_as_the_table_says(
    make: Maker, acting_as: ActingAs, lead: Staff, now: S, then: S
) -> None:
    file = await make.advocacy_file(state=now)
    before = await picture(make)
    if then not in NEXT_FILE_STATES[now]:
        with pytest.raises(WrongAdvocacyFileState) as refused:
            async with acting_as(lead.person) as work:
                await move_advocacy_file(work, file.id, then)
        assert refused.value.found is now
        assert await picture(make) == before
        return
    async with acting_as(lead.person) as work:
        await move_advocacy_file(work, file.id, then)
        today = work.today
    moved = await make.fresh(file)
    assert (moved.state, moved.closed_on) == (then, today if then is S.CLOSED else None)
    (entry,) = await make.all(TimelineEntry)
    assert (entry.kind, entry.file_state, entry.happened_on) == (TimelineKind.STATE_CHANGED, then, today)


def test_every_file_can_come_to_its_end_and_be_opened_again() -> None:
    reached = {S.OPEN}
    while more := {after for state in reached for after in NEXT_FILE_STATES[state]} - reached:
        reached |= more
    assert reached == set(S)
    assert NEXT_FILE_STATES[S.CLOSED] == (S.OPEN,)


CHANGES: dict[str, Callable[[Work, dict[str, Any]], Awaitable[object]]] = {
    "confidentiality": lambda work, of: change_confidentiality(work, of["file"], Confidentiality.STAFF),
    "a participant": lambda work, of: add_participant(work, of["file"], of["ally"]),
    "a position": lambda work, of: take_position(work, of["file"], of["lead"], Stance.SUPPORTS),
    "a demand": lambda work, of: draft_demand(work, of["file"], title=TITLE),
    "an avenue": lambda work, of: take_up_avenue(work, of["file"], of["avenue"]),
    "a demand's state": lambda work, of: change_demand(work, of["demand"], DemandState.WITHDRAWN),
    "an answer": lambda work, of: record_answer(work, of["demand"], text=TITLE, decided_on=work.today),
    "a publication": lambda work, of: publish_answer(work, of["answer"]),
    "an entry": lambda work, of: note_in_timeline(work, of["file"], TimelineKind.PRESS, title=TITLE),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_nothing_in_a_closed_file_changes_until_it_is_opened_again(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff, change: str
) -> None:
    file = await make.advocacy_file(state=S.CLOSED)
    demand = await make.demand(file, DemandState.TABLED)
    answer = await make.demand_answer(demand, published=False)
    await make.report(await make.event(), "Réseauter")
    (avenue,) = await make.all(Avenue)
    rows = {"file": file, "demand": demand, "answer": answer, "avenue": avenue}
    of = {name: row.id for name, row in rows.items()} | {"lead": lead.association.id, "ally": ally.association.id}
    before = await picture(make)
    with pytest.raises(WrongAdvocacyFileState) as refused:
        async with acting_as(lead.person) as work:
            await CHANGES[change](work, of)
    assert (refused.value.found, S.CLOSED in refused.value.required) == (S.CLOSED, False)
    assert await picture(make) == before
    async with acting_as(lead.person) as work:
        await move_advocacy_file(work, file.id, S.OPEN)
        await CHANGES[change](work, of)
    assert len(await make.all(JournalEntry)) == 2


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "a position"])
async def test_only_the_lead_changes_a_file(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff, change: str
) -> None:
    file = await make.advocacy_file(confidentiality=Confidentiality.MEMBERS, joined_by=[ally.association])
    demand = await make.demand(file, DemandState.TABLED)
    answer = await make.demand_answer(demand, published=False)
    await make.report(await make.event(), "Réseauter")
    (avenue,) = await make.all(Avenue)
    rows = {"file": file, "demand": demand, "answer": answer, "avenue": avenue}
    of = {name: row.id for name, row in rows.items()} | {"lead": lead.association.id, "ally": ally.association.id}
    stranger = await (await make.other()).staff()
    before = await picture(make)
    for who, refused in ((ally.person, NotAllowed), (stranger, NotFound), (None, NotFound)):
        with pytest.raises(refused):
            async with acting_as(who) as work:
                await CHANGES[change](work, of)
    assert await picture(make) == before
