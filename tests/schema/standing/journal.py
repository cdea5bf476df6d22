"""What was done about Ana, and who read her data."""

from datetime import UTC, datetime

from models import AccessRecord, JournalEntry, Person, ReadKind
from tests.schema.world import World

AFTER = ("federation", "people")


async def rows(world: World) -> None:
    """By home's staff, in her stead."""
    now, ana, staff = datetime.now(UTC), world.person("own"), world.person("staff")
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
    for label, person in (("of Ana", ana), ("of the chief", world.row(Person, "chief"))):
        read = {"association_id": world.home.id, "person_id": person.id, "reader_id": staff.id, "kind": ReadKind.NEEDS}
        row = await world.make.add(AccessRecord, read, reader_name="Benoît", at=now, hour=now)
        world.add(f"AccessRecord {label}", row)
