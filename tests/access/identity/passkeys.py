"""A passkey of Ana's."""

from datetime import UTC, date, datetime
from typing import Any

from models import Passkey
from tests.access.world import World

AFTER = ("people.persons",)


async def rows(world: World) -> None:
    """Used once."""
    passkey = await world.make.add(
        Passkey,
        {},
        person_id=world.person("own").id,
        credential_id=b"credential",
        public_key=b"key",
        sign_count=1,
        label="Phone",
        transports=["internal"],
        backed_up=True,
        created_at=datetime.now(UTC),
        last_used_on=date(2026, 1, 1),
    )
    world.add("Passkey Ana's", passkey)


def roots(_world: World) -> dict[str, dict[str, str]]:
    """One's own."""
    return {"myPasskeys": {"Ana's": "myPasskeys { id }"}}


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What she does about it."""
    passkey = {"passkeyId": world.ids["Passkey Ana's"]}
    return {"updatePasskey": {"Ana's": passkey | {"label": "Old phone"}}, "deletePasskey": {"Ana's": passkey}}
