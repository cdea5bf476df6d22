"""Mentoring programmes, profiles, pairings, and what the two of a pairing keep between them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlmodel import col

from models import (
    LIVE_PAIRINGS,
    Association,
    MentoringProfile,
    MentoringProgramme,
    MentoringRole,
    Pairing,
    PairingEnd,
    PairingGoal,
    PairingNote,
    PairingSession,
    PairingState,
    Person,
    ProgrammeState,
)
from services.core.actor import system
from services.core.work import begin
from tests.making.base import LONG_AGO, BaseMaker, name, number, texts
from tests.making.people import PeopleMaker

Between = TypeVar("Between", PairingGoal, PairingSession, PairingNote)
PROPOSED, ACTIVE, COMPLETED = PairingState.PROPOSED, PairingState.ACTIVE, PairingState.COMPLETED


class MentoringMaker(PeopleMaker):
    """Makes what mentoring is made of."""

    _running: MentoringProgramme | None = None

    async def running(self) -> MentoringProgramme:
        """The open programme that everything is in when a test names none."""
        if self._running is None:
            self._running = await self.programme()
        return self._running

    async def programme(
        self, association: Association | None = None, state: ProgrammeState = ProgrammeState.OPEN, **columns: Any
    ) -> MentoringProgramme:
        """A programme since long ago."""
        association = association or await self.home()
        count = number()
        return await self.add(
            MentoringProgramme,
            columns,
            association_id=association.id,
            slug=f"programme-{count}",
            name=texts(f"Mentorat n° {count}", f"Mentoring No. {count}"),
            state=state,
            starts_on=LONG_AGO,
        )

    async def mentor(
        self, person: Person | None = None, programme: MentoringProgramme | None = None, **columns: Any
    ) -> MentoringProfile:
        """A mentor's published profile, with two places."""
        return await self._profile(MentoringRole.MENTOR, person, programme, columns)

    async def mentee(
        self, person: Person | None = None, programme: MentoringProgramme | None = None, **columns: Any
    ) -> MentoringProfile:
        """A mentee's published profile."""
        return await self._profile(MentoringRole.MENTEE, person, programme, columns)

    async def _profile(
        self,
        role: MentoringRole,
        person: Person | None,
        programme: MentoringProgramme | None,
        columns: dict[str, Any],
    ) -> MentoringProfile:
        programme = programme or await self.running()
        (association,) = await self.all(Association, id=programme.association_id)
        person = person or await self.member(association)
        return await self.add(
            MentoringProfile,
            columns,
            programme_id=programme.id,
            association_id=association.id,
            person_id=person.id,
            role=role,
            name=name(person),
            skills=["Gouvernance"],
            languages=["fr"],
            capacity=2 if role is MentoringRole.MENTOR else None,
            published_at=datetime.now(UTC),
        )

    async def pairing(
        self,
        mentor: MentoringProfile | None = None,
        mentee: MentoringProfile | None = None,
        state: PairingState = ACTIVE,
        **columns: Any,
    ) -> Pairing:
        """A pairing proposed ten days ago; one that is live takes a place of the mentor's."""
        mentor, mentee = mentor or await self.mentor(), mentee or await self.mentee()
        if state in LIVE_PAIRINGS:
            mentor.taken += 1
            await self.save(mentor)
        then = datetime.now(UTC) - timedelta(days=10)
        accepted = then if state in (ACTIVE, COMPLETED) else None
        return await self.add(
            Pairing,
            columns,
            programme_id=mentor.programme_id,
            association_id=mentor.association_id,
            mentor_profile_id=mentor.id,
            mentee_profile_id=mentee.id,
            mentor_id=mentor.person_id,
            mentee_id=mentee.person_id,
            mentor_name=mentor.name,
            mentee_name=mentee.name,
            state=state,
            proposed_at=then,
            mentor_accepted_at=accepted,
            mentee_accepted_at=accepted,
            activated_at=accepted,
            closed_at=None if state in LIVE_PAIRINGS else datetime.now(UTC),
            end_reason=PairingEnd.BY_AGREEMENT if state is PairingState.ENDED else None,
        )

    async def the_two(self, pairing: Pairing) -> tuple[Person, Person]:
        """The mentor and the mentee."""
        (mentor,), (mentee,) = [await self.all(Person, id=id) for id in (pairing.mentor_id, pairing.mentee_id)]
        return mentor, mentee

    async def goal(self, pairing: Pairing, **columns: Any) -> PairingGoal:
        """A goal of yesterday's."""
        return await self._between(pairing, PairingGoal, columns, title="Déléguer", set_on=_yesterday())

    async def session(self, pairing: Pairing, **columns: Any) -> PairingSession:
        """A conversation of an hour, yesterday."""
        return await self._between(pairing, PairingSession, columns, held_on=_yesterday(), minutes=60)

    async def note(self, pairing: Pairing, **columns: Any) -> PairingNote:
        """A note of the mentor's."""
        given = {"author_id": pairing.mentor_id, "text": "Entre nous.", "written_at": datetime.now(UTC)}
        return await self._between(pairing, PairingNote, columns, **given)

    async def _between(
        self, pairing: Pairing, model: type[Between], columns: dict[str, Any], **otherwise: Any
    ) -> Between:
        """A row that admits the two only, so that one of them writes it: its author, or the mentor."""
        given = {**otherwise, **columns}
        (writer,) = await self.all(Person, id=given.get("author_id", pairing.mentor_id))
        row = model(
            confederation_id=self.tenant.id,
            pairing_id=pairing.id,
            mentor_id=pairing.mentor_id,
            mentee_id=pairing.mentee_id,
            **given,
        )
        await self.save_as(writer, row)
        return row


def _yesterday() -> date:
    """A day that is past wherever the confederation is."""
    return (datetime.now(UTC) - timedelta(days=1)).date()


async def assert_places_reconcile(make: BaseMaker) -> None:
    """Each mentor's `taken` is the number of their live pairings."""
    live = (
        select(func.count())
        .select_from(Pairing)
        .where(
            col(Pairing.confederation_id) == col(MentoringProfile.confederation_id),
            col(Pairing.mentor_profile_id) == col(MentoringProfile.id),
            col(Pairing.state).in_(LIVE_PAIRINGS),
        )
        .scalar_subquery()
    )
    query = select(col(MentoringProfile.id), col(MentoringProfile.taken), live).where(
        col(MentoringProfile.confederation_id) == make.tenant.id
    )
    async with begin(make.database, system(make.tenant)) as work:
        profiles = (await work.session.execute(query)).all()
    assert {id: taken for id, taken, _ in profiles} == {id: held for id, _, held in profiles}
