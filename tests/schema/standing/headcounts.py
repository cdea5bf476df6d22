"""Figures about members."""

from tests.schema.world import World

AFTER = ("federation", "registrations")  # who attended is enough to be told as figures


async def rows(world: World) -> None:
    """Home's headcount, and its divisions."""
    home = f'node(id: "{world.ids["Association home"]}") {{ ... on Association'
    world.reached("Headcount", "home's", home, "headcount")
    for type_name, field_name in (
        ("PositionClassCount", "byPositionClass"),
        ("SectorCount", "bySector"),
        ("AssociationCount", "byAssociation"),
    ):
        world.reached(type_name, "home's", home, "headcount", field_name)
