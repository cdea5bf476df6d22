"""The second pass: an operation, resolved to a tree of what to read.

Fragments, aliases and directives are gone from it; arguments have become getters of values. A plan depends on the
document and on the shape of the variables, never on a value that is only compared with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    NullValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
)

from schema.compiler.bind import KEY, BoundField, Catalog
from schema.compiler.bindings import CONNECTION, DEFAULT_FIRST, MAXIMUM_FIRST, Computed, NodeLookup, Relation
from schema.compiler.filters import Combine, Compare, Condition, comparable
from schema.compiler.measure import check
from schema.compiler.values import Constant, Getter, Refused, Variables, getter, then

LABEL_BYTES = 63
"""PostgreSQL cuts identifiers here; a longer alias gets a label of its own and can't be spliced."""

DEEPEST_FILTER = 10
"""Levels of `and`, `or` and `not` in a `where`."""
LARGEST_FILTER = 200
"""Conditions in a document's `where`s: each is a piece of the statement."""


class NotCompiled(Exception):
    """The field is not the compiler's: graphql-core resolves it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is read of a row of one concrete type."""

    type_name: str
    fields: tuple["FieldPlan", ...]


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """A field of the answer. `label` is its column; `bound` is None for `__typename`."""

    key: str
    label: str
    bound: BoundField | None
    arguments: Mapping[str, Getter] = field(default_factory=dict)
    selection: Selection | None = None
    page: "Page | None" = None
    branches: tuple[Selection, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A connection: which rows, in which order, from which end, and what is asked of the page."""

    condition: Condition | None
    order: tuple[tuple[str, bool], ...]
    size: Getter
    backwards: bool
    after: Getter | None
    before: Getter | None
    parts: tuple["Part", ...]
    type_name: str


@dataclass(frozen=True, slots=True)
class Part:
    """Something asked of a connection or an edge: `kind` is the field's name; an object's parts are in `parts`."""

    label: str
    kind: str
    selection: Selection | None = None
    parts: tuple["Part", ...] = ()
    type_name: str = ""  # of the object that has the parts


class Planner:
    """Plans the fields of one operation, with one shape of variables."""

    def __init__(self, catalog: Catalog, fragments: Mapping[str, FragmentDefinitionNode], variables: Variables) -> None:
        self._catalog = catalog
        self._schema = catalog.schema
        self._fragments = fragments
        self._variables = variables
        self.needs_python = False
        self._conditions = 0

    def root(self, key: str, nodes: list[FieldNode], type_name: str) -> FieldPlan:
        """A field of an operation's root, or of a mutation's payload. NotCompiled where it has no binding."""
        return self._field(key, nodes, type_name)

    def selection(self, type_name: str, nodes: Iterable[FieldNode]) -> Selection:
        """What the nodes' selection sets ask of a concrete type."""
        sets = [node.selection_set for node in nodes if node.selection_set]
        grouped = self.collect(type_name, sets)
        return Selection(type_name, tuple(self._field(key, group, type_name) for key, group in grouped.items()))

    def collect(self, type_name: str, sets: Iterable[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields selected of a concrete type by response key, in the specification's order."""
        grouped: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection_set in sets:
            self._collect(type_name, selection_set, grouped, visited)
        return grouped

    def _collect(
        self, type_name: str, selection_set: SelectionSetNode, grouped: dict[str, list[FieldNode]], visited: set[str]
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_name):
                    self._collect(type_name, node.selection_set, grouped, visited)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited:
                visited.add(node.name.value)
                fragment = self._fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_name):
                    self._collect(type_name, fragment.selection_set, grouped, visited)

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            wanted = {GraphQLSkipDirective.name: False, GraphQLIncludeDirective.name: True}.get(directive.name.value)
            if wanted is not None:
                (argument,) = directive.arguments
                if bool(self._value(argument.value)) is not wanted:
                    return False
        return True

    def _value(self, node: ValueNode) -> Any:
        return self._variables.get(node.name.value) if isinstance(node, VariableNode) else node.value  # type: ignore[attr-defined]

    def _applies(self, condition: str, type_name: str) -> bool:
        if condition == type_name:
            return True
        type_: GraphQLNamedType | None = self._schema.get_type(condition)
        concrete = self._schema.get_type(type_name)
        assert isinstance(concrete, GraphQLObjectType)
        return isinstance(type_, GraphQLInterfaceType | GraphQLUnionType) and self._schema.is_sub_type(type_, concrete)

    def _field(self, key: str, nodes: list[FieldNode], type_name: str) -> FieldPlan:
        node = nodes[0]
        label = label_of(key)
        self.needs_python |= label != key
        if node.name.value == "__typename":
            return FieldPlan(key, label, None)
        bound = self._catalog.fields.get((type_name, node.name.value))
        if bound is None:
            raise NotCompiled(f"{type_name}.{node.name.value}")
        arguments = self._arguments(bound, node)
        binding = bound.binding
        self.needs_python |= binding.recorded is not None
        if isinstance(binding, NodeLookup):
            branches = tuple(self.selection(name, nodes) for name in self._catalog.node_types)
            return FieldPlan(key, label, bound, arguments, branches=branches)
        if isinstance(binding, Relation):
            assert bound.target is not None
            if binding.shape == CONNECTION:
                return FieldPlan(key, label, bound, arguments, page=self._page(nodes, bound, binding, arguments))
            return FieldPlan(key, label, bound, arguments, self.selection(bound.target, nodes))
        if isinstance(binding, Computed):
            self.needs_python = True
            return FieldPlan(key, label, bound, arguments)
        named = get_named_type(bound.type)
        if isinstance(named, GraphQLObjectType):  # translations: a plain list of objects
            return FieldPlan(key, label, bound, arguments, self._plain(named.name, nodes))
        return FieldPlan(key, label, bound, arguments)

    def _plain(self, type_name: str, nodes: list[FieldNode]) -> Selection:
        grouped = self.collect(type_name, [node.selection_set for node in nodes if node.selection_set])
        fields = []
        for key, group in grouped.items():
            name = group[0].name.value
            label = label_of(key)
            self.needs_python |= label != key
            fields.append(FieldPlan(key, label, None, {name: Constant(None)}))
        return Selection(type_name, tuple(fields))

    def _arguments(self, bound: BoundField, node: FieldNode) -> dict[str, Getter]:
        getters: dict[str, Getter] = {}
        for argument in node.arguments or ():
            name, value = argument.name.value, argument.value
            if isinstance(value, VariableNode) and value.name.value not in self._variables:
                continue
            if name not in ("where", "orderBy"):
                getters[name] = getter(value, bound.arguments[name].type)
            elif not self._is_null(value):
                getters[name] = value  # type: ignore[assignment]  # the page resolves it: its shape is the plan's
        return getters

    def _is_null(self, node: ValueNode) -> bool:
        if isinstance(node, VariableNode):
            return self._variables.get(node.name.value) is None
        return isinstance(node, NullValueNode)

    # Connections

    def _page(self, nodes: list[FieldNode], bound: BoundField, binding: Relation, arguments: dict[str, Getter]) -> Page:
        assert bound.target is not None
        type_name, node = get_named_type(bound.type).name, nodes[0]
        given = {a.name.value: a.value for a in node.arguments or () if not self._is_null(a.value)}
        given = {k: v for k, v in given.items() if not isinstance(v, VariableNode) or v.name.value in self._variables}
        where, order_by = arguments.pop("where", None), arguments.pop("orderBy", None)
        condition = self._condition(where, bound.arguments["where"].type, bound.target) if where else None
        asked = self._constant(order_by, bound.arguments["orderBy"].type) if order_by else ()
        order = tuple(f"-{item.column}" if item.descending else item.column for item in asked) or binding.order
        backwards = "last" in given
        paging = {name: arguments.pop(name, None) for name in ("first", "last", "after", "before")}
        if backwards and "first" in given:
            raise Refused("Give either first or last, not both.", nodes)
        size = paging["last" if backwards else "first"] or Constant(None)
        return Page(
            condition=condition,
            order=total(order),
            size=then(size, _size),
            backwards=backwards,
            after=paging["after"] if "after" in given else None,
            before=paging["before"] if "before" in given else None,
            parts=self._parts(type_name, bound.target, nodes),
            type_name=type_name,
        )

    def _parts(self, type_name: str, target: str, nodes: list[FieldNode]) -> tuple[Part, ...]:
        grouped = self.collect(type_name, [node.selection_set for node in nodes if node.selection_set])
        parts = []
        for key, group in grouped.items():
            name, label = group[0].name.value, label_of(key)
            self.needs_python |= label != key
            if name in ("nodes", "node"):
                parts.append(Part(label, name, self.selection(target, group)))
            elif name in ("edges", "pageInfo"):
                definition = self._schema.get_type(type_name).fields[name]  # type: ignore[union-attr]
                inner = get_named_type(definition.type).name
                parts.append(Part(label, name, parts=self._parts(inner, target, group), type_name=inner))
            else:
                parts.append(Part(label, name))
        return tuple(parts)

    def _constant(self, node: Any, type_: Any) -> Any:
        return getter(node, type_)(self._variables, None)  # type: ignore[arg-type]

    # Conditions: their shape is followed through literals and variables alike

    def _condition(self, node: Any, type_: Any, target: str, nested: int = 0) -> Condition:
        self._conditions += 1
        check("levels of and, or and not", nested, DEEPEST_FILTER)
        check("conditions", self._conditions, LARGEST_FILTER)
        type_ = get_nullable_type(type_)
        parts: list[Condition] = []
        for name, inner, _value in self._object(node, type_):
            if self._is_missing(inner):
                continue  # null, as if it weren't given
            if name in ("and", "or"):
                items = tuple(self._condition(item, type_, target, nested + 1) for item in self._items(inner))
                parts.append(Combine(name, items))
            elif name == "not":
                parts.append(Combine("not", (self._condition(inner, type_, target, nested + 1),)))
            else:
                column = self._catalog.column(target, name)
                filter_type = get_nullable_type(type_.fields[name].type)
                for operator, _leaf, value in self._object(inner, filter_type):
                    parts.append(Compare(column, operator, then(value, comparable)))
        return Combine("and", tuple(parts))

    def _is_missing(self, inner: Any) -> bool:
        if isinstance(inner, _Path):
            return inner.get(self._variables, None) is None
        return self._is_null(inner)

    def _object(self, node: Any, type_: Any) -> Iterable[tuple[str, Any, Getter]]:
        """The fields given of an input object: its name, the inner node (or path into a variable), and its getter."""
        if isinstance(node, VariableNode):
            node = _Path(node.name.value, ())
        if isinstance(node, _Path):
            value = node.get(self._variables, None)
            for name in value or {}:
                inner = _Path(node.variable, (*node.path, name))
                yield name, inner, inner.get
            return
        for item in node.fields:
            value = item.value
            if isinstance(value, VariableNode) and value.name.value not in self._variables:
                continue
            yield item.name.value, value, getter(value, type_.fields[item.name.value].type)

    def _items(self, node: Any) -> list[Any]:
        if isinstance(node, VariableNode):
            node = _Path(node.name.value, ())
        if isinstance(node, _Path):
            value = node.get(self._variables, None)
            return [_Path(node.variable, (*node.path, i)) for i in range(len(value or ()))]
        return list(getattr(node, "values", (node,)))


@dataclass(frozen=True, slots=True)
class _Path:
    """A place inside a variable's value."""

    variable: str
    path: tuple[Any, ...]

    def get(self, variables: Variables, _context: Any) -> Any:
        value: Any = variables.get(self.variable)
        for step in self.path:
            value = value[step]
        return value


def label_of(key: str) -> str:
    if len(key) <= LABEL_BYTES:
        return key
    # "$" can't begin a GraphQL name, so no other field has this label.
    return f"${md5(key.encode(), usedforsecurity=False).hexdigest()}"


def _size(value: Any) -> int:
    if value is None:
        return DEFAULT_FIRST
    if not 0 <= value <= MAXIMUM_FIRST:
        raise Refused(f"A page has 0 to {MAXIMUM_FIRST} items, not {value}.")
    return int(value)


def total(names: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """An order by column names ("-name": descending) as columns and directions, with the key to break ties.

    The key goes the way of the others, so that one index answers the whole order.
    """
    order: dict[str, bool] = {}
    for name in names:
        order.setdefault(name.removeprefix("-"), name.startswith("-"))
    order.setdefault(KEY, bool(order) and all(order.values()))
    return tuple(order.items())
