"""What was done about Ana, and who read her data."""

from datetime import UTC, datetime

from models import AccessRecord, IdempotencyRecord, JournalEntry, JournalLink, Person, ReadKind
from tests.access.world import World

AFTER = ("people.persons", "tenancy.federation")


async def rows(world: World) -> None:
    """By home's staff, in her stead; something that she did herself; and the rows that nobody reads."""
    now, ana, staff = datetime.now(UTC), world.person("own"), world.person("staff")
    chief = world.row(Person, "chief")
    entry = await world.make.add(
        JournalEntry,
        {"association_id": world.home.id, "concerns_id": ana.id, "on_behalf_of_id": ana.id},
        at=now,
        action="position.opened",
        actor="person",
        actor_person_id=staff.id,
        subject_type="Person",
        subject_id=ana.id,
        reason="Au téléphone.",
        data={"state": "OPEN"},
    )
    world.add("JournalEntry about Ana", entry)
    id = world.ids["JournalEntry about Ana"]
    world.reached("JournalFact", "about Ana", f'node(id: "{id}") {{ ... on JournalEntry', "facts")
    by_her = {"association_id": world.home.id, "actor_person_id": ana.id, "subject_id": world.home.id}
    named = {"action": "association.renamed", "actor": "person", "subject_type": "Association", "reason": "Fusion."}
    world.add("JournalEntry by Ana", await world.make.add(JournalEntry, by_her | named, at=now, data={"to": "X"}))
    about_chief = {"association_id": world.home.id, "actor_person_id": staff.id, "concerns_id": chief.id}
    await world.make.add(JournalEntry, about_chief | named, at=now, subject_id=chief.id)
    world.add("JournalLink", await world.make.add(JournalLink, {"id": entry.id}, seq=1, hash=bytes(32), at=now))
    record = {"key": "once", "fingerprint": "print", "result": {}}
    world.add("IdempotencyRecord", await world.make.add(IdempotencyRecord, record, person_id=ana.id, at=now))
    for label, person in (("of Ana", ana), ("of the chief", chief)):
        read = {"association_id": world.home.id, "person_id": person.id, "reader_id": staff.id, "kind": ReadKind.NEEDS}
        row = await world.make.add(AccessRecord, read, reader_name="Benoît", at=now, hour=now)
        world.add(f"AccessRecord {label}", row)
