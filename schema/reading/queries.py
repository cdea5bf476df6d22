"""The root query. Each domain adds its fields with `@extends(Query)`."""

from typing import Any

from schema.compiler.bindings import Argument
from schema.compiler.declare import node_lookup, nodes_lookup, one, read_type
from schema.reading.relay import Node

AT_ADDRESS = {"slug": Argument(str, "Name in URLs.")}


@read_type()
class Query:
    """All queries. Objects that do not exist and objects that the reader may not see are both null."""

    node: Node | None = node_lookup("Find an object by its global ID.")
    nodes: list[Node | None] = nodes_lookup(
        "Find several objects by their global IDs, in the given order; null for each that does not exist "
        "or that the reader may not see."
    )


def by_slug(description: str) -> Any:
    """Declare a field that finds the row of a read type by its slug, or null."""
    return one(description, on=lambda _, row, slug: row.slug == slug, arguments=AT_ADDRESS)
