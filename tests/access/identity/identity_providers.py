"""Where home's people sign in: one provider that is enabled, and one that isn't."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import AttemptKind, ExternalIdentity, IdentityProvider, SignInAttempt
from tests.access.world import World
from tests.making import texts

AFTER = ("people.persons", "tenancy.federation")


async def rows(world: World) -> None:
    """Home's, who Ana is there, and an attempt to sign in."""
    make, now = world.make, datetime.now(UTC)
    for name, enabled in (("enabled", True), ("disabled", False)):
        provider = await make.add(
            IdentityProvider,
            {},
            association_id=world.home.id,
            slug=f"home-{name}",
            name=texts("Entrée", "Entrance"),
            issuer="https://id.example",
            client_id="confed",
            enabled=enabled,
        )
        world.add(f"IdentityProvider {name}", provider)
    there = {"provider_id": world.row(IdentityProvider, "enabled").id, "subject": "ana", "linked_at": now}
    identity = await make.add(ExternalIdentity, there, person_id=world.person("own").id)
    world.add("ExternalIdentity", identity)
    attempt = {"kind": AttemptKind.PASSKEY, "handle_hash": "hash", "challenge": b"challenge"}
    soon = now + timedelta(minutes=10)
    world.add("SignInAttempt", await make.add(SignInAttempt, attempt, expires_at=soon))


def roots(_world: World) -> dict[str, dict[str, str]]:
    """Where anybody signs in."""
    return {"identityProviders": {"all": "identityProviders { id }"}}


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What is done about them."""
    ids = world.ids

    def provider(name: str) -> dict[str, Any]:
        return {"identityProviderId": ids[f"IdentityProvider {name}"]}

    given = {
        "slug": "new",
        "name": [{"locale": "FR", "text": "Entrée"}],
        "issuer": "https://id.example",
        "clientId": "confed",
        "clientSecret": "a secret",
    }
    home = {"associationId": ids["Association home"]}
    return {
        "createIdentityProvider": {
            "home's": given | home,
            "inside": given | home | {"issuer": "https://169.254.169.254"},
        },
        "updateIdentityProvider": {name: provider(name) | {"enabled": False} for name in ("enabled", "disabled")},
        "deleteIdentityProvider": {name: provider(name) for name in ("enabled", "disabled")},
    }
