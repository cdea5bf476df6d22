"""What domains have to say of access, by the schema and the tables; for what they don't, what to write and where."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from sqlmodel import SQLModel

from schema.base.ids import decode_id
from schema.compiler.names import camel
from schema.mutations.declare import MUTATIONS
from schema.reading.relay import Node
from tests import access
from tests.access import asking, matrix
from tests.access.asked import BUILT
from tests.access.world import World
from tests.domains import domain_of

MODELS = {mapper.class_.__name__: mapper.class_ for mapper in SQLModel._sa_registry.mappers}
"""The model of each table, by name: what is said of access names it so."""

Path = tuple[str, ...]
"""The way to a value in an input, by names; a list is passed over: `("audiences", "segmentId")`."""


def domain(type_name: str, field: str | None = None) -> str:
    """The domain that declares a type, a field of one, a mutation, or a table."""
    if type_name == "Mutation":
        return next(domain_of(made.operate) for made in MUTATIONS.values() if camel(made.name) == field)
    if type_name == "Subscription":  # each is one of the query's too
        type_name = "Query"
    if type_name not in BUILT.graphql.type_map:
        return domain_of(MODELS[type_name])
    type_ = BUILT.graphql.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    origin = type_.fields[field].extensions["strawberry-definition"].origin if field else Node
    if origin is Node:
        origin = type_.extensions["strawberry-definition"].origin
    return domain_of(origin)


def place(of: str, field: str | None = None, ending: str = "toml") -> str:
    """Where something is said of a type or a field, or where a sample or a case is made."""
    return f"{matrix.FOLDER}/{domain(of, field)}/*.{ending}"


def without_rights(schema: GraphQLSchema, table: matrix.Matrix) -> Iterator[str]:
    """For each type, table, root field and mutation that nothing is said of, what to write; and what is only said."""
    types = asking.guarded(schema)
    for name in sorted({*types, *MODELS} - table.types.keys()):
        yield f"Who sees an {name}? Say so in {place(name)}: [{name}] rows."
    for name in sorted(table.types.keys() - types.keys() - MODELS.keys()):
        yield f"{matrix.FOLDER} has rows for {name}, which is no type and no table."
    for name, said in sorted(table.types.items()):
        known = types[name].fields.keys() if name in types else set()
        spoken_of = {*said.fields, *said.unasked, *(each.rpartition(".")[2] for each in said.exceptions)}
        for field in sorted(spoken_of - known):
            yield f"{matrix.FOLDER} speaks of {name}.{field}, which there isn't."
        for each in said.exceptions:
            if each.rpartition(".")[0] not in said.rows:
                yield f"{matrix.FOLDER} speaks of {name} {each!r}, and there is no such sample."
        if name in MODELS and not said.writers:
            yield f"Who writes an {name}? Say so in {place(name)}: [{name}] writers."
        for label in sorted(said.writers.keys() - said.rows.keys() - {""}):
            yield f"{matrix.FOLDER} has writers for {name} {label!r}, which is no sample."
    named = {"Query": {*table.queries}, "Mutation": {*table.mutations}, "Subscription": {*table.subscriptions}}
    for root, fields in named.items():
        for field in sorted(fields - _fields(schema, root)):
            yield f"{matrix.FOLDER} has rows for {root}.{field}, which there isn't."
    for name in sorted(_fields(schema, "Mutation") - table.mutations.keys()):
        yield f"Who may {name}? Say so in {place('Mutation', name)}: [Mutation] {name}."


def without_a_case(world: World, table: matrix.Matrix) -> Iterator[str]:
    """The same for samples, and for cases of root fields and mutations."""
    yield from _without_a_sample(world, table)
    yield from _without_a_root(world, table)
    yield from _without_an_input(world, table)


def _without_a_sample(world: World, table: matrix.Matrix) -> Iterator[str]:
    for name, said in table.types.items():
        if name in asking.guarded(BUILT.graphql) or name in MODELS:
            samples = world.samples.get(name, {})
            for label in samples.keys() - said.rows.keys():
                yield f"Who sees the {name} {label!r}? Say so in {place(name)}: [{name}] rows."
            for label in said.rows.keys() - samples.keys():
                yield f"{matrix.FOLDER} has the {name} {label!r}: make it in {place(name, ending='py')}."
            if name in MODELS and not any(f"{name} {label}".strip() in world.rows for label in said.rows):
                yield f"No {name} is a row: make one in {place(name, ending='py')}."


def _without_a_root(world: World, table: matrix.Matrix) -> Iterator[str]:
    roots = access.roots(world)
    for root, declared in (("Query", table.queries), ("Subscription", table.subscriptions)):
        for field in sorted(_fields(BUILT.graphql, root)):
            cases = roots.get(field, {})
            if not cases:
                yield f"What is {field} asked? Say so in {place(root, field, 'py')}: roots()."
            type_name = type_of_root(root, field)
            for case in cases:
                if table.given(root, field, case, type_name) is None:
                    row = f'[{root}.{field}] "{case}", or call the case as a sample of {type_name}.'
                    yield f"Who is given {field} in the case {case!r}? Say so in {place(root, field)}: {row}"
            for case in sorted(declared.get(field, {}).keys() - cases.keys()):
                yield _no_case(root, field, case)


def _without_an_input(world: World, table: matrix.Matrix) -> Iterator[str]:
    inputs = access.inputs(world)
    for field in sorted(_fields(BUILT.graphql, "Mutation") & table.mutations.keys()):
        said, cases = table.mutations[field], inputs.get(field, {})
        if not cases:
            yield f"What is {field} tried with? Say so in {place('Mutation', field, 'py')}: inputs()."
        if not isinstance(said, str):
            for case in sorted(cases.keys() - said.keys()):
                where = f'[Mutation] {field}."{case}".'
                yield f"Who may {field} in the case {case!r}? Say so in {place('Mutation', field)}: {where}"
            for case in sorted(said.keys() - cases.keys()):
                yield _no_case("Mutation", field, case)


def _no_case(root: str, field: str, case: str) -> str:
    there = f"make it in {place(root, field, 'py')}, or take the row out."
    return f"{matrix.FOLDER} has the case {case!r} of {field}: {there}"


def type_of_root(root: str, field: str) -> str:
    """The type that a field of a root type gives; of a list or a page what is in it."""
    type_ = BUILT.graphql.type_map[root]
    assert isinstance(type_, GraphQLObjectType)
    return str(get_named_type(type_.fields[field].type).name).removesuffix("Connection")


def _fields(schema: GraphQLSchema, root: str) -> set[str]:
    type_ = schema.type_map[root]
    assert isinstance(type_, GraphQLObjectType)
    return set(type_.fields)


# What a mutation answers whom


def answers(world: World, table: matrix.Matrix, name: str, case: str, input: Any) -> matrix.Answers:
    """Whom a mutation answers what in a case; who sees the row that its input names first decides on refusals."""
    first = next((text for text in _texts(input) if decode_id(text)), None)
    label = first and world.label(first)
    if first is None:  # it is asked about nothing but who asks
        return table.answers(name, case, table.everybody)
    try:
        return table.answers(name, case, table.seers(label or ""))
    except KeyError:
        return table.answers(name, case, None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


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
                where = f"Give it in a case of {name} in {place('Mutation', name, 'py')}."
                found.append(f"Whose {title}Input.{'.'.join(path)} may one name? {where}")
    return found


def size(world: World, table: matrix.Matrix) -> str:
    """How large the matrix is."""
    types, roots, inputs = asking.guarded(BUILT.graphql), access.roots(world), access.inputs(world)
    samples = sum(len(table.types[name].rows) for name in types)
    cases = {
        root: sum(len(roots[field]) for field in _fields(BUILT.graphql, root)) for root in ("Query", "Subscription")
    }
    places = sum(len(identifiers(BUILT.graphql, name)) for name in inputs)
    return (
        f"{len(table.everybody)} standings × ({sum(len(of.fields) for of in types.values())} fields of {len(types)} "
        f"types in {samples} samples, {len(world.rows)} rows of {len(MODELS)} tables, "
        f"{len(_fields(BUILT.graphql, 'Query'))} root fields in {cases['Query']} cases, "
        f"{len(_fields(BUILT.graphql, 'Subscription'))} subscription in {cases['Subscription']}, "
        f"{len(inputs)} mutations in {sum(map(len, inputs.values()))} cases with {places} places of identifiers)"
    )
