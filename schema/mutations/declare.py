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
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
)
from sqlmodel import col, select

from models import Person, SiteKey
from models.base.records import TenantRecord
from schema.base.ids import decode_id
from schema.compiler import limits
from schema.compiler.bind import Catalog
from schema.compiler.kept import Kept
from schema.compiler.names import camel, snake
from schema.compiler.plan import Planner, Selection
from schema.compiler.run import NotSpliced, RightsChanged, coerced
from schema.compiler.sql import Statement
from schema.compiler.statements import reading, reading_as_person
from schema.compiler.values import Variables
from schema.mutations.problems import PROBLEMS, Met
from schema.reading.requests import Request
from services.core import errors
from services.core.actor import Acting, Actor
from services.core.idempotency import fingerprint, recall, remember
from services.core.telemetry.meters import METERS
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
class Together:
    """How a mutation is done for many who ask at the same moment, in one transaction of the platform's.

    `about`: what those inputs share that can be decided together; None for an input that is decided alone. `decide`:
    for each actor a row's key, a problem, or None where that one is to be decided alone. Apart: all are.
    """

    about: Callable[[Any], Hashable]
    decide: Callable[[Work, Any, Sequence[Actor]], Awaitable[Sequence[UUID | errors.Problem | None]]]


@dataclass(frozen=True)
class Mutation:
    """A mutation: its operation, what its payload shows, and the types made for it."""

    name: str
    title: str
    operate: "Operate"
    shows: str
    problems: tuple[type[errors.Problem], ...]
    field: Any
    once: str | None
    together: Together | None


@dataclass(frozen=True)
class Payload:
    """What a mutation answers: parts by response key, read in its transaction; a row as JSON."""

    type_name: str
    parts: Mapping[str, str | bool | None]


@dataclass(frozen=True)
class Asking:
    """A mutation's field as it was asked for. `document`: what its plans are kept by."""

    document: Hashable
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    nodes: Sequence[FieldNode]
    key: str
    variables: Variables
    spliced: bool = False


MUTATIONS: dict[str, Mutation] = {}
"""Every mutation by its Python name."""

Done = TenantRecord | tuple[TenantRecord, str]
"""The row that an operation is about, and what is shown `once` where it makes such a thing."""
Operate = Callable[[Work, Any], Awaitable[Done]]
_ONCE: Literal[True] = True


def mutation(
    shows: Any,
    *,
    problems: Sequence[type[errors.Problem]] = (),
    once: str | None = None,
    together: Together | None = None,
) -> Callable[[Operate], Operate]:
    """Make an operation a mutation whose payload shows one row of a read type. Its docstring is its description.

    `once`: the name of a secret that the operation returns beside the row, `row, secret`, and nothing keeps.
    `together`: how it is done for a crowd, with the same outcome for each.
    """

    def decorate(operate: Any) -> Any:
        name: str = operate.__name__
        title = "".join(word.title() for word in name.split("_"))
        met = (*EVERY, *problems)
        members = reduce(or_, (PROBLEMS[problem] for problem in met), _payload(title, shows, once))
        union = strawberry.union(f"{title}Result", description=f"What `{camel(name)}` did, or why it did nothing.")

        async def resolve(info: strawberry.Info[Request], input: Any) -> Any:
            raw = info._raw_info  # noqa: SLF001 - the planner reads graphql-core's own
            key = str(raw.path.key)
            if key in info.context.decided:
                return info.context.decided.pop(key)()
            asking = Asking(info.context.document, raw.operation, raw.fragments, raw.field_nodes, key, coerced(raw))
            return await run(made, info.context, asking, input)

        given: Any = operate.__annotations__["input"]
        said = strawberry.argument(description=given.__strawberry_definition__.description)
        resolve.__annotations__ |= {"input": Annotated[given, said], "return": Annotated[members, union]}
        declared = strawberry.field(resolver=resolve, description=inspect.getdoc(operate))
        made = Mutation(name, title, operate, shows.__name__, met, declared, once, together)
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
            field.resolve = lambda source, info, **_: _completed(source.parts[str(info.path.key)])
    _INSTALLED.append((catalog, Kept(catalog.schema)))


_INSTALLED: list[tuple[Catalog, Kept]] = []


def _completed(part: str | bool | None) -> Any:
    return orjson.loads(part) if isinstance(part, str) else part


def _type_of(value: Any, _info: Any, _type: Any) -> str:
    return value.type_name if isinstance(value, Payload) else type(value.problem).__name__


def _payload(title: str, shows: Any, once: str | None) -> Any:
    shown = snake(shows.__name__)
    made = {
        "__annotations__": {shown: shows | None, "dry_run": bool},
        shown: strawberry.field(description="As it is now, for those who may see it."),
        "dry_run": strawberry.field(description="Whether it was only tried: then nothing of it was kept."),
    }
    if once is not None:
        made["__annotations__"][once] = str | None
        made[once] = strawberry.field(
            description="Shown this once; null where it was only tried, or was asked for again with the same key."
        )
    body = types.new_class(f"{title}Payload", exec_body=lambda ns: ns.update(made))
    return strawberry.type(body, description="What was done.")


async def run(made: Mutation, request: Request, asking: Asking, input: Any) -> Payload | Met:
    """Do what is asked for, in one transaction. What isn't a problem of the mutation's is raised."""
    for attempt in (1, 2):
        try:
            async with begin(request.database, request.actor, dry_run=input.dry_run) as work:
                await _check_rights(work)
                payload = await _payload_of(made, work, request, asking, input)
            METERS.mutations[made.name, "tried" if input.dry_run else "done"] += 1
            return payload
        except RightsChanged:
            if attempt == 2:
                raise
            request.reading = request.reading.acting(await request.reload())
        except made.problems as problem:
            return met(made, request, problem)
    raise AssertionError


def met(made: Mutation, request: Request, problem: errors.Problem) -> Met:
    """A problem as what came of a mutation."""
    METERS.mutations[made.name, problem.code] += 1
    request.seen.codes += (problem.code,)
    return Met(problem)


async def _check_rights(work: Work) -> None:
    """RightsChanged where the actor was loaded with other rights: the policies would go by the old ones."""
    actor, model = work.actor, Person if work.actor.key is None else SiteKey
    if actor.acting is Acting.ANYBODY:
        return
    which = [col(model.confederation_id) == work.tenant_id, col(model.id) == (actor.key_id or actor.person_id)]
    if model is SiteKey:
        lives = col(SiteKey.expires_at).is_(None) | (col(SiteKey.expires_at) > work.now)
        which += [col(SiteKey.revoked_at).is_(None), lives]
    if await work.session.scalar(select(model.access_version).where(*which)) != actor.version:
        raise RightsChanged


async def _payload_of(made: Mutation, work: Work, request: Request, asking: Asking, input: Any) -> Payload:
    key = None if input.dry_run else input.idempotency_key
    mark = "" if key is None else mark_of(made, input)
    earlier = await recall(work, key, mark) if key is not None else None
    if earlier is not None:
        id, secret = UUID(earlier["id"]), None
    else:
        done = await made.operate(work, input)
        row, secret = done if isinstance(done, tuple) else (done, None)
        id = row.id
        if key is not None:
            await remember(work, key, mark, {"id": str(id)})
    return await _read(made, work, request, asking, id, dry_run=input.dry_run, secret=secret)


def mark_of(made: Mutation, input: Any) -> str:
    """What tells this request from others under the same idempotency key."""
    given = {name: value for name, value in asdict(input).items() if name not in ("idempotency_key", "dry_run")}
    return fingerprint(made.name, given)


async def _read(
    made: Mutation, work: Work, request: Request, asking: Asking, id: UUID, *, dry_run: bool, secret: str | None
) -> Payload:
    """The payload's parts, read by compiled statements on the transaction's own connection."""
    connection = await work.connection()
    parts: dict[str, str | bool | None] = {}
    for key, part in shown(made, asking).items():
        if part is _ONCE:
            parts[key] = None if dry_run or secret is None else orjson.dumps(secret).decode()
            continue
        if part is None or isinstance(part, str):
            parts[key] = dry_run if part is None else part
            continue
        limits.check_cost(request.spend(part.cost.of(asking.variables, request.reading)))
        values = part.inside.arguments({**asking.variables, "$key": id}, request.reading)
        parts[key] = await connection.fetchval(part.inside.text, *values)
    return Payload(f"{made.title}Payload", parts)


@dataclass(frozen=True)
class Row:
    """How a payload's row is read: inside the transaction of the change, or by a person once it is committed."""

    catalog: Catalog
    selection: Selection
    with_types: bool

    @cached_property
    def cost(self) -> limits.Cost:
        """What it costs."""
        return limits.cost_of(self.selection)

    @cached_property
    def inside(self) -> Statement:
        """By the transaction's own connection."""
        return reading(self.catalog, self.selection, with_types=self.with_types)

    @cached_property
    def committed(self) -> Statement:
        """By a connection for reads."""
        return reading_as_person(self.catalog, self.selection)


Shown = dict[str, Row | str | Literal[True] | None]
"""What is asked of a payload by response key: how it is read, its type's name as JSON, None for `dryRun`, `_ONCE`."""


def shown(made: Mutation, asking: Asking) -> Shown:
    """What is asked of the payload. NotSpliced where it is to be spliced and asks for Python."""
    catalog, kept = _INSTALLED[-1]
    part = (asking.key, asking.spliced)
    return kept.of(asking.document, asking.operation, part, asking.variables, lambda: _shown(made, catalog, asking))


def _shown(made: Mutation, catalog: Catalog, asking: Asking) -> Shown:
    planner = Planner(catalog, asking.fragments, asking.variables)
    sets = [node.selection_set for node in asking.nodes if node.selection_set]
    found: Shown = {}
    for key, nodes in planner.collect(f"{made.title}Payload", sets).items():
        if nodes[0].name.value == "dryRun":
            found[key] = None
        elif made.once is not None and nodes[0].name.value == camel(made.once):
            found[key] = _ONCE
        elif nodes[0].name.value == "__typename":
            found[key] = f'"{made.title}Payload"'
        else:
            selection = planner.selection(made.shows, nodes)
            found[key] = Row(catalog, selection, with_types=not asking.spliced)
    if asking.spliced and planner.needs_python:
        raise NotSpliced
    return found
