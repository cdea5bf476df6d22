"""Random valid queries over the whole schema, from whatever picks numbers: hypothesis, or a loop."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

DEEPEST = 5
"""Levels of objects, connections and their edges not counted."""
HEAVIEST = 60
"""How many objects a branch may have, roughly, before only leaves are added to it."""
FIELDS = 40
"""Fields of a document, after which only leaves are added."""


@dataclass(frozen=True)
class Name:
    """An enum's value: a name in a document, a string in variables."""

    name: str


Place = tuple[str, str]
"""A field: the type that has it, and its name."""


@dataclass(frozen=True)
class Samples:
    """Values from the world.

    `scalars`: by type; `nodes`: global identifiers by type, the richest row that most see first; `rows`: all of them;
    `slugs`: by the field that takes them, what is there first; `at`: the slug by which most is found on the way to a
    type; `cursors`: by connection field, and by the order that they were made in; `readers`: who finds most in a
    connection; `computed`: the fields that need Python.
    """

    scalars: Mapping[str, Sequence[Any]]
    nodes: Mapping[str, Sequence[str]]
    slugs: Mapping[Place, Sequence[str]]
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    computed: Collection[Place] = ()
    at: Mapping[str, str] = field(default_factory=dict)
    cursors: Mapping[Place, Mapping[tuple[str, ...], Sequence[str]]] = field(default_factory=dict)
    readers: Mapping[Place, str] = field(default_factory=dict)


def takes_slug(declared: GraphQLField) -> bool:
    """Whether a field finds its row by a slug."""
    return "slug" in declared.args and get_named_type(declared.args["slug"].type).name == "String"


@dataclass(frozen=True)
class Query:
    """A document with its variables. `spliced`: whether nothing of it needs graphql-core."""

    document: str
    variables: Mapping[str, Any]
    operation_name: str | None
    spliced: bool


class Queries:
    """Makes one query. `pick(n)` is a number below n; 0 is the plainest choice."""

    def __init__(self, schema: GraphQLSchema, samples: Samples, pick: Callable[[int], int]) -> None:
        self._schema = schema
        self._samples = samples
        self._pick = pick
        self._names = 0
        self._fields = 0
        self._spliced = True
        self._fragments: dict[str, list[tuple[str, str, int]]] = {}  # by type: name, text, how heavy
        self._declarations: list[str] = []
        self._variables: dict[str, Any] = {}

    def query(self) -> Query:
        """The query."""
        assert self._schema.query_type is not None
        selection = self._selection(self._schema.query_type, 0, 1)
        declared = f"({', '.join(self._declarations)})" if self._declarations else ""
        fragments = [text for texts in self._fragments.values() for _, text, _ in texts]
        name = "Asked" if self._pick(3) == 1 else ""
        others = ["query Other { __typename }"] if name and self._pick(3) == 1 else []
        document = "\n".join([f"query {name}{declared} {selection}", *others, *fragments])
        return Query(document, self._variables, "Asked" if others else None, self._spliced)

    # Selections

    def _selection(self, type_: Any, depth: int, weight: int, *, aliased: bool = False) -> str:
        """A selection set. `aliased`: for a fragment, whose fields must not conflict with those beside it."""
        said: list[str] = []
        again: list[tuple[str, Any, int]] = []  # fields with the type below them, to be asked again for something else
        for _ in range(1 + self._pick(4 if depth else 3)):
            kind = self._pick(12)
            if kind == 9:
                said.append(self._typename(aliased=aliased))
            elif kind == 10 and isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
                said.append(self._fragment(type_, depth, weight))
            elif kind == 11 and again:
                prefix, inner, heavy = again[self._pick(len(again))]
                said.append(f"{prefix} {self._selection(inner, depth + 1, heavy)}")
            else:
                said.append(self._field(type_, depth, weight, again, aliased=aliased))
        return "{ " + " ".join(said) + " }"

    def _typename(self, *, aliased: bool) -> str:
        if not aliased and self._pick(6) == 5:
            return f"{('n', 'j', 'more', 'select')[self._pick(4)]}: __typename"
        return f"{self._alias()}: __typename" if aliased or self._pick(2) else "__typename"

    def _fragment(self, type_: Any, depth: int, weight: int) -> str:
        on = self._narrowed(type_)
        spread = self._directive()
        if self._pick(2) and isinstance(on, GraphQLObjectType):
            known = [found for found in self._fragments.get(on.name, ()) if found[2] * weight <= HEAVIEST and depth < 4]
            if known and self._pick(2):
                return f"...{known[self._pick(len(known))][0]}{spread}"
            name = self._name("F")
            text = f"fragment {name} on {on.name} {self._selection(on, max(depth, 3), HEAVIEST // 4, aliased=True)}"
            self._fragments.setdefault(on.name, []).append((name, text, 4))
            return f"...{name}{spread}"
        condition = f" on {on.name}" if on is not type_ or self._pick(2) else ""
        return f"...{condition}{spread} {self._selection(on, depth, weight, aliased=True)}"

    def _narrowed(self, type_: Any) -> Any:
        """A type that a fragment can be on: itself, an interface of it, or one of an interface's types."""
        if isinstance(type_, GraphQLInterfaceType):
            possible = sorted(self._schema.get_possible_types(type_), key=lambda t: t.name)
            return possible[self._pick(len(possible))]
        options = [type_, *type_.interfaces]
        return options[self._pick(len(options))]

    def _field(self, type_: Any, depth: int, weight: int, again: list[tuple[str, Any, int]], *, aliased: bool) -> str:
        self._fields += 1
        small = depth >= DEEPEST or weight > HEAVIEST or self._fields > FIELDS
        fields = [(n, f) for n, f in type_.fields.items() if not small or is_leaf_type(get_named_type(f.type))]
        if not fields:
            return self._typename(aliased=aliased)
        name, declared = fields[self._pick(len(fields))]
        inner = get_named_type(declared.type)
        if (type_.name, name) in self._samples.computed:
            self._spliced = False
        arguments, size = self._arguments(type_.name, name, declared, weight)
        alias = f"{self._alias()}: " if arguments or aliased or not self._pick(3) else ""
        prefix = f"{alias}{name}{arguments}"
        directive = self._directive()
        if not is_composite_type(inner):
            return f"{prefix}{directive}"
        structural = inner.name.endswith(("Connection", "Edge")) or inner.name in ("PageInfo", "Translation")
        depth, weight = depth if structural else depth + 1, weight * size
        again.append((prefix, inner, weight))
        return f"{prefix}{directive} {self._selection(inner, depth, weight)}"

    def _alias(self) -> str:
        # Names that SQL made of a plan may have for itself, among others.
        name = self._name(("a", "t", "r", "j", "p", "one", "_")[self._pick(7)])
        if self._pick(40) != 39:
            return name
        self._spliced = False
        return name + "_much_longer_than_PostgreSQL_would_let_any_identifier_be_" * 2

    def _directive(self) -> str:
        if self._pick(10) != 9:
            return ""
        name = ("include", "skip")[self._pick(2)]
        value = self._pick(4) != 3
        if self._pick(2):
            return f" @{name}(if: {json.dumps(value)})"
        return f" @{name}(if: {self._variable('Boolean!', value, has_default=bool(self._pick(2)))})"

    # Arguments

    def _arguments(self, type_name: str, name: str, declared: GraphQLField, weight: int) -> tuple[str, int]:
        """The arguments as they are written, and how many objects the field can have."""
        given: dict[str, str] = {}
        is_list = isinstance(get_nullable_type(declared.type), GraphQLList)
        size = 3 if is_list else 1
        if "first" in declared.args:
            order = self._order(type_name, name, declared, given)
            size = self._page(declared, given, weight)
            cursors = self._samples.cursors.get((type_name, name), {}).get(order, ())
            for which in ("after", "before"):
                if cursors and self._pick(6) == 5:
                    given[which] = self._value(declared.args[which].type, cursors[self._pick(len(cursors))])
            if "where" in declared.args and self._pick(3) == 2:
                given["where"] = self._where(declared.args["where"].type)
        for key, argument in declared.args.items():
            if key in ("first", "last", "after", "before", "where", "orderBy"):
                continue
            if is_required_argument(argument) or self._pick(3) == 2:
                slugs = self._samples.slugs[type_name, name] if key == "slug" and takes_slug(declared) else None
                value = slugs[self._pick(len(slugs))] if slugs else self._sample(argument.type)
                given[key] = self._value(argument.type, value)
        return (f"({', '.join(f'{k}: {v}' for k, v in given.items())})" if given else ""), size

    def _order(self, type_name: str, name: str, declared: GraphQLField, given: dict[str, str]) -> tuple[str, ...]:
        orders = list(self._samples.cursors.get((type_name, name), {()})) or [()]
        order = orders[self._pick(len(orders))]
        if order and "orderBy" in declared.args:
            type_ = declared.args["orderBy"].type
            listed: Any = [Name(item) for item in order]
            given["orderBy"] = self._value(
                type_, listed[0] if len(order) == 1 and self._pick(3) == 2 else listed, nullable=False
            )
        return order

    def _page(self, declared: GraphQLField, given: dict[str, str], weight: int) -> int:
        which, other = (("first", "last"), ("last", "first"))[self._pick(3) == 2]
        size = (2, 1, 3, 0, 4)[self._pick(5)]
        if weight > 1 or self._pick(3) != 2:
            given[which] = self._value(declared.args[which].type, size, nullable=False)
            if self._pick(8) == 7:
                given[other] = "null"
            return size
        return 8

    def _where(self, type_: GraphQLInputType) -> str:
        return self._value(type_, self._condition(get_nullable_type(type_), 0))

    def _condition(self, type_: Any, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        names = list(type_.fields)
        for _ in range(1 + self._pick(2)):
            name = names[self._pick(len(names))]
            inner = get_nullable_type(type_.fields[name].type)
            if self._pick(20) == 19:
                made[name] = None  # as if it weren't there
            elif name in ("and", "or", "not"):
                if depth < 2:
                    parts = [self._condition(type_, depth + 1) for _ in range(self._pick(3))]
                    made[name] = self._condition(type_, depth + 1) if name == "not" else parts
            else:
                operators = list(inner.fields)
                made[name] = {
                    operator: self._sample(inner.fields[operator].type)
                    for operator in {operators[self._pick(len(operators))] for _ in range(1 + self._pick(2))}
                }
        return made

    def _sample(self, type_: Any) -> Any:
        type_ = get_nullable_type(type_)
        if isinstance(type_, GraphQLList):
            return [self._sample(type_.of_type) for _ in range(self._pick(4))]
        if isinstance(type_, GraphQLEnumType):
            names = list(type_.values)
            return Name(names[self._pick(len(names))])
        if isinstance(type_, GraphQLInputObjectType):
            asked = {name: item.type for name, item in type_.fields.items() if is_required_input_field(item)}
            asked |= {name: item.type for name, item in type_.fields.items() if not self._pick(3)}
            return {name: self._sample(item) for name, item in asked.items()}
        values = self._samples.scalars[type_.name]
        return values[self._pick(len(values))]

    # Values: written out, or as variables

    def _value(self, type_: GraphQLInputType, value: Any, *, nullable: bool = True, inner: bool = False) -> str:
        """A value of a type. `nullable`: null would do as well; `inner`: of a comparison, where null is refused."""
        required = isinstance(type_, GraphQLNonNull)
        if self._pick(4) == 3:
            named = str(get_nullable_type(type_))
            how = self._pick(6)
            if how == 4 and value is not None:
                return self._variable(named, value, has_default=True)
            if how == 5 and nullable and not required:
                return self._variable(
                    named, None if inner else value if self._pick(2) else None, absent=inner or bool(self._pick(2))
                )
            if value is not None:
                return self._variable(f"{named}!", value)
        return self._literal(get_nullable_type(type_), value)

    def _literal(self, type_: Any, value: Any) -> str:
        if isinstance(value, Name):
            return value.name
        if isinstance(value, list):
            item = type_.of_type
            return "[" + ", ".join(self._value(item, each, nullable=False) for each in value) + "]"
        if isinstance(value, dict):
            assert isinstance(type_, GraphQLInputObjectType)
            leaf = type_.name.endswith("Filter")
            pairs = (f"{k}: {self._value(type_.fields[k].type, v, inner=leaf)}" for k, v in value.items())
            return "{" + ", ".join(pairs) + "}"
        return json.dumps(value, ensure_ascii=False)

    def _variable(self, type_: str, value: Any, *, has_default: bool = False, absent: bool = False) -> str:
        name = self._name("v")
        default = f" = {self._plain(value)}" if has_default else ""
        self._declarations.append(f"${name}: {type_}{default}")
        if has_default:
            absent = bool(self._pick(2))
        if not absent:
            self._variables[name] = _as_json(value)
        return f"${name}"

    def _plain(self, value: Any) -> str:
        if isinstance(value, Name):
            return value.name
        if isinstance(value, list):
            return f"[{', '.join(map(self._plain, value))}]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self._plain(item)}" for key, item in value.items()) + "}"
        return json.dumps(value, ensure_ascii=False)

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"


def _as_json(value: Any) -> Any:
    if isinstance(value, Name):
        return value.name
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return {key: _as_json(item) for key, item in value.items()} if isinstance(value, dict) else value
