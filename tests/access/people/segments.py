"""Segments and their clauses."""

from models import ManagementLevel, MandateRole, MembershipStatus, PositionClass, Sector, SegmentClause
from tests.access.world import World

WAYS = ("published", "closed")


async def rows(world: World) -> None:
    """Segments of each way, with one clause of everything."""
    clause = {
        "within_id": world.home.id,
        "sector": Sector.PUBLIC,
        "mandate_role": MandateRole.TREASURER,
        "position_class": PositionClass.MANAGER,
        "level": ManagementLevel.EXECUTIVE,
        "membership_status": MembershipStatus.NEW,
        "locale": "fr",
        "region": "Outaouais",
    }
    for way in WAYS:
        segment = await world.make.segment(clause, slug=f"segment-{way}", published=way == "published")
        world.add(f"Segment {way}", segment)
        on = f'node(id: "{world.ids[f"Segment {way}"]}") {{ ... on Segment'
        (row,) = await world.make.all(SegmentClause, segment_id=segment.id)
        world.add(f"SegmentClause {way}", row, on, "clauses")
    await world.make.segment(slug="segment-elsewhere", association=world.elsewhere, published=False)


def roots(world: World) -> dict[str, dict[str, str]]:
    """Segments of each way."""
    return {"segment": {way: f'segment(slug: "segment-{way}") {{ id }}' for way in WAYS}}
