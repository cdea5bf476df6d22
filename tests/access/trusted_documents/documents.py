"""Trusted documents, which nothing of the schema shows."""

from datetime import UTC, datetime

from models import TrustedDocument
from services.trusted_documents.registering import hash_of
from tests.access.world import World


async def rows(world: World) -> None:
    """A document of home's website."""
    text, at = "{ __typename }", datetime.now(UTC)
    document = {"hash": hash_of(text), "text": text, "association_id": world.home.id, "added_at": at}
    world.add("TrustedDocument", await world.make.add(TrustedDocument, document))
