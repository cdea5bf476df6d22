"""Segments and their clauses."""

from models import SegmentClause
from tests.models.facts import Facts
from tests.models.world import EVENT_STAFF, EVERYBODY, OPEN, World

FACTS: Facts = {
    "segment closed": (EVENT_STAFF, EVENT_STAFF),
    "segment published": (EVERYBODY, EVENT_STAFF),
    "segment_clause closed": (EVENT_STAFF, EVENT_STAFF),
    "segment_clause published": (EVERYBODY, EVENT_STAFF),
}


async def rows(world: World) -> None:
    """A segment of one clause."""
    make, home = world.make, world.home
    for way in OPEN:
        segment = await make.segment({"within_id": home.id}, association=home, published=way == "published")
        world.add(segment, way)
        world.add((await make.all(SegmentClause, segment_id=segment.id))[0], way)
