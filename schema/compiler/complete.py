"""The same plans under graphql-core: for whatever isn't spliced, it completes the values that one statement brought.

Each compiled root field is one read; the fields below find their values in its JSON by the labels that the plan gave
them. Fields in Python get the columns that they said they need.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
)
from strawberry.dataloader import DataLoader

from schema.compiler import limits
from schema.compiler.bind import BoundField, Catalog
from schema.compiler.bindings import Argument, Computed, Recorded
from schema.compiler.expressions import HIDDEN
from schema.compiler.kept import Kept
from schema.compiler.names import camel
from schema.compiler.plan import label_of
from schema.compiler.run import Plan, coerced, field_plan

_STRUCTURAL = ("Connection", "Edge")


def install(catalog: Catalog) -> None:
    """Give the schema's compiled fields their resolvers."""
    schema = catalog.schema
    query = schema.query_type
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLInterfaceType) and name == "Node":
            type_.resolve_type = lambda value, _info, _type: value[f"{HIDDEN}type"]
        if not isinstance(type_, GraphQLObjectType):
            continue
        if name in catalog.types and type_ is not query:
            type_.is_type_of = None
            for field_name, field in type_.fields.items():
                bound = catalog.fields.get((name, field_name))
                if bound is not None:
                    field.resolve = _resolver(bound)
        elif name.endswith(_STRUCTURAL) or name in ("PageInfo", "Translation"):
            for field in type_.fields.values():
                field.resolve = _labelled
        elif type_ is query:
            for field_name, field in type_.fields.items():
                if catalog.is_compiled(name, field_name):
                    field.resolve = _root(catalog)


def _resolver(bound: BoundField) -> Any:
    if isinstance(bound.binding, Computed):
        return _computed(bound)
    return _labelled if bound.binding.recorded is None else _recorded(bound.binding.recorded)


def _labelled(source: Mapping[str, Any], info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
    return source[label_of(str(info.path.key))]


def _recorded(recorded: Recorded) -> Any:
    async def resolve(source: Mapping[str, Any], info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
        found = source[label_of(str(info.path.key))]
        if found not in (None, []):  # without a record there is no answer: what this raises stands in its place
            # All that are read at the same moment are recorded at once.
            await _together(info.context, _recorded, info.context.record, (recorded, _needs(source, recorded.needs)))
        return found

    return resolve


def _needs(source: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """What the statement brought for a field that the answer doesn't show."""
    return {name: source[f"{HIDDEN}{name}"] for name in names}


async def _together(request: Any, what: Hashable, batch: Callable[..., Any], one: Any) -> Any:
    """The answer of `batch` for one of the many that are asked for while others are; each is asked once a request."""

    async def load(many: Sequence[Any]) -> Sequence[Any]:
        answers: Sequence[Any] = await batch(many)
        return answers

    if what not in request.loaders:
        request.loaders[what] = DataLoader(load_fn=load, cache_key_fn=_key)
    return await request.loaders[what].load(one)


async def _batched(batch: Any, request: Any, given: Mapping[str, Any], rows: Sequence[Any]) -> Any:
    return await batch(rows, request, **given)


def _key(one: Any) -> bytes:
    """What tells one row's needs from another's."""
    return orjson.dumps(one, default=str, option=orjson.OPT_SORT_KEYS)


def _root(catalog: Catalog) -> Any:
    kept = Kept(catalog.schema)

    async def resolve(_source: Any, info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
        request, variables = info.context, coerced(info)

        def make() -> tuple[str, Plan]:
            field = field_plan(catalog, info)
            return field.label, Plan(catalog, [field], with_types=True)

        label, made = kept.of(request.document, info.operation, info.path.key, variables, make)
        limits.check_cost(request.spend(made.cost.of(variables, request.reading)))
        answer = await request.read(made, variables)
        return orjson.loads(answer)[label]

    return resolve


def _computed(bound: BoundField) -> Any:
    binding = bound.binding
    assert isinstance(binding, Computed)
    names: Mapping[str, Argument] = binding.arguments

    async def resolve(source: Mapping[str, Any], info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        given = {name: arguments.get(camel(name)) for name in names}

        row = _needs(source, binding.needs)
        if binding.resolve is not None:
            return await binding.resolve(row, info.context, **given)
        assert binding.batch is not None
        batch = partial(_batched, binding.batch, info.context, given)
        return await _together(info.context, (id(binding), _key(given)), batch, row)

    return resolve
