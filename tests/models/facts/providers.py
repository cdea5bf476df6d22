"""Identity providers, who somebody is there, and attempts to sign in, which are nobody's."""

from datetime import UTC, datetime, timedelta

from models import AttemptKind, ExternalIdentity, IdentityProvider, SignInAttempt
from tests.making import texts
from tests.models.facts import Facts
from tests.models.world import EVERYBODY, NOBODY, OWN, STAFF_FOR_PERSONS, World

AFTER = ("people",)

FACTS: Facts = {
    "identity_provider enabled": (EVERYBODY, STAFF_FOR_PERSONS),
    # Of an umbrella that sees no persons nobody adds one: whoever decides what it says could be any of them.
    "identity_provider disabled": (STAFF_FOR_PERSONS, STAFF_FOR_PERSONS),
    "external_identity": (OWN, NOBODY),
    "sign_in_attempt": (NOBODY, NOBODY),
}


async def rows(world: World) -> None:
    """Home's, and Ana there."""
    make, ana = world.make, world.people["own"]
    for way, enabled in (("enabled", True), ("disabled", False)):
        columns = {"association_id": world.home.id, "name": texts("Entrée", "Entrance"), "enabled": enabled}
        provider = await make.add(IdentityProvider, columns, slug=way, issuer="https://id.example", client_id="confed")
        world.add(provider, way)
    now = datetime.now(UTC)
    identity = {"person_id": ana.id, "provider_id": world.row(IdentityProvider, "enabled").id}
    world.add(await make.add(ExternalIdentity, identity, subject="ana", linked_at=now))
    world.add(
        await make.add(
            SignInAttempt,
            {},
            kind=AttemptKind.PASSKEY,
            handle_hash="hash",
            challenge=b"challenge",
            expires_at=now + timedelta(minutes=5),
        )
    )
