"""Passkeys: the person's, whoever manages their record."""

from datetime import UTC, datetime

from models import Passkey
from tests.models.facts import Facts
from tests.models.world import OWN, World

AFTER = ("people",)

FACTS: Facts = {"passkey": (OWN, OWN)}


async def rows(world: World) -> None:
    """Ana's."""
    world.add(
        await world.make.add(
            Passkey,
            {},
            person_id=world.people["own"].id,
            credential_id=b"credential",
            public_key=b"key",
            sign_count=0,
            label="Phone",
            transports=["internal"],
            backed_up=True,
            created_at=datetime.now(UTC),
        )
    )
