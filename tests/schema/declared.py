"""What the authorization matrix has to say, by the schema; and for what it doesn't, what to write and where."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

from schema.compiler.names import camel
from schema.mutations.declare import MUTATIONS
from schema.reading.relay import Node
from tests.domains import domain_of
from tests.schema import asking, matrix, standing
from tests.schema.asked import BUILT
from tests.schema.world import World

Path = tuple[str, ...]
"""The way to a value in an input, by names; a list is passed over: `("audiences", "segmentId")`."""


def domain(type_name: str, field: str | None = None) -> str:
    """The domain that declares a type, a field of one, or a mutation."""
    if type_name == "Mutation":
        return next(domain_of(made.operate) for made in MUTATIONS.values() if camel(made.name) == field)
    if type_name == "Subscription":  # each is one of the query's too
        type_name = "Query"
    type_ = BUILT.graphql.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    origin = type_.fields[field].extensions["strawberry-definition"].origin if field else Node
    if origin is Node:
        origin = type_.extensions["strawberry-definition"].origin
    return domain_of(origin)


def say_so(type_name: str, field: str | None = None) -> str:
    """What to do about a missing row."""
    return f"Say so in {matrix.FOLDER}/{domain(type_name, field)}.toml"


def sample_in(type_name: str, field: str | None = None) -> str:
    """Where a sample, or a case, is made."""
    return f"tests/schema/standing/{domain(type_name, field)}.py"


def without_a_row(schema: GraphQLSchema, table: matrix.Matrix) -> Iterator[str]:
    """For each type, field, root field, mutation and subscription that the table lacks, what to write; and what is
    only there."""
    types = asking.guarded(schema)
    for name, type_ in types.items():
        if name not in table.types:
            yield f"Who sees an {name}? {say_so(name)}: [{name}] rows."
            continue
        said = table.types[name].fields
        for field in sorted(type_.fields.keys() - said.keys()):
            everybody = f"[{name}] fields.everybody (of those who see the row), or who else."
            yield f"Who reads {name}.{field}? {say_so(name, field)}: {everybody}"
        for field in sorted(said.keys() - type_.fields.keys()):
            yield f"{matrix.FOLDER} has a row for {name}.{field}, which there isn't."
    for name in sorted(table.types.keys() - types.keys()):
        yield f"{matrix.FOLDER} has rows for the type {name}, which there isn't."
    for root, rows in table.roots.items():
        fields = _fields(schema, root)
        for field in sorted(fields - rows.keys()):
            row = f"[{root}.{field}], a row for each case in {sample_in(root, field)}."
            yield f"Who may {field}? {say_so(root, field)}: {row}"
        for field in sorted(rows.keys() - fields):
            yield f"{matrix.FOLDER} has rows for {root}.{field}, which there isn't."


def without_a_case(world: World, table: matrix.Matrix) -> Iterator[str]:
    """The same for samples, and for the cases of what has a row."""
    for name, rows in table.types.items():
        if name in BUILT.graphql.type_map:
            yield from _unlike(name, None, world.samples.get(name, {}), rows.rows)
    roots = standing.roots(world)
    made: dict[str, Mapping[str, Mapping[str, Any]]] = {
        "Query": roots,
        "Mutation": standing.inputs(world),
        "Subscription": roots,
    }
    for root, said in table.roots.items():
        for field in said.keys() & _fields(BUILT.graphql, root):
            yield from _unlike(root, field, made[root].get(field, {}), said[field])


def _unlike(of: str, field: str | None, made: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """Samples of a type, or cases of a root type's field: those without a row, and rows without one."""
    name = field or of
    for label in made.keys() - said.keys():
        who = f"may {field} in the case {label!r}" if field else f"sees the {of} {label!r}"
        place = f'[{of}.{field}."{label}"]' if field else f'[{of}] rows."{label}"'
        yield f"Who {who}? {say_so(of, field)}: {place}."
    for label in said.keys() - made.keys():
        there = f"make it in {sample_in(of, field)}, or take the row out."
        yield f"{matrix.FOLDER} has the {'case' if field else 'sample'} {label!r} of {name}: {there}"


def _fields(schema: GraphQLSchema, root: str) -> set[str]:
    type_ = schema.type_map[root]
    assert isinstance(type_, GraphQLObjectType)
    return set(type_.fields)


# Identifiers


def identifiers(schema: GraphQLSchema, mutation: str) -> list[Path]:
    """Every place in a mutation's input where an identifier stands."""
    assert schema.mutation_type is not None
    return list(_ids(schema.mutation_type.fields[mutation].args["input"].type))


def _ids(type_: GraphQLInputType) -> Iterator[Path]:
    inner = get_named_type(type_)
    if inner.name == "ID":
        yield ()
    elif isinstance(inner, GraphQLInputObjectType):
        for name, field in inner.fields.items():
            yield from ((name, *path) for path in _ids(field.type))


def given(value: Any, path: Path) -> Any:
    """What an input has at a place, of a list the first; None where it has nothing there."""
    if isinstance(value, list):
        return given(value[0], path) if value else None
    if not path or value is None:
        return value
    return given(value.get(path[0]), path[1:])


def with_(value: Any, path: Path, id: str) -> Any:
    """The input with another identifier at a place, of a list the first."""
    if isinstance(value, list):
        return [with_(value[0], path, id), *value[1:]]
    return {**value, path[0]: with_(value[path[0]], path[1:], id)} if path else id


def without_an_identifier(schema: GraphQLSchema, inputs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """For each place of an identifier that no case of its mutation fills, where to do so."""
    found = []
    for name, cases in inputs.items():
        title = name[0].upper() + name[1:]
        for path in identifiers(schema, name):
            if all(given(case, path) is None for case in cases.values()):
                where = f"Give it in a case of {name} in {sample_in('Mutation', name)}."
                found.append(f"Whose {title}Input.{'.'.join(path)} may one name? {where}")
    return found


def size(schema: GraphQLSchema, table: matrix.Matrix) -> str:
    """How large the matrix is."""

    def cases(said: Mapping[str, Mapping[str, Any]]) -> int:
        return sum(map(len, said.values()))

    places = sum(len(identifiers(schema, name)) for name in table.mutations)
    return (
        f"{len(table.everybody)} standings × ({sum(len(of.fields) for of in table.types.values())} fields of "
        f"{len(table.types)} types in {sum(len(of.rows) for of in table.types.values())} samples, "
        f"{len(table.queries)} root fields in {cases(table.queries)} cases, {len(table.subscriptions)} subscription in "
        f"{cases(table.subscriptions)}, {len(table.mutations)} mutations in {cases(table.mutations)} cases with "
        f"{places} places of identifiers)"
    )
