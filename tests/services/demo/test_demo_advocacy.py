"""What the demo tells of advocacy: the first seed's file, and files in which everything occurs."""

from models import (
    AdvocacyFile,
    AdvocacyFileState,
    AdvocacyNotice,
    AdvocacyPosition,
    AdvocacyWatch,
    Association,
    Avenue,
    Confidentiality,
    Demand,
    DemandAnswer,
    DemandState,
    Event,
    Report,
    Stance,
    TimelineEntry,
    TimelineKind,
)
from services.core.actor import anonymous
from services.core.database.connections import Database
from services.core.work import begin
from tests.making import Maker
from tests.services.demo.test_demo import MEETING, making, star, tenant

STATUS = "status-of-senior-management"


async def file_of(make: Maker, slug: str) -> AdvocacyFile:
    (file,) = await make.all(AdvocacyFile, slug=slug)
    return file


async def test_the_five_avenues_of_the_second_meeting_are_taken_up_and_two_associations_watch(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    file = await file_of(make, STATUS)
    assert (file.state, file.confidentiality) == (AdvocacyFileState.WATCHING, Confidentiality.PUBLIC)
    (meeting,) = await make.all(Event, slug=f"{MEETING}-2")
    (report,) = await make.all(Report, event_id=meeting.id)
    avenues = {avenue.id: avenue for avenue in await make.all(Avenue, report_id=report.id)}
    demands = await make.all(Demand, file_id=file.id)
    assert [demand.number for demand in demands] == [1, 2, 3, 4, 5]
    for demand in demands:
        assert demand.origin_id is not None
        avenue = avenues[demand.origin_id]
        assert (demand.number, demand.title) == (avenue.number, avenue.title)
    slugs = {association.id: association.slug for association in await make.all(Association)}
    assert slugs[file.association_id] == "ccc-cmc"
    watches = await make.all(AdvocacyWatch, file_id=file.id)
    assert {slugs[watch.watcher_id] for watch in watches if watch.watcher_id} == {"ccc-cmc", "cncq"}
    assert report.published_at is not None
    assert file.opened_on > report.published_at.date()


async def test_positions_of_every_kind_were_taken_and_everything_happens_in_a_timeline(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    file = await file_of(make, STATUS)
    assert {position.stance for position in await make.all(AdvocacyPosition, file_id=file.id)} == set(Stance)
    assert {entry.kind for entry in await make.all(TimelineEntry)} == set(TimelineKind)


async def test_demands_are_in_every_state_and_answers_are_published_and_not(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    for slug, confidentiality in (
        ("pension-plan", Confidentiality.MEMBERS),
        ("legal-status-strategy", Confidentiality.STAFF),
    ):
        file = await file_of(make, slug)
        assert file.confidentiality is confidentiality
        assert {demand.state for demand in await make.all(Demand, file_id=file.id)} == set(DemandState)
        assert {answer.published for answer in await make.all(DemandAnswer, file_id=file.id)} == {True, False}
    async with begin(demo, anonymous(await tenant(demo, "ccc-cmc"))) as work:
        everything = {row.id for row in await make.all(AdvocacyFile)}
        assert await work.seen(AdvocacyFile, everything) == {(await file_of(make, STATUS)).id}


async def test_the_adviser_watches_a_file_and_has_read_some_of_what_they_were_told(demo: Database) -> None:
    make, adviser = await making(demo, "ccc-cmc"), await star(demo, "ccc-cmc", "adviser")
    notices = await make.all(AdvocacyNotice, person_id=adviser.person_id)
    assert {notice.read_at is None for notice in notices} == {True, False}
