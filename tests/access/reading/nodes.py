"""What is asked for by its global identifier."""

from uuid import UUID

from schema.base.ids import encode_id
from tests.access.world import World


def roots(world: World) -> dict[str, dict[str, str]]:
    """Rows of this confederation and of another, and one that there isn't."""
    ids = world.ids
    asked = {
        "an event": ids["Event published"],
        "a draft": ids["Event draft"],
        "a person": ids["Person Ana"],
        "absent": encode_id("Event", UUID(int=7)),
        "another tenant's": ids["Event foreign"],
        "another tenant": encode_id("Confederation", world.foreign.tenant.id),
        "another tenant's person": ids["Person foreign"],
    }
    return {
        "node": {case: f'node(id: "{id}") {{ id }}' for case, id in asked.items()},
        "nodes": {case: f'nodes(ids: ["{id}"]) {{ id }}' for case, id in asked.items()},
    }
