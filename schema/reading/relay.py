"""Relay's types: nodes with global IDs, and connections with `nodes` as well as `edges`."""

from typing import Generic, TypeVar

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from schema.compiler.declare import global_id, read_interface
from schema.compiler.names import plural, with_article

T = TypeVar("T")


@read_interface
class Node:
    """An object with a global ID, by which it can be fetched again."""

    id: strawberry.ID = global_id("Global ID.")


@strawberry.type(description="The position of a page in its connection.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(
        description="With `first`: true if items follow this page. With `last`: true if `before` was given."
    )
    has_previous_page: bool = strawberry.field(
        description="With `last`: true if items precede this page. With `first`: true if `after` was given."
    )
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null if the page is empty.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null if the page is empty.")


@strawberry.type(description="An item of a connection with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="Cursor of the item in this order, for `after` and `before`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a connection.")
class Connection(Generic[T]):
    """Relay's connection."""

    nodes: list[T] = strawberry.field(description="The items of this page.")
    edges: list[Edge[T]] = strawberry.field(description="The items of this page with their cursors.")
    page_info: PageInfo = strawberry.field(description="The position of this page in the connection.")
    total_count: int = strawberry.field(description="Number of items on all pages that the reader may see.")


def describe_pages(schema: GraphQLSchema) -> None:
    """Set the description of each connection and edge type from its item type. Strawberry gives them all
    the same one.
    """
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and type_.name.endswith("Connection"):
            item = get_named_type(type_.fields["nodes"].type).name
            type_.description = f"A page of {plural(item)}."
            edge = get_named_type(type_.fields["edges"].type)
            edge.description = f"{with_article(item)[0].upper()}{with_article(item)[1:]} with its cursor."
