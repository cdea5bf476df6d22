"""The journal, and the keys of requests."""

from datetime import UTC, datetime

from models import IdempotencyRecord, JournalEntry
from tests.models.facts import Facts
from tests.models.world import OWN, STAFF_FOR_PERSONS, World

FACTS: Facts = {
    "journal_entry": (STAFF_FOR_PERSONS, OWN),  # an entry is written by the actor it names
    "idempotency_record": (OWN, OWN),
}


async def rows(world: World) -> None:
    """What Ana did."""
    now, ana = datetime.now(UTC), world.people["own"]
    entry = {
        "action": "association.renamed",
        "actor": "person",
        "actor_person_id": ana.id,
        "subject_type": "Association",
        "subject_id": world.home.id,
        "association_id": world.home.id,
    }
    world.add(await world.make.add(JournalEntry, entry, at=now))
    record = {"key": "k", "fingerprint": "f", "result": {}}
    world.add(await world.make.add(IdempotencyRecord, record, person_id=ana.id, at=now))
