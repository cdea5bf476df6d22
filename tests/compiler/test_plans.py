"""Plans are made once for a document and the shape of its variables, and never depend on a value."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson
import pytest

from schema.compiler import plan_cache, run
from schema.compiler.run import NotSpliced, Operations, Plan
from services.core.actor import Acting
from services.core.database.connections import Readers
from tests.compiler.ways import NOWHERE, Asker
from tests.compiler.world import World

PAGE = "query ($first: Int, $after: String, $where: EventWhere, $order: [EventOrder!], $more: Boolean = false) {"
DOCUMENT = (
    PAGE
    + """
    events(first: $first, after: $after, where: $where, orderBy: $order) { nodes { slug city @include(if: $more) } }
}"""
)


@pytest.fixture
def operations(asker: Asker) -> Operations:
    return Operations(asker.built.catalog)


def planned(operations: Operations, variables: Mapping[str, Any], document: str = DOCUMENT) -> Plan:
    operation = operations.find(document, None)
    return operation.plan(operation.coercion.values(variables))


SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"first": 1}, {"first": 500}),
    ({"after": "a"}, {"after": "b"}),
    ({"where": {"city": {"eq": "a"}}}, {"where": {"city": {"eq": "b"}}}),
    ({"where": {"city": {"in": ["a"]}}}, {"where": {"city": {"in": ["a", "b", "c"]}}}),
    ({"where": {"or": [{"city": {"eq": "a"}}]}}, {"where": {"or": [{"city": {"eq": "b"}}]}}),
    ({"order": ["SLUG_ASC"]}, {"order": "SLUG_ASC"}),
    ({}, {"more": False}),
]
OTHER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"after": "a"}),
    ({"more": True}, {"more": False}),
    ({"where": {"city": {"eq": "a"}}}, {"where": {"city": {"ne": "a"}}}),
    ({"where": {"city": {"eq": "a"}}}, {"where": {"slug": {"eq": "a"}}}),
    ({"where": {"city": {"eq": "a"}}}, {"where": {"not": {"city": {"eq": "a"}}}}),
    ({"where": {"or": [{"city": {"eq": "a"}}]}}, {"where": {"or": [{"city": {"eq": "a"}}] * 2}}),
    ({"order": ["SLUG_ASC"]}, {"order": ["SLUG_DESC"]}),
    ({"order": ["SLUG_ASC", "STARTS_AT_ASC"]}, {"order": ["STARTS_AT_ASC", "SLUG_ASC"]}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_other_values_have_the_same_plan(operations: Operations, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert planned(operations, one) is planned(operations, other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_shape_has_another_plan(operations: Operations, one: dict[str, Any], other: dict[str, Any]) -> None:
    plans = planned(operations, one), planned(operations, other)
    assert plans[0] is not plans[1]
    assert len({plan.statement(Acting.ANYBODY).text for plan in plans}) == 2


@pytest.mark.promise("values-bound")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{ event(slug: "a") { slug } }', '{ event(slug: "b") { slug } }'),
        ("{ events(first: 1) { nodes { slug } } }", "{ events(first: 9) { nodes { slug } } }"),
        (
            '{ events(where: {city: {in: ["a"]}, edition: {gt: 1}}) { nodes { slug } } }',
            '{ events(where: {city: {in: ["b", "c"]}, edition: {gt: 2}}) { nodes { slug } } }',
        ),
        (
            '{ association(slug: "a") { headcount(asOf: "2026-01-01") { total } } }',
            '{ association(slug: "b") { headcount(asOf: "2026-02-02") { total } } }',
        ),
        ("{ associations { nodes { name(locale: FR) } } }", "{ associations { nodes { name(locale: EN) } } }"),
    ],
)
@pytest.mark.parametrize("acting", Acting)
def test_a_statement_has_no_value_of_its_document(operations: Operations, one: str, other: str, acting: Acting) -> None:
    texts = {planned(operations, {}, document).statement(acting).text for document in (one, other)}
    assert len(texts) == 1


def test_documents_and_shapes_are_kept_up_to_a_number(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_cache, "MOST_DOCUMENTS", 3)
    monkeypatch.setattr(run, "MOST_SHAPES_PER_DOCUMENT", 3)
    shapes: list[dict[str, Any]] = [{"where": {"or": [{"city": {"eq": "a"}}] * n}} for n in range(1, 6)]
    plans = [planned(operations, shape) for shape in shapes]
    assert [planned(operations, shape) is plan for shape, plan in zip(shapes[2:], plans[2:], strict=True)] == [True] * 3
    assert planned(operations, shapes[0]) is not plans[0]
    first = operations.find(DOCUMENT, None)
    documents = [f'{{ event(slug: "{i}") {{ slug }} }}' for i in range(3)]
    found = [operations.find(document, None) for document in documents]
    assert [operations.find(document, None) for document in documents] == found
    assert operations.find(DOCUMENT, None) is not first


@pytest.mark.parametrize(
    "document",
    [
        "mutation { __typename }",
        "{ __schema { queryType { name } } }",
        '{ event(slug: "a") { canRegister { allowed } } }',
        '{ event(slug: "a") { %s: slug } }' % ("a" * 64),
        '{ event(slug: "a") @skip(if: true) { slug } }',
    ],
)
def test_what_needs_the_executor_has_no_plan_of_its_own(operations: Operations, document: str) -> None:
    with pytest.raises(NotSpliced):
        planned(operations, {}, document)


async def test_a_spliced_answer_takes_one_statement(
    asker: Asker, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    fetch = Readers.fetch

    async def watched(self: Readers, statement: str, arguments: Any) -> Any:
        sent.append(statement)
        return await fetch(self, statement, arguments)

    document = "{ a: events { nodes { slug association { name } } } b: associations { totalCount } me { givenName } }"
    for who in ("anonymous", "member"):
        await asker.ask(world.slug(who), document, authorization=world.authorization(who))
        monkeypatch.setattr(Readers, "fetch", watched)
        response = await asker.ask(world.slug(who), document, authorization=world.authorization(who))
        assert response.spliced
        assert len(sent) == 1
        monkeypatch.setattr(Readers, "fetch", fetch)
        sent.clear()


@pytest.mark.promise("limits-before-sql")
@pytest.mark.parametrize(
    ("document", "limit"),
    [
        (f"{{ {' '.join(f'a{i}: __typename' for i in range(26))} }}", "root fields"),
        (f'{{ event(slug: "a") {"{ followUpTo " * 15}{{ slug {"}" * 16} }}', "depth"),
        (f"{{ me {{ {' '.join(f'a{i}: givenName' for i in range(1_001))} }} }}", "fields"),
        ("{ associations(first: 500) { nodes { events(first: 500) { nodes { slug } } } } }", "cost"),
    ],
)
async def test_too_much_is_refused_before_any_statement(
    asker: Asker, world: World, monkeypatch: pytest.MonkeyPatch, document: str, limit: str
) -> None:
    await asker.actors.anybody(NOWHERE, world.slug("anonymous"))
    monkeypatch.delattr(Readers, "fetch")
    monkeypatch.delattr(Readers, "connection")
    answer = (await asker.ask(world.slug("anonymous"), document)).json
    (error,) = answer["errors"]
    assert "data" not in answer
    assert error["extensions"]["code"] == "TOO_MUCH"
    assert error["extensions"]["limit"] == limit
    assert error["extensions"]["found"] > error["extensions"]["required"]


async def test_the_cost_is_how_many_objects_there_could_be(asker: Asker, world: World) -> None:
    document = "query ($n: Int) { associations(first: $n) { nodes { events(first: 10) { nodes { slug } } } } }"
    spent = [
        (await asker.ask(world.slug("anonymous"), document, {"n": n})).json["extensions"]["cost"] for n in (0, 10, None)
    ]
    assert [cost["spent"] for cost in spent] == [1, 1 + 10 * (1 + 11), 1 + 50 * (1 + 11)]
    assert {cost["spent"] + cost["left"] for cost in spent} == {25_000}


async def test_work_does_not_multiply_with_depth(asker: Asker, world: World, owner: asyncpg.Connection) -> None:
    """Tables without statistics, as small ones are for ever: the planner knows nothing of them."""
    reading = await asker.reading(world.slug("anonymous"))
    looked = []
    for depth in (4, 8):
        document = '{ event(slug: "tie") ' + "{ followUpTo " * depth + "{ slug }" + " }" * depth + " }"
        operations = Operations(asker.built.catalog)
        statement = planned(operations, {}, document).statement(Acting.ANYBODY)
        async with owner.transaction():
            await owner.execute("set local role confed_app; set local plan_cache_mode = force_generic_plan")
            explained = await owner.fetchval(
                f"explain (analyze, timing off, format json) {statement.text}", *statement.arguments({}, reading)
            )
        looked.append(_rows(explained))
    assert looked[1] < 3 * looked[0]


def _rows(explained: str) -> int:
    waiting, rows = [orjson.loads(explained)[0]["Plan"]], 0
    while waiting:
        node = waiting.pop()
        rows += int(node["Actual Loops"] * node["Actual Rows"])
        waiting += node.get("Plans", [])
    return rows
