"""Follow-up reports and their avenues."""

from typing import Any

from models import Avenue, Event
from tests.schema.world import World

AFTER = ("events",)


async def rows(world: World) -> None:
    """A report of each way, with one avenue."""
    make = world.make
    for way, event in (("published", "reported"), ("closed", "held")):
        report = await make.report(world.row(Event, event), "Relève", published=way == "published")
        world.add(f"Report {way}", report)
        world.add(f"Avenue {way}", (await make.all(Avenue, report_id=report.id))[0])


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do to the report of an event."""
    held = {"eventId": world.ids["Event held"]}
    return {
        "draftReport": {"held": held | {"summary": [{"locale": "FR", "text": "Dit."}]}},
        "publishReport": {"held": held},
    }
