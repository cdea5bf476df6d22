"""Where Ana is signed in, and who invited her."""

from datetime import UTC, datetime
from typing import Any

from models import ContactPoint, Person
from tests.schema.world import World

AFTER = ("contacts",)


async def rows(world: World) -> None:
    """A session that is open, one that isn't any more, and an invitation that she accepted."""
    make, ana, now = world.make, world.person("own"), datetime.now(UTC)
    world.add("Session open", await make.sign_in_session(ana))
    world.add("Session revoked", await make.sign_in_session(ana, revoked_at=now))
    point = world.rows["ContactPoint hidden"]
    assert isinstance(point, ContactPoint)
    invited = await make.invitation(ana, point, world.home, invited_by_id=ana.id, claimed_at=now)
    world.add("Invitation Ana's", invited)
    await make.contact_point(world.row(Person, "chief"))


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What she does about it, and what her association's staff do."""
    ids = world.ids
    return {
        "revokeSession": {"Ana's": {"sessionId": ids["Session open"]}},
        "revokeOtherSessions": {"": {}},
        "requestStepUp": {"": {}},
        "requestVerification": {"Ana's": {"contactPointId": ids["ContactPoint hidden"]}},
        "invitePerson": {
            name: {"personId": ids[f"Person {name}"], "associationId": ids["Association home"]}
            for name in ("Ana", "chief")
        },
    }
