"""How operations become mutations: `verbNoun(input: VerbNounInput!): VerbNounResult!`.

    @mutation(Registration, problems=(NotFound, RegistrationClosed))
    async def register_for_event(work: Work, input: RegisterForEventInput) -> models.Registration:
        \"\"\"What the schema says of it.\"\"\"
        return await register(work, key(input.event_id, "Event"))

Each is one transaction: the actor's rights as they are now, the idempotency key, the operation, the payload as compiled
reads of the same transaction, and only then the commit; or, for a dry run, the end of it.
"""

import inspect
import types
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLResolveInfo, GraphQLUnionType
from sqlmodel import col, select

from models import Person
from models.base import TenantRecord
from schema.compiler import limits
from schema.compiler.bind import Catalog
from schema.compiler.kept import Kept
from schema.compiler.names import camel, snake
from schema.compiler.plan import Planner
from schema.compiler.run import RightsChanged, coerced
from schema.compiler.sql import Statement
from schema.compiler.statements import reading
from schema.problems import PROBLEMS, Met
from schema.relay import decode_id
from schema.requests import Request
from services.core import errors
from services.core.idempotency import fingerprint, recall, remember
from services.core.work import Work, begin

EVERY = (
    errors.NotSignedIn,
    errors.NotAllowed,
    errors.NotFound,
    errors.InvalidInput,
    errors.IdempotencyKeyReused,
    errors.RequestInFlight,
)
"""The problems that every mutation can meet."""


@strawberry.input
class MutationInput:
    """What every mutation's input has."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Up to 200 characters of the client's choice: asked again with the same key and input, "
        "the first answer is given again and nothing is done twice.",
    )
    dry_run: bool = strawberry.field(default=False, description="Do everything, answer what would happen, and undo it.")


@dataclass(frozen=True)
class Mutation:
    """A mutation: its operation, what its payload shows, and the types made for it."""

    name: str
    title: str
    operate: Callable[[Work, Any], Awaitable[TenantRecord]]
    shows: str
    problems: tuple[type[errors.Problem], ...]
    field: Any


@dataclass(frozen=True)
class Payload:
    """What a mutation answers: parts by response key, read in its transaction."""

    type_name: str
    parts: Mapping[str, Any]


MUTATIONS: dict[str, Mutation] = {}
"""Every mutation by its Python name."""

Operate = Callable[[Work, Any], Awaitable[TenantRecord]]


def mutation(shows: Any, *, problems: Sequence[type[errors.Problem]] = ()) -> Callable[[Operate], Operate]:
    """Make an operation a mutation whose payload shows one row of a read type. Its docstring is its description."""

    def decorate(operate: Any) -> Any:
        name: str = operate.__name__
        title = "".join(word.title() for word in name.split("_"))
        met = (*EVERY, *problems)
        members = reduce(or_, (PROBLEMS[problem] for problem in met), _payload(title, shows))
        union = strawberry.union(f"{title}Result", description=f"What `{camel(name)}` did, or why it did nothing.")

        async def resolve(info: strawberry.Info[Request], input: Any) -> Any:
            return await _run(made, info.context, info._raw_info, input)  # noqa: SLF001 - the planner reads graphql-core's own

        given: Any = operate.__annotations__["input"]
        said = strawberry.argument(description=given.__strawberry_definition__.description)
        resolve.__annotations__ |= {"input": Annotated[given, said], "return": Annotated[members, union]}
        declared = strawberry.field(resolver=resolve, description=inspect.getdoc(operate))
        made = Mutation(name, title, operate, shows.__name__, met, declared)
        MUTATIONS[name] = made
        return operate

    return decorate


def root() -> Any:
    """The type of all mutations, once every module that declares some is imported."""
    body = types.new_class("Mutation", exec_body=lambda ns: ns.update({m.name: m.field for m in MUTATIONS.values()}))
    return strawberry.type(body, description="Everything that can be done. Each mutation is one transaction.")


def key(value: Any, kind: str, *path: str) -> UUID:
    """The key in a global identifier of a kind. NotFound where it isn't one: it names nothing that there is."""
    found = decode_id(value)
    if found is None or found[0] != kind:
        raise errors.NotFound(snake(kind).replace("_", " "), path=path)
    return found[1]


def install(catalog: Catalog) -> None:
    """Give payloads, results and problems their resolvers, as `complete.install` does for what is read."""
    for name, type_ in catalog.schema.type_map.items():
        if isinstance(type_, GraphQLUnionType) and name.endswith("Result"):
            type_.resolve_type = _type_of
        elif name == "Problem" and isinstance(type_, GraphQLInterfaceType):
            type_.resolve_type = _type_of
            for problem in catalog.schema.get_possible_types(type_):
                problem.is_type_of = None
    for made in MUTATIONS.values():
        payload = catalog.schema.get_type(f"{made.title}Payload")
        assert isinstance(payload, GraphQLObjectType)
        for field in payload.fields.values():
            field.resolve = lambda source, info, **_: source.parts[str(info.path.key)]
    _INSTALLED.append((catalog, Kept(catalog.schema)))


_INSTALLED: list[tuple[Catalog, Kept]] = []


def _type_of(value: Any, _info: Any, _type: Any) -> str:
    return value.type_name if isinstance(value, Payload) else type(value.problem).__name__


def _payload(title: str, shows: Any) -> Any:
    shown = snake(shows.__name__)
    made = {
        "__annotations__": {shown: shows | None, "dry_run": bool},
        shown: strawberry.field(description="As it is now, for those who may see it."),
        "dry_run": strawberry.field(description="Whether it was only tried: then nothing of it was kept."),
    }
    body = types.new_class(f"{title}Payload", exec_body=lambda ns: ns.update(made))
    return strawberry.type(body, description="What was done.")


async def _run(made: Mutation, request: Request, info: GraphQLResolveInfo[Any], input: Any) -> Payload | Met:
    for attempt in (1, 2):
        try:
            async with begin(request.database, request.actor, dry_run=input.dry_run) as work:
                await _check_rights(work)
                return await _payload_of(made, work, request, info, input)
        except RightsChanged:
            if attempt == 2:
                raise
            request.reading = request.reading.acting(await request.reload())
        except made.problems as problem:
            return Met(problem)
    raise AssertionError


async def _check_rights(work: Work) -> None:
    """RightsChanged where the actor was loaded with other rights: the policies would go by the old ones."""
    if work.actor.person_id is None:
        return
    which = (col(Person.confederation_id) == work.tenant_id) & (col(Person.id) == work.actor.person_id)
    if await work.session.scalar(select(Person.access_version).where(which)) != work.actor.version:
        raise RightsChanged


async def _payload_of(
    made: Mutation, work: Work, request: Request, info: GraphQLResolveInfo[Any], input: Any
) -> Payload:
    given = {name: value for name, value in asdict(input).items() if name not in ("idempotency_key", "dry_run")}
    key = None if input.dry_run else input.idempotency_key
    mark = fingerprint(made.name, given)
    earlier = await recall(work, key, mark) if key is not None else None
    if earlier is not None:
        id = UUID(earlier["id"])
    else:
        id = (await made.operate(work, input)).id
        if key is not None:
            await remember(work, key, mark, {"id": str(id)})
    return await _read(made, work, request, info, id, dry_run=input.dry_run)


async def _read(
    made: Mutation, work: Work, request: Request, info: GraphQLResolveInfo[Any], id: UUID, *, dry_run: bool
) -> Payload:
    """The payload's parts, read by compiled statements on the transaction's own connection."""
    variables = coerced(info)
    catalog, kept = _INSTALLED[-1]
    shown = kept.of(request.document, info.operation, info.path.key, variables, lambda: _shown(made, catalog, info))
    connection = await work.connection()
    parts: dict[str, Any] = {}
    for key, part in shown.items():
        if part is None:
            parts[key] = dry_run
            continue
        cost, chosen = part
        limits.check_cost(request.spend(cost.of(variables, request.reading)))
        values = chosen.arguments({**variables, "$key": id}, request.reading)
        found = await connection.fetchval(chosen.text, *values)
        parts[key] = found and orjson.loads(found)
    return Payload(f"{made.title}Payload", parts)


def _shown(
    made: Mutation, catalog: Catalog, info: GraphQLResolveInfo[Any]
) -> dict[str, tuple[limits.Cost, Statement] | None]:
    """What is asked of the payload by response key: how it is read, or None for `dryRun`."""
    planner = Planner(catalog, info.fragments, coerced(info))
    sets = [node.selection_set for node in info.field_nodes if node.selection_set]
    shown: dict[str, tuple[limits.Cost, Statement] | None] = {}
    for key, nodes in planner.collect(f"{made.title}Payload", sets).items():
        if nodes[0].name.value == "dryRun":
            shown[key] = None
        elif nodes[0].name.value != "__typename":
            selection = planner.selection(made.shows, nodes)
            shown[key] = limits.cost_of(selection), reading(catalog, selection)
    return shown
