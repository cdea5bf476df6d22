"""The journal with its chain, who read what of whom, and the keys of requests."""

from datetime import UTC, datetime

from models import AccessRecord, IdempotencyRecord, JournalEntry, JournalLink, ReadKind
from tests.models.facts import Facts
from tests.models.world import NOBODY, OWN, STAFF_FOR_PERSONS, World

FACTS: Facts = {
    "journal_entry": (STAFF_FOR_PERSONS, OWN),  # an entry is written by the actor it names
    "journal_entry about": (OWN | STAFF_FOR_PERSONS, {"staff"}),
    "journal_link": (NOBODY, NOBODY),
    "access_record": (OWN | STAFF_FOR_PERSONS, {"staff"}),  # a record is written by the reader it names
    "idempotency_record": (OWN, OWN),
}


async def rows(world: World) -> None:
    """What Ana did, and what was done about her."""
    now, ana, staff = datetime.now(UTC), world.people["own"], world.people["staff"]
    entry = {
        "action": "association.renamed",
        "actor": "person",
        "actor_person_id": ana.id,
        "subject_type": "Association",
        "subject_id": world.home.id,
        "association_id": world.home.id,
    }
    done = await world.make.add(JournalEntry, entry, at=now)
    world.add(done)
    about = entry | {"actor_person_id": staff.id, "concerns_id": ana.id}
    world.add(await world.make.add(JournalEntry, about, at=now), "about")
    world.add(await world.make.add(JournalLink, {"id": done.id}, seq=1, hash=bytes(32), at=now))
    read = {"person_id": ana.id, "reader_id": staff.id, "association_id": world.home.id, "kind": ReadKind.CONTACTS}
    world.add(await world.make.add(AccessRecord, read, at=now, hour=now))
    record = {"key": "k", "fingerprint": "f", "result": {}}
    world.add(await world.make.add(IdempotencyRecord, record, person_id=ana.id, at=now))
