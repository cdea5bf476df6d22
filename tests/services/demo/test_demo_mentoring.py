"""The holders' mentoring programme in the demo."""

from collections import Counter
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import col

from models import (
    JournalEntry,
    MentoringProfile,
    MentoringProgramme,
    MentoringRole,
    Pairing,
    PairingEnd,
    PairingGoal,
    PairingNote,
    PairingSession,
    PairingState,
    ProgrammeState,
)
from services.core.actor import anonymous
from services.core.database.connections import Database
from services.core.work import begin
from services.demo.mentoring import SLUG
from services.mentoring.pairings import accept_pairing
from tests.making import assert_places_reconcile
from tests.services.demo.conftest import TODAY
from tests.services.demo.test_demo import making, star, tenant

PROPOSED, ACTIVE = PairingState.PROPOSED, PairingState.ACTIVE
BETWEEN = (PairingGoal, PairingSession, PairingNote)


async def test_anybody_reads_of_the_open_programme_and_of_nobody_in_it(demo: Database) -> None:
    async with begin(demo, anonymous(await tenant(demo, "ses"))) as work:
        programme = await work.find_by(MentoringProgramme, slug=SLUG)
        assert (programme.state, set(programme.name)) == (ProgrammeState.OPEN, {"fr", "en"})
        assert programme.starts_on < TODAY
        for model in (MentoringProfile, Pairing):
            assert not (await work.session.scalars(select(model))).all()


async def test_there_are_pairings_in_every_state_and_profiles_of_each_way(demo: Database) -> None:
    make = await making(demo, "ses")
    pairings = await make.all(Pairing)
    assert {pairing.state for pairing in pairings} == set(PairingState)
    proposed = [pairing for pairing in pairings if pairing.state is PROPOSED]
    accepted = [(p.mentor_accepted_at is not None, p.mentee_accepted_at is not None) for p in proposed]
    assert sorted(accepted) == [(False, False), (False, True), (True, False)]
    assert {pairing.end_reason for pairing in pairings} > {PairingEnd.PROPOSAL_WITHDRAWN, PairingEnd.UNAVAILABLE}
    profiles = Counter((profile.role, profile.published) for profile in await make.all(MentoringProfile))
    assert profiles == {
        (MentoringRole.MENTOR, True): 4,
        (MentoringRole.MENTOR, False): 1,
        (MentoringRole.MENTEE, True): 7,
        (MentoringRole.MENTEE, False): 2,
    }
    await assert_places_reconcile(make)


async def test_the_deputy_minister_mentors_and_the_newcomer_has_only_to_accept(demo: Database) -> None:
    holder, newcomer = await star(demo, "ses", "holder"), await star(demo, "ses", "newcomer")
    async with begin(demo, holder) as work:
        active, proposed = (await work.session.scalars(select(Pairing).order_by(col(Pairing.proposed_at)))).all()
        assert [active.state, proposed.state] == [ACTIVE, PROPOSED]
        assert {active.mentor_id, proposed.mentor_id} == {holder.person_id}
        assert [len((await work.session.scalars(select(model))).all()) for model in BETWEEN] == [2, 3, 2]
    async with begin(demo, newcomer, dry_run=True) as work:
        (mine,) = (await work.session.scalars(select(Pairing))).all()
        assert (mine.id, mine.mentor_accepted_at is not None) == (proposed.id, True)
        assert (await accept_pairing(work, mine.id)).state is ACTIVE


async def test_the_coordinator_sees_every_pairing_and_its_progress_and_nothing_between_the_two(demo: Database) -> None:
    make, coordinator = await making(demo, "ses"), await star(demo, "ses", "coordinator")
    async with begin(demo, coordinator) as work:
        seen = (await work.session.scalars(select(Pairing))).all()
        assert len(seen) == await make.count(Pairing)
        assert [(await work.session.scalars(select(model))).all() for model in BETWEEN] == [[], [], []]
        counted = func.figures.pairing_progress
        progress = {
            tuple((await work.session.execute(select(counted(pairing.id).table_valued("sessions", "goals")))).one())
            for pairing in seen
        }
    assert progress == {(3, 2), (1, 0), (0, 0)}


async def test_nothing_is_to_come_and_nobody_reads_in_the_journal_who_declined(demo: Database) -> None:
    make, admin = await making(demo, "ses"), await star(demo, "ses", "admin")
    zone = ZoneInfo(make.tenant.time_zone)
    for pairing in await make.all(Pairing):
        moments = (pairing.proposed_at, pairing.activated_at, pairing.closed_at)
        assert all(moment.astimezone(zone).date() <= TODAY for moment in moments if moment is not None)
    query = select(JournalEntry).where(col(JournalEntry.action).startswith("pairing"))
    async with begin(demo, admin) as work:
        read = {entry.action for entry in (await work.session.scalars(query)).all()}
    assert read == {"pairing.proposed", "pairing.activated", "pairing.completed", "pairing.ended"}
