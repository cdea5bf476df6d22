"""Relay's shapes: nodes with global identifiers, and connections with `nodes` as well as `edges`."""

from typing import Generic, TypeVar

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from schema.compiler.declare import global_id, read_interface
from schema.compiler.names import plural, with_article

T = TypeVar("T")


@read_interface
class Node:
    """Anything that can be asked for again by its global identifier."""

    id: strawberry.ID = global_id("The global identifier.")


@strawberry.type(description="The place of a page in its connection.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(
        description="With `first`: whether items follow this page. With `last`: whether `before` was given."
    )
    has_previous_page: bool = strawberry.field(
        description="With `last`: whether items precede this page. With `first`: whether `after` was given."
    )
    start_cursor: str | None = strawberry.field(description="The cursor of the first item; null if there is none.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last item; null if there is none.")


@strawberry.type(description="An item of a connection with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="The item's position in this order, for `after` and `before`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a connection.")
class Connection(Generic[T]):
    """Relay's connection."""

    nodes: list[T] = strawberry.field(description="The items of this page.")
    edges: list[Edge[T]] = strawberry.field(description="The items of this page with their cursors.")
    page_info: PageInfo = strawberry.field(description="The place of this page in the connection.")
    total_count: int = strawberry.field(
        description="The number of items on all pages, of those that the reader may see."
    )


def describe_pages(schema: GraphQLSchema) -> None:
    """Say of each connection and edge what its items are. Strawberry gives all of them one description."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and type_.name.endswith("Connection"):
            item = get_named_type(type_.fields["nodes"].type).name
            type_.description = f"A page of {plural(item)}."
            edge = get_named_type(type_.fields["edges"].type)
            edge.description = f"{with_article(item)[0].upper()}{with_article(item)[1:]} with its cursor."
