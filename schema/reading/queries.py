"""What can be asked for at the root. Each domain adds its own: `@extends(Query)`."""

from typing import Any

from schema.compiler.bindings import Argument
from schema.compiler.declare import node_lookup, nodes_lookup, one, read_type
from schema.reading.relay import Node

AT_ADDRESS = {"slug": Argument(str, "Its name in addresses.")}


@read_type()
class Query:
    """Everything that can be read. Absent and invisible are the same answer: null."""

    node: Node | None = node_lookup("Anything that has a global identifier.")
    nodes: list[Node | None] = nodes_lookup(
        "The same for several at once, in the order asked for; null in the place of each that isn't there to be seen."
    )


def by_slug(description: str) -> Any:
    """The row of a read type that has the slug asked for, or null."""
    return one(description, on=lambda _, row, slug: row.slug == slug, arguments=AT_ADDRESS)
