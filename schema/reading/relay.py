"""Relay's shapes: nodes with global identifiers, and connections with `nodes` as well as `edges`."""

from typing import Generic, TypeVar

import strawberry

from schema.compiler.declare import global_id, read_interface

T = TypeVar("T")


@read_interface
class Node:
    """Anything that can be asked for again by its global identifier."""

    id: strawberry.ID = global_id("The global identifier.")


@strawberry.type(description="Where a page of a connection stands in the whole.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether more follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether the page was asked for after something.")
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first item.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last item.")


@strawberry.type(description="An item of a connection, and its place.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="The item's place in this order, for `after` and `before`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection."""

    nodes: list[T] = strawberry.field(description="The items of this page.")
    edges: list[Edge[T]] = strawberry.field(description="The items of this page with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the whole.")
    total_count: int = strawberry.field(description="How many items there are on all pages that the reader may see.")
