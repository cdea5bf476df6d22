"""Cursors: each page goes on where the last ended, and a cursor holds for the list and the order it was made in."""

from typing import Any

import pytest

from tests.compiler.ways import Asker
from tests.compiler.world import World

PAGES = """query ($after: String, $before: String, $first: Int, $last: Int, $order: [EventOrder!]) {
  events(after: $after, before: $before, first: $first, last: $last, orderBy: $order) {
    edges { cursor node { slug } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


async def page(asker: Asker, world: World, **variables: Any) -> Any:
    return (await asker.three_ways(world.slug("staff"), PAGES, variables, authorization=world.authorization("staff")))[
        "events"
    ]


def slugs(found: Any) -> list[str]:
    return [edge["node"]["slug"] for edge in found["edges"]]


@pytest.mark.parametrize("order", [None, ["STARTS_AT_DESC"], ["ENDS_AT_ASC", "SLUG_DESC"]])
async def test_pages_forwards_and_backwards_are_the_whole_list_once(
    asker: Asker, world: World, order: list[str] | None
) -> None:
    whole = slugs(await page(asker, world, order=order))
    assert len(whole) == 7
    forwards: list[str] = []
    backwards: list[str] = []
    after = before = None
    for _ in range(4):
        found = await page(asker, world, order=order, first=2, after=after)
        forwards += slugs(found)
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = found["pageInfo"]["endCursor"]
        assert found["pageInfo"]["hasNextPage"] is (len(forwards) < len(whole))
        found = await page(asker, world, order=order, last=2, before=before)
        backwards = slugs(found) + backwards
        assert found["pageInfo"]["hasNextPage"] is (before is not None)
        before = found["pageInfo"]["startCursor"]
        assert found["pageInfo"]["hasPreviousPage"] is (len(backwards) < len(whole))
    assert forwards == backwards == whole


async def test_between_two_cursors_is_what_lies_between(asker: Asker, world: World) -> None:
    found = await page(asker, world)
    cursors = [edge["cursor"] for edge in found["edges"]]
    between = await page(asker, world, after=cursors[0], before=cursors[4])
    assert slugs(between) == slugs(found)[1:4]
    assert slugs(await page(asker, world, after=cursors[4], before=cursors[0])) == []
    assert slugs(await page(asker, world, after=cursors[0], before=cursors[4], last=1)) == slugs(found)[3:4]


async def test_a_cursor_is_of_one_list_and_one_order(asker: Asker, world: World) -> None:
    found = await page(asker, world, first=1, order=["SLUG_ASC"])
    cursor = found["pageInfo"]["endCursor"]
    assert slugs(await page(asker, world, first=1, order=["SLUG_ASC"], after=cursor))
    for document in (
        "query ($c: String!) { events(after: $c) { nodes { slug } } }",
        "query ($c: String!) { events(before: $c, orderBy: [SLUG_DESC]) { nodes { slug } } }",
        "query ($c: String!) { events(after: $c, orderBy: [SLUG_ASC, STARTS_AT_ASC]) { nodes { slug } } }",
        "query ($c: String!) { associations(after: $c, orderBy: [SLUG_ASC]) { nodes { slug } } }",
    ):
        answer = (await asker.ask(world.slug("anonymous"), document, {"c": cursor})).json
        (error,) = answer["errors"]
        assert error["message"] == "The cursor is not one of this list in this order."
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert error["path"] == [document.split("{ ")[1].split("(")[0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first: -1", "The page size must be from 0 to 500, not -1."),
        ("last: 501", "The page size must be from 0 to 500, not 501."),
        ("first: 1, last: 1", "Give either first or last, not both."),
        ("where: {slug: {eq: null}}", "A filter can't compare with null; use isNull."),
        ("where: {slug: {in: null}}", "A filter can't compare with null; use isNull."),
    ],
)
async def test_what_can_not_be_asked_of_a_list_is_said(
    asker: Asker, world: World, arguments: str, message: str
) -> None:
    for document in (
        f"{{ events({arguments}) {{ nodes {{ slug }} }} associations {{ totalCount }} }}",
        f"{{ confederation {{ associations {{ nodes {{ events({arguments}) {{ totalCount }} }} }} }} }}",
    ):
        answer = (await asker.ask(world.slug("anonymous"), document)).json
        assert [error["message"] for error in answer["errors"]] == [message]
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_null_arguments_are_as_if_not_given(asker: Asker, world: World) -> None:
    paging = "first: null, last: null, after: null, before: null"
    arguments = f"{paging}, orderBy: null, where: {{and: null, slug: null, not: null}}"
    document = f"{{ a: events({arguments}) {{ nodes {{ slug }} }} b: events {{ nodes {{ slug }} }} }}"
    found = await asker.three_ways(world.slug("anonymous"), document)
    assert found["a"] == found["b"]
