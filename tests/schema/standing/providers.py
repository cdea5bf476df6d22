"""Where home's people sign in: one provider that is enabled, and one that isn't."""

from typing import Any

from models import IdentityProvider
from tests.making import texts
from tests.schema.world import World

AFTER = ("federation", "people")


async def rows(world: World) -> None:
    """Home's."""
    for name, enabled in (("enabled", True), ("disabled", False)):
        provider = await world.make.add(
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
