"""Sessions, links that are mailed, and invitations."""

from datetime import UTC, datetime, timedelta

from models import ContactPoint, LinkPurpose, SignInLink
from tests.models.facts import Facts
from tests.models.world import NOBODY, OWN, STAFF_FOR_PERSONS, World

AFTER = ("contacts",)

FACTS: Facts = {
    "session": (OWN, OWN),
    "sign_in_link": (NOBODY, NOBODY),
    "invitation": (OWN | STAFF_FOR_PERSONS, STAFF_FOR_PERSONS),
}


async def rows(world: World) -> None:
    """Ana's."""
    make, ana, now = world.make, world.people["own"], datetime.now(UTC)
    world.add(await make.sign_in_session(ana))
    link = {"person_id": ana.id, "secret_hash": "0" * 64, "created_at": now, "expires_at": now + timedelta(minutes=10)}
    address = world.row(ContactPoint, "hidden").value
    world.add(await make.add(SignInLink, link, address=address, purpose=LinkPurpose.SIGN_IN))
    world.add(await make.invitation(ana, world.row(ContactPoint, "hidden"), world.home))
