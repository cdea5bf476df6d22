"""What an operation may ask for at the most: checked on its plan, before any SQL runs.

The cost of an operation is how many objects its answer can have: list sizes multiply. What takes longer than an object
(some 20 µs) counts for several: a figure, a count, very many fields. The cost depends on page sizes, so it is a number
of each request; what it is made of belongs to the plan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from schema.compiler.bindings import MANY, NodeLookup, Relation
from schema.compiler.context import Context
from schema.compiler.declare import MOST_NODES
from schema.compiler.filters import Compare, Condition
from schema.compiler.measure import LONGEST_LIST, MAXIMUM_COST, MAXIMUM_DEPTH, MAXIMUM_FIELDS, MAXIMUM_ROOTS, check
from schema.compiler.plan import FieldPlan, Page, Part, Selection
from schema.compiler.values import Constant, Getter, Refused, Variables, is_long, then

FIELDS_OF_AN_OBJECT = 8
"""An object of more fields counts for another object for each so many."""
INTROSPECTION = 80
"""What a field counts for that is asked of the schema itself: graphql-core resolves it for each of many types."""
COUNTING = 15
"""What a `totalCount` counts for."""
ITEMS_OF_AN_OBJECT = 4
"""So many items of a list that is compared with count for an object: each is sent, and compared with every row."""
BYTES_OF_AN_OBJECT = 1_000
"""So many characters of a text in an argument or a comparison count for an object."""
CONDITIONS_OF_AN_OBJECT = 4
"""So many comparisons of a `where` count for an object."""
USUAL_LIST = 5
"""What a plain list counts for: it is short by its nature, and bounded by its declaration."""


@dataclass(frozen=True, slots=True)
class Cost:
    """How many objects an answer can have: a number, and page sizes times what each item costs."""

    fixed: int
    pages: tuple[tuple[Getter, "Cost"], ...] = ()

    def of(self, variables: Variables, context: Context) -> int:
        """The number, for a request's values."""
        if not self.pages:
            return self.fixed
        varying: int = sum(size(variables, context) * each.of(variables, context) for size, each in self.pages)
        return self.fixed + varying

    def plus(self, number: int) -> "Cost":
        """With so much more, whatever the values."""
        return Cost(self.fixed + number, self.pages)

    def times(self, number: int) -> "Cost":
        """As often."""
        return Cost(self.fixed * number, tuple((size, each.times(number)) for size, each in self.pages))


_ONE = Cost(1)


def weight(value: Any) -> int:
    """What a value counts for wherever it is used: by items and by length. TooMuch for a list that is too long."""
    if isinstance(value, str):
        return len(value) // BYTES_OF_AN_OBJECT
    if isinstance(value, list):
        check("items of a list", len(value), LONGEST_LIST)
        characters = sum(len(item) for item in value if isinstance(item, str))
        return len(value) // ITEMS_OF_AN_OBJECT + characters // BYTES_OF_AN_OBJECT
    return 0


def _weighed(getters: Iterable[Getter]) -> list[Cost]:
    """The cost of values, each time that they are used."""
    return [
        Cost(weight(get.value)) if isinstance(get, Constant) else Cost(0, ((partial(_weight_of, get), _ONE),))
        for get in getters
    ]


def _weight_of(get: Getter, variables: Variables, context: Context) -> int:
    try:
        return weight(get(variables, context))
    except Refused:
        return 0  # which is told where the value is used


def _compared(condition: Condition | None) -> list[Getter]:
    """The values that a condition compares with."""
    if condition is None:
        return []
    if isinstance(condition, Compare):
        return [condition.value]
    return [get for part in condition.parts for get in _compared(part)]


def _sum(fixed: int, costs: Iterable[Cost]) -> Cost:
    costs = list(costs)
    return Cost(fixed + sum(cost.fixed for cost in costs), tuple(page for cost in costs for page in cost.pages))


def check_shape(roots: Sequence[FieldPlan]) -> int:
    """How many fields the plan has, of each type that a node may be. TooMuch where it is too wide, deep or long."""
    check("root fields", len(roots), MAXIMUM_ROOTS)
    depth, fields = _measure([_children(root) for root in roots])
    check("depth", depth, MAXIMUM_DEPTH)
    check("fields", fields, MAXIMUM_FIELDS)
    return fields


def check_cost(cost: int) -> None:
    """TooMuch where the answer could have too many objects."""
    check("cost", cost, MAXIMUM_COST)


def cost(roots: Iterable[FieldPlan]) -> Cost:
    """What the root fields cost together."""
    return _sum(0, map(_cost, roots))


def cost_of(selection: Selection) -> Cost:
    """What one row of a mutation's payload costs."""
    return _selection_cost([selection], 1)


def _children(field: FieldPlan) -> list[Any]:
    return [
        *(field.selection.fields if field.selection else ()),
        *(f for branch in field.branches for f in branch.fields),
        *(field.page.parts if field.page else ()),
    ]


def _inner(item: Any) -> list[Any]:
    if isinstance(item, Part):
        return [*item.parts, *(item.selection.fields if item.selection else ())]
    return _children(item)


def _measure(levels: list[list[Any]]) -> tuple[int, int]:
    depth, fields = 1, len(levels)
    level = [item for items in levels for item in items]
    while level:
        depth, fields = depth + 1, fields + len(level)
        level = [inner for item in level for inner in _inner(item)]
    return depth, fields


def _cost(field: FieldPlan) -> Cost:
    if field.page is not None:
        return _page_cost(field.page)
    if field.bound is None:
        return Cost(0)
    binding = field.bound.binding
    values = _weighed([get for name, get in field.arguments.items() if is_long(field.bound.arguments[name].type)])
    if not (field.selection or field.branches):
        return _sum(binding.weight, values)
    if isinstance(binding, NodeLookup) and binding.many:
        item = _selection_cost(list(field.branches), 1)
        return Cost(0, ((then(field.arguments["ids"], _count), item),))
    times = min(USUAL_LIST, binding.limit) if isinstance(binding, Relation) and binding.shape == MANY else 1
    item = _selection_cost([field.selection] if field.selection else list(field.branches), 1)
    return _sum(binding.weight, [item.times(times), *values])


def _count(ids: Sequence[str]) -> int:
    check("ids", len(ids), MOST_NODES)
    return len(ids)


def _selection_cost(selections: Sequence[Selection], itself: int) -> Cost:
    fields = [field for selection in selections for field in selection.fields]
    return _sum(itself + len(fields) // FIELDS_OF_AN_OBJECT, map(_cost, fields))


def _page_cost(page: Page) -> Cost:
    def selections(parts: Sequence[Part]) -> list[Selection]:
        return [s for part in parts for s in ([part.selection] if part.selection else selections(part.parts))]

    listed = selections(page.parts)
    item = _selection_cost(listed, max(1, len(listed)))
    counts = sum(part.kind == "totalCount" for part in page.parts)
    compared = _compared(page.condition)
    # A condition is in the page and in each count.
    times = counts + any(part.kind != "totalCount" for part in page.parts)
    values = [cost.times(times) for cost in _weighed(compared)]
    itself = 1 + COUNTING * counts + times * len(compared) // CONDITIONS_OF_AN_OBJECT
    if isinstance(page.size, Constant):
        return _sum(itself, [item.times(page.size.value), *values])
    return _sum(itself, [Cost(0, ((page.size, item),)), *values])
