"""Advocacy files: as confidential as each says, everything in it with it; watches and notices, whose they are."""

from models import Confidentiality, TimelineKind
from tests.models.facts import Facts
from tests.models.world import EVERYBODY, NOBODY, OWN, STAFF, World

MANAGING = STAFF | {"adviser"}
MEMBERS = {"own", "member"}
READERS = {"public": EVERYBODY, "members": MEMBERS | MANAGING, "staff": MANAGING}
PARTS = ("advocacy_file", "advocacy_position", "demand", "demand_answer", "timeline_entry")

FACTS: Facts = {
    **{f"{table} {way}": (readers, MANAGING) for table in PARTS for way, readers in READERS.items()},
    "demand_answer unpublished": (MANAGING, MANAGING),
    # An association's, seen with the file; a person's own, whatever became of the file.
    **{f"advocacy_watch home's, {way}": (readers, MANAGING) for way, readers in READERS.items()},
    **{f"advocacy_watch own, {way}": (OWN, OWN) for way in READERS},
    **{f"advocacy_notice home's, {way}": (MANAGING, MANAGING) for way in READERS},
    "advocacy_notice own, public": (OWN, OWN),
    "advocacy_notice own, members": (OWN, OWN),
    "advocacy_notice own, staff": (NOBODY, NOBODY),  # it isn't Ana's to know any more
}


async def rows(world: World) -> None:
    """A file of each confidentiality, with one of everything; home and Ana watch it."""
    make, home, ana = world.make, world.home, world.people["own"]
    for way in READERS:
        file = await make.advocacy_file(home, Confidentiality(way.upper()))
        demand = await make.demand(file)
        entry = await make.entry(file, TimelineKind.LETTER)
        for row in (file, await make.stance(file, home), demand, await make.demand_answer(demand), entry):
            world.add(row, way)
        if way == "public":
            world.add(await make.demand_answer(demand, published=False), "unpublished")
        for whose, watcher in (("home's", home), ("own", ana)):
            world.add(await make.watch(file, watcher), f"{whose}, {way}")
            world.add(await make.notice(file, watcher), f"{whose}, {way}")
