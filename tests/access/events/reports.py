"""Follow-up reports and their avenues."""

from typing import Any

from models import Avenue, Event
from tests.access.world import World

AFTER = ("events.planning",)


async def rows(world: World) -> None:
    """A report of each way with an avenue; the published one has another that files of fewer readers take up."""
    make = world.make
    for way, event in (("published", "reported"), ("closed", "held")):
        titles = ["Relève", "Retraite"] if way == "published" else ["Relève"]
        report = await make.report(world.row(Event, event), *titles, published=way == "published")
        world.add(f"Report {way}", report)
        first, *others = await make.all(Avenue, report_id=report.id)
        world.add(f"Avenue {way}", first)
        for avenue in others:
            world.add("Avenue taken up by others", avenue)


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do to the report of an event."""
    held = {"eventId": world.ids["Event held"]}
    return {
        "draftReport": {"held": held | {"summary": [{"locale": "FR", "text": "Dit."}]}},
        "publishReport": {"held": held},
    }
