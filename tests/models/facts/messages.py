"""Messages to Ana: read by those who hold the kind's permission in the association that sent it."""

from models import Registration, RegistrationMessage
from tests.models.facts import Facts
from tests.models.world import DESK, OWN, STAFF_FOR_PERSONS, World

AFTER = ("registrations", "identity")

FACTS: Facts = {
    "message about a registration": (OWN | DESK, OWN),
    "message that invites": (OWN | STAFF_FOR_PERSONS, OWN),
    "message that signs in": (OWN, OWN),
    "registration_message": (OWN | DESK, OWN | DESK),
}


async def rows(world: World) -> None:
    """One about her registration, and those that identity sends."""
    make, ana = world.make, world.people["own"]
    world.add(await make.registration_message(world.row(Registration)), "about a registration")
    (link,) = await make.all(RegistrationMessage)
    world.add(link)
    invited = await make.message(ana, "identity.invitation", world.home, permission="persons.manage")
    world.add(invited, "that invites")
    world.add(await make.message(ana, "identity.sign_in_link"), "that signs in")
