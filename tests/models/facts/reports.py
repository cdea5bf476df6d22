"""Follow-up reports and their avenues."""

from models import Avenue, Event
from tests.models.facts import Facts
from tests.models.world import EVENT_STAFF, EVERYBODY, OPEN, World

AFTER = ("events",)

FACTS: Facts = {
    f"{table} {way}": (EVERYBODY if way == "published" else EVENT_STAFF, EVENT_STAFF)
    for table in ("report", "avenue")
    for way in OPEN
}


async def rows(world: World) -> None:
    """A report of one avenue."""
    for way in OPEN:
        report = await world.make.report(world.row(Event, way), "Relève", published=way == "published")
        world.add(report, way)
        world.add((await world.make.all(Avenue, report_id=report.id))[0], way)
