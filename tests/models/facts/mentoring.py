"""Mentoring: the tables whose rows no administrator reads."""

from models import ProgrammeState
from tests.models.facts import Facts
from tests.models.world import EVERYBODY, OWN, STAFF_FOR_PERSONS, World

COORDINATORS = STAFF_FOR_PERSONS | {"coordinator"}
THE_TWO = {"own", "member"}  # the mentor, and the mentee

FACTS: Facts = {
    "mentoring_programme closed": (COORDINATORS, COORDINATORS),
    "mentoring_programme published": (EVERYBODY, COORDINATORS),
    "mentoring_profile closed": (OWN, OWN),
    "mentoring_profile published": (OWN | {"member"} | COORDINATORS, OWN),
    "pairing": (THE_TWO | COORDINATORS, THE_TWO | COORDINATORS),
    "pairing_goal": (THE_TWO, THE_TWO),
    "pairing_session": (THE_TWO, THE_TWO),
    "pairing_note": (THE_TWO, OWN),  # who wrote it
}


async def rows(world: World) -> None:
    """Ana is a mentor, and thinks about being a mentee as well."""
    make, ana = world.make, world.people["own"]
    world.add(await make.programme(world.home, ProgrammeState.DRAFT), "closed")
    programme = await make.programme(world.home)
    world.add(programme, "published")
    mentor = await make.mentor(ana, programme)
    world.add(mentor, "published")
    world.add(await make.mentee(ana, programme, published_at=None), "closed")
    pairing = await make.pairing(mentor, await make.mentee(world.people["member"], programme))
    world.add(pairing)
    for row in (await make.goal(pairing), await make.session(pairing), await make.note(pairing)):
        world.add(row)
