"""The holders' mentoring programme: profiles, published or not, and pairings in every state."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from models import MentoringProfile, MentoringRole, Pairing, PairingEnd, Person, Sector
from services.demo.stage import Stage
from services.mentoring.journey import achieve_goal, record_session, set_goal, write_note
from services.mentoring.pairings import (
    accept_pairing,
    complete_pairing,
    decline_pairing,
    end_pairing,
    propose_pairing,
)
from services.mentoring.profiles import draft_profile, publish_profile, withdraw_profile
from services.mentoring.programmes import open_programme, plan_programme

SLUG = "mentorat-des-titulaires"
_ASSOCIATION, _HOLDERS = "ses", "titulaires"
_MENTORS, _MENTEES = 4, 8  # beside the demo's own persons
_SKILLS = (
    "Gestion de crise",
    "Relations avec le cabinet",
    "Transformation d'une organisation",
    "Reddition de comptes",
    "Premier emploi supérieur",
    "Négociation",
    "Gouvernance",
)
_PRESENTATIONS = {
    MentoringRole.MENTOR: "J'accompagne volontiers celles et ceux qui prennent leurs premières fonctions.",
    MentoringRole.MENTEE: "Je cherche un regard extérieur sur mes nouvelles fonctions.",
}


@dataclass
class _Scene:
    """The programme while it is written. Days count back from the load."""

    stage: Stage
    coordinator: Person
    programme_id: UUID

    def day(self, ago: int) -> date:
        """A day before the load."""
        return self.stage.today - timedelta(days=ago)

    def moment(self, ago: int) -> datetime:
        """Noon of a day before the load; on the day of the load its beginning, because nothing may be in the future."""
        return self.stage.at(self.day(ago), 13) if ago else self.stage.at(self.stage.today, 0, 1)

    async def profile(
        self, person: Person, role: MentoringRole, ago: int, *, capacity: int | None = None, published: bool = True
    ) -> MentoringProfile:
        """A person's own profile in the programme."""
        async with self.stage.acting_as(person, self.moment(ago)) as work:
            profile = await draft_profile(
                work,
                self.programme_id,
                role=role,
                presentation=_PRESENTATIONS[role],
                skills=self.stage.rng.sample(_SKILLS, 3),
                languages=["fr", "en"] if person.locale == "en" else ["fr"],
                sector=Sector.PUBLIC,
                region=person.region,
                capacity=capacity,
            )
            return await publish_profile(work, profile.id) if published else profile

    async def pair(self, mentor: MentoringProfile, mentee: MentoringProfile, ago: int, *accepted: Person) -> Pairing:
        """Propose a pairing, which the given sides accept the same day."""
        async with self.stage.acting_as(self.coordinator, self.moment(ago)) as work:
            pairing = await propose_pairing(work, mentor.id, mentee.id)
        for person in accepted:
            async with self.stage.acting_as(person, self.moment(ago)) as work:
                pairing = await accept_pairing(work, pairing.id)
        return pairing


async def mentoring(stage: Stage) -> None:
    """The programme, three months old."""
    scene = _Scene(stage, stage.cast["coordinator"], await _programme(stage))
    holder, newcomer = stage.cast["holder"], stage.cast["newcomer"]
    others = [person for person in stage.members[_HOLDERS] if person is not holder]
    people = stage.rng.sample(others, _MENTORS + _MENTEES)
    mentors = [holder, *people[:_MENTORS]]
    offers = [
        await scene.profile(person, MentoringRole.MENTOR, 80, capacity=2 + rank % 2, published=rank < _MENTORS)
        for rank, person in enumerate(mentors)
    ]
    mentees = people[_MENTORS:]
    wishes = [
        await scene.profile(person, MentoringRole.MENTEE, 78, published=rank < _MENTEES - 1)
        for rank, person in enumerate(mentees)
    ]
    await _journey(scene, await scene.pair(offers[0], wishes[0], 70, holder, mentees[0]), holder, mentees[0])
    await _closed(scene, mentors, offers, mentees, wishes)
    await scene.pair(offers[1], wishes[4], 5)
    await scene.pair(offers[2], wishes[5], 6, mentees[5])
    async with stage.acting_as(mentees[6], scene.moment(9)) as work:
        await withdraw_profile(work, wishes[6].id)
    # The newcomer is proposed to the deputy minister, who has accepted; the newcomer has yet to accept.
    await scene.pair(offers[0], await scene.profile(newcomer, MentoringRole.MENTEE, 0), 0, holder)


async def _programme(stage: Stage) -> UUID:
    opened = stage.today - timedelta(days=88)
    async with stage.acting_as(stage.cast["coordinator"], stage.at(opened)) as work:
        programme = await plan_programme(
            work,
            association_id=stage.associations[_ASSOCIATION].id,
            slug=SLUG,
            name={"fr": "Mentorat des titulaires d'un emploi supérieur", "en": "Mentoring of senior office-holders"},
            summary={
                "fr": "Des titulaires d'expérience accompagnent celles et ceux qui entrent en fonction.",
                "en": "Experienced office-holders accompany those who take up a post.",
            },
            starts_on=opened,
        )
        await open_programme(work, programme.id)
    return programme.id


async def _journey(scene: _Scene, pairing: Pairing, mentor: Person, mentee: Person) -> None:
    """Goals, sessions and notes of an active pairing."""
    async with scene.stage.acting_as(mentee, scene.moment(69)) as work:
        goal = await set_goal(work, pairing.id, title="Préparer mes cent premiers jours")
        await set_goal(work, pairing.id, title="Bâtir mon réseau dans les autres ministères")
        await write_note(work, pairing.id, text="Ce qui m'inquiète le plus : la première rencontre de mon équipe.")
    for ago, minutes, topic in ((60, 75, "Faire connaissance"), (38, 60, "Les cent premiers jours"), (12, 60, None)):
        async with scene.stage.acting_as(mentor, scene.moment(ago)) as work:
            await record_session(work, pairing.id, held_on=scene.day(ago), minutes=minutes, topic=topic)
    async with scene.stage.acting_as(mentor, scene.moment(12)) as work:
        await write_note(work, pairing.id, text="Penser à la présenter à l'équipe du Bureau des Archives vives.")
        await achieve_goal(work, goal.id)


async def _closed(
    scene: _Scene,
    mentors: list[Person],
    offers: list[MentoringProfile],
    mentees: list[Person],
    wishes: list[MentoringProfile],
) -> None:
    """Pairings closed in every way; the person who declined one is active in another."""
    declined = await scene.pair(offers[1], wishes[1], 70)
    async with scene.stage.acting_as(mentees[1], scene.moment(68)) as work:
        await decline_pairing(work, declined.id)
    await scene.pair(offers[2], wishes[1], 60, mentors[2], mentees[1])
    completed = await scene.pair(offers[3], wishes[2], 70, mentors[3], mentees[2])
    async with scene.stage.acting_as(mentees[2], scene.moment(10)) as work:
        await record_session(work, completed.id, held_on=scene.day(40), minutes=90)
        await complete_pairing(work, completed.id)
    ended = await scene.pair(offers[3], wishes[3], 70, mentors[3], mentees[3])
    async with scene.stage.acting_as(mentees[3], scene.moment(30)) as work:
        await end_pairing(work, ended.id, reason=PairingEnd.UNAVAILABLE)
    withdrawn = await scene.pair(offers[1], wishes[6], 20)
    async with scene.stage.acting_as(scene.coordinator, scene.moment(18)) as work:
        await end_pairing(work, withdrawn.id, reason=PairingEnd.PROPOSAL_WITHDRAWN)
