"""Who watches a file, and what they are told of it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from models import (
    AdvocacyFileState,
    AdvocacyNotice,
    AdvocacyWatch,
    Association,
    Avenue,
    Confidentiality,
    DemandState,
    JournalEntry,
    Role,
    Stance,
    TimelineKind,
)
from services.advocacy.answers import publish_answer, record_answer
from services.advocacy.demands import change_demand, draft_demand, take_up_avenue
from services.advocacy.files import change_confidentiality, move_advocacy_file
from services.advocacy.positions import add_participant, take_position
from services.advocacy.timeline import note_in_timeline
from services.advocacy.watching import read_advocacy_notices, unwatch_advocacy_file, watch_advocacy_file
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.core.work import Work
from tests.client import Client
from tests.making import LONG_AGO, ActingAs, Maker, texts
from tests.services.advocacy.conftest import Staff
from tests.services.advocacy.looking import picture, told
from tests.services.looking import actions

C = Confidentiality
TITLE = texts("Lettre confidentielle", "Confidential letter")


def of(association: Association | None) -> UUID | None:
    """Which association watches; None for the person who asks."""
    return None if association is None else association.id


async def everything_that_changes(work: Work, make: Maker, file_id: Any, lead: Staff, ally: Staff) -> list[str]:
    """Change a file in every way: the journal's actions that watchers are told of."""
    report = await make.report(await make.event(), "Réseauter")
    (avenue,) = await make.all(Avenue, report_id=report.id)
    await move_advocacy_file(work, file_id, AdvocacyFileState.NEGOTIATING)
    await change_confidentiality(work, file_id, C.MEMBERS)
    await change_confidentiality(work, file_id, C.PUBLIC)
    await add_participant(work, file_id, ally.association.id)
    await take_position(work, file_id, lead.association.id, Stance.SUPPORTS)
    await take_up_avenue(work, file_id, avenue.id)
    demand = await draft_demand(work, file_id, title=TITLE)
    await change_demand(work, demand.id, DemandState.TABLED, counterpart="Ministère")
    answer = await record_answer(work, demand.id, text=TITLE, decided_on=LONG_AGO)
    await publish_answer(work, answer.id)
    await note_in_timeline(work, file_id, TimelineKind.LETTER, title=TITLE)
    return [
        "advocacy_file.moved",
        "advocacy_file.confidentiality_changed",
        "advocacy_file.confidentiality_changed",
        "advocacy_file.joined",
        "advocacy_position.taken",
        "demand.drafted",
        "demand.drafted",
        "demand.tabled",
        "demand_answer.published",
        "timeline_entry.noted",
    ]


async def change_and_be_refused(acting_as: ActingAs, file_id: UUID, lead: Staff) -> None:
    """One change, and one that isn't possible, in one transaction."""
    async with acting_as(lead.person) as work:
        await draft_demand(work, file_id, title=TITLE)
        await add_participant(work, file_id, lead.association.id)


async def test_watchers_are_told_of_every_change_once_and_whoever_made_it_is_not(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file, ana, ben = await make.advocacy_file(), await make.person(), await make.person()
    by_lead, by_ally = (lead.person, lead.association), (ally.person, ally.association)
    for who, association in ((ana, None), (lead.person, None), by_lead, by_ally):
        async with acting_as(who) as work:
            await watch_advocacy_file(work, file.id, association_id=of(association))
    async with acting_as(lead.person) as work:
        changes = await everything_that_changes(work, make, file.id, lead, ally)
    assert await told(make, ana) == changes
    assert await told(make, lead.person) == await told(make, ben) == []
    for watching in (lead, ally):
        notices = await make.all_as(watching.person, AdvocacyNotice, watcher_id=watching.association.id)
        assert [notice.action for notice in notices] == changes
    entries = {entry.id: entry for entry in await make.all(JournalEntry)}
    for notice in await make.all(AdvocacyNotice):
        assert (entries[notice.entry_id].action, entries[notice.entry_id].at) == (notice.action, notice.at)


async def test_nobody_is_told_of_what_was_only_tried_or_refused(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file, ana = await make.advocacy_file(), await make.person()
    await make.watch(file, ana)
    before = await picture(make)
    async with acting_as(lead.person, dry_run=True) as work:
        await everything_that_changes(work, make, file.id, lead, ally)
    assert await picture(make) == before
    with pytest.raises(AlreadyExists):
        await change_and_be_refused(acting_as, file.id, lead)
    assert await picture(make) == before


async def test_the_journal_of_a_file_has_keys_and_states_and_no_texts(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file = await make.advocacy_file()
    async with acting_as(lead.person) as work:
        await everything_that_changes(work, make, file.id, lead, ally)
    told = [entry.model_dump_json() for entry in await make.all(JournalEntry)]
    assert len(told) == 11
    assert not [
        text for text in told if "onfidential letter" in text or "confidentielle" in text or "Ministère" in text
    ]
    assert {entry.association_id for entry in await make.all(JournalEntry)} == {lead.association.id}


async def test_who_may_not_see_a_file_any_more_reads_no_notice_of_it(
    make: Maker, acting_as: ActingAs, lead: Staff, client: Client
) -> None:
    file, ana = await make.advocacy_file(), await make.member()
    await make.watch(file, ana)
    for confidentiality, readable in ((C.MEMBERS, 1), (C.STAFF, 0)):
        async with acting_as(lead.person) as work:
            await change_confidentiality(work, file.id, confidentiality)
        assert len(await told(make, ana)) == readable
    async with acting_as(lead.person) as work:
        await draft_demand(work, file.id, title=TITLE)
    assert await make.count(AdvocacyNotice, person_id=ana.id) == 3
    answer = await client.ask("{ me { advocacyNotices { totalCount } } }", person=ana)
    assert answer.data == {"me": {"advocacyNotices": {"totalCount": 0}}}
    async with acting_as(lead.person) as work:
        await change_confidentiality(work, file.id, C.MEMBERS)
    assert len(await told(make, ana)) == 4


async def test_a_file_that_one_may_not_see_is_not_watched(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file = await make.advocacy_file(confidentiality=C.STAFF)
    stranger = await (await make.other()).staff()
    for who, association in ((ally.person, ally.association), (await make.member(), None), (stranger, None)):
        with pytest.raises(NotFound):
            async with acting_as(who) as work:
                await watch_advocacy_file(work, file.id, association_id=of(association))
    assert await make.count(AdvocacyWatch) == 0


async def test_an_association_watches_by_its_staff_and_anybody_for_themselves_once(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file, ana = await make.advocacy_file(), await make.member()
    for who, association, refused in (
        (None, None, NotSignedIn),
        (None, ally.association, NotSignedIn),
        (ana, ally.association, NotAllowed),
        (lead.person, ally.association, NotAllowed),
    ):
        with pytest.raises(refused):
            async with acting_as(who) as work:
                await watch_advocacy_file(work, file.id, association_id=of(association))
    assert await make.count(AdvocacyWatch) == 0
    for who, association in ((ana, None), (ally.person, ally.association)):
        async with acting_as(who) as work:
            await watch_advocacy_file(work, file.id, association_id=of(association))
        before = await picture(make)
        with pytest.raises(AlreadyExists):
            async with acting_as(who) as work:
                await watch_advocacy_file(work, file.id, association_id=of(association))
        assert await picture(make) == before
    assert await make.count(AdvocacyWatch) == 2


async def test_that_a_person_watches_is_nobody_elses_to_know(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff, client: Client
) -> None:
    file, ana = await make.advocacy_file(slug="status"), await make.member()
    async with acting_as(ana) as work:
        await watch_advocacy_file(work, file.id)
    async with acting_as(ally.person) as work:
        await watch_advocacy_file(work, file.id, association_id=ally.association.id)
    (association,) = await make.all(AdvocacyWatch, watcher_id=ally.association.id)
    assert await make.all_as(lead.person, AdvocacyWatch) == [association]
    assert await actions(make) == ["advocacy_watch.begun"]
    document = '{ advocacyFile(slug: "status") { watchedByMe watchingAssociations { slug } } }'
    watching = [{"slug": ally.association.slug}]
    for who, mine in ((ana, True), (lead.person, False), (None, False)):
        answer = (await client.ask(document, person=who)).data["advocacyFile"]
        assert answer == {"watchedByMe": mine, "watchingAssociations": watching}


async def test_who_stops_watching_is_told_no_more_and_keeps_what_they_were_told(
    make: Maker, acting_as: ActingAs, lead: Staff
) -> None:
    file, ana = await make.advocacy_file(), await make.person()
    await make.watch(file, ana)
    await make.watch(file, lead.association)
    async with acting_as(lead.person) as work:
        await draft_demand(work, file.id, title=TITLE)
    for who, association in ((ana, None), (lead.person, lead.association)):
        async with acting_as(who) as work:
            await unwatch_advocacy_file(work, file.id, association_id=of(association))
        with pytest.raises(NotFound):
            async with acting_as(who) as work:
                await unwatch_advocacy_file(work, file.id, association_id=of(association))
    async with acting_as(lead.person) as work:
        await draft_demand(work, file.id, title=TITLE)
    assert (await make.count(AdvocacyWatch), await told(make, ana)) == (0, ["demand.drafted"])


async def test_notices_are_read_up_to_one_by_those_they_are_for(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file, ana, ben = await make.advocacy_file(), await make.person(), await make.person()
    notices = [await make.notice(file, ana) for _ in range(3)]
    his, ours = await make.notice(file, ben), await make.notice(file, lead.association)
    for who in (None, ben, lead.person, await (await make.other()).person()):
        with pytest.raises(NotFound):
            async with acting_as(who) as work:
                await read_advocacy_notices(work, notices[1].id)
    async with acting_as(ana) as work:
        assert (await read_advocacy_notices(work, notices[1].id)).read_at == work.now
        first = work.now
    read = [(await make.fresh(notice)).read_at for notice in (*notices, his, ours)]
    assert read == [first, first, None, None, None]
    async with acting_as(ana) as work:
        await read_advocacy_notices(work, notices[2].id)
    assert [(await make.fresh(notice)).read_at == first for notice in notices] == [True, True, False]
    for who, done in ((ally.person, False), (await make.staff(Role.ADMINISTRATOR), True)):
        if done:
            async with acting_as(who) as work:
                await read_advocacy_notices(work, ours.id)
        else:
            with pytest.raises(NotFound):
                async with acting_as(who) as work:
                    await read_advocacy_notices(work, ours.id)
        assert ((await make.fresh(ours)).read_at is not None) is done


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        (TimelineKind.STATE_CHANGED, {}, "kind"),
        (TimelineKind.ANSWER_PUBLISHED, {}, "kind"),
        (TimelineKind.PRESS, {"title": {}}, "title"),
        (TimelineKind.PRESS, {"happened_on": date(2099, 1, 1)}, "happenedOn"),
    ],
)
async def test_what_happened_outside_is_noted_with_words_and_a_day_that_has_come(
    make: Maker, lead: Staff, kind: TimelineKind, given: dict[str, Any], path: str
) -> None:
    file = await make.advocacy_file()
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        async with make.acting_as(lead.person) as work:
            await note_in_timeline(work, file.id, kind, **({"title": TITLE} | given))
    assert refused.value.path == (path,)
    assert await picture(make) == before
