"""Questions that events ask, and their answers."""

from models import Event, Registration
from tests.models.facts import Facts
from tests.models.world import DESK, EVENT_STAFF, EVERYBODY, OPEN, OWN, World

AFTER = ("events", "registrations")

# Every role that reads registrations sees to needs as well: who doesn't is made by hand in
# tests/services/events/test_answers.py.
FACTS: Facts = {
    "question published": (EVERYBODY, EVENT_STAFF),
    "question closed": (EVENT_STAFF, EVENT_STAFF),
    "answer open": (OWN | DESK, OWN | DESK),
    "answer sensitive": (OWN | DESK, OWN | DESK),
}


async def rows(world: World) -> None:
    """One of an open event and one of a draft; Ana's answers, to a question of each kind."""
    make = world.make
    for way in OPEN:
        world.add(await make.question(world.row(Event, way)), way)
    anas = world.row(Registration)
    for way in ("open", "sensitive"):
        question = await make.question(world.row(Event, "published"), sensitive=way == "sensitive")
        world.add(await make.answer(anas, question, "x"), way)
