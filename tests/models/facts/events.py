"""Events, and what belongs to them."""

from models import EventAudience, EventHost, EventState, SeatPool, Segment, Speaker
from tests.models.facts import Facts
from tests.models.world import EVENT_STAFF, EVERYBODY, OPEN, World

AFTER = ("segments",)

PARTS = (EventHost, Speaker, SeatPool, EventAudience)

FACTS: Facts = {
    "event_series": (EVERYBODY, EVENT_STAFF),
    **{
        f"{table} {way}": (EVERYBODY if way == "published" else EVENT_STAFF, EVENT_STAFF)
        for table in ("event", *(str(part.__tablename__) for part in PARTS))
        for way in OPEN
    },
}


async def rows(world: World) -> None:
    """A draft and an open event, with one of everything."""
    make = world.make
    world.add(await make.series(world.home))
    for way in OPEN:
        state = EventState.OPEN if way == "published" else EventState.DRAFT
        event = await make.event(world.home, state=state, invited=[world.row(Segment, way)], speakers=["Ève"])
        world.add(event, way)
        for part in PARTS:
            world.add((await make.all(part, event_id=event.id))[0], way)
