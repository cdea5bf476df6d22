"""Where Ana is signed in, and who invited her."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import ContactPoint, ContactVisibility, LinkPurpose, Message, Person, SignInLink
from tests.access.world import World

AFTER = ("people.contacts",)


async def rows(world: World) -> None:
    """A session that is open, one that isn't any more, and an invitation that she accepted; a link."""
    make, ana, now = world.make, world.person("own"), datetime.now(UTC)
    world.add("Session open", await make.sign_in_session(ana))
    world.add("Session revoked", await make.sign_in_session(ana, revoked_at=now))
    point = world.row(ContactPoint, "hidden")
    invited = await make.invitation(ana, point, world.home, invited_by_id=ana.id, claimed_at=now)
    world.add("Invitation Ana's", invited)
    (message,) = await make.all(Message, id=invited.message_id)
    world.add("Message that invites", message)
    chief = world.row(Person, "chief")
    theirs = await make.contact_point(chief, visibility=ContactVisibility.STAFF)
    await make.invitation(chief, theirs, world.home)
    link = {"address": point.value, "purpose": LinkPurpose.SIGN_IN, "secret_hash": "0" * 64}
    times = {"created_at": now, "expires_at": now + timedelta(minutes=10)}
    world.add("SignInLink", await make.add(SignInLink, link | times, person_id=ana.id))


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What she does about it, and what her association's staff do."""
    ids = world.ids
    return {
        "revokeSession": {"Ana's": {"sessionId": ids["Session open"]}},
        "revokeOtherSessions": {"": {}},
        "requestStepUp": {"": {}},
        "requestVerification": {"Ana's": {"contactPointId": ids["ContactPoint hidden"]}},
        "invitePerson": {
            name: {"associationId": ids["Association home"], "personId": ids[f"Person {name}"]}
            for name in ("Ana", "chief")
        },
    }
