"""Figures about members."""

from tests.access.world import World

AFTER = ("events.registrations", "tenancy.federation")  # who attended is enough to be told as figures


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
