"""Trusted documents: the platform's to write, and anybody's to read."""

from datetime import UTC, datetime

from models import TrustedDocument
from services.trusted_documents.registering import hash_of
from tests.models.facts import Facts
from tests.models.world import EVERYBODY, NOBODY, World

FACTS: Facts = {"trusted_document": (EVERYBODY, NOBODY)}


async def rows(world: World) -> None:
    """A document of home's website."""
    text, at = "{ __typename }", datetime.now(UTC)
    made = {"hash": hash_of(text), "text": text, "association_id": world.home.id, "added_at": at}
    world.add(await world.make.add(TrustedDocument, made))
