"""The engine: one mutation is one transaction, answered as bytes, or completed by graphql-core.

In each: the actor's rights as they are now, the idempotency key, the operation, the payload as compiled reads of the
same transaction, and only then the commit; or, for a dry run, the end of it. What is asked for is planned and its cost
checked before anything is done.

A document with one mutation is answered here, refusals too. Others, and errors to be told, are graphql-core's; what was
decided already is handed to it (`Request.decided`): nothing is done twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson
from graphql import FieldNode, GraphQLError, GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType

from schema.base.ids import encode_id
from schema.compiler import limits
from schema.compiler.bind import Catalog
from schema.compiler.kept import DOCUMENTS, Kept
from schema.compiler.names import camel
from schema.compiler.plan import Planner
from schema.compiler.run import NotSpliced, Operation, RightsChanged, coerced
from schema.compiler.sql import Statement
from schema.compiler.statements import is_current
from schema.compiler.values import Getter, Variables, getter
from schema.mutations.answers import (
    Asking,
    Payload,
    Row,
    Secret,
    Shown,
    TypeName,
    Unreadable,
    json_object,
    selected,
    shown,
)
from schema.mutations.declare import MUTATIONS, Mutation
from schema.mutations.problems import Met, Refusal, refusal, refused
from schema.mutations.together import Crowd
from schema.reading.requests import Request
from services.core.actor import Acting
from services.core.database.connections import UNAVAILABLE
from services.core.errors import Problem
from services.core.idempotency import fingerprint, recall, remember
from services.core.telemetry.meters import METERS
from services.core.work import Work, begin

T = TypeVar("T")

Input = Mapping[str, Any]
"""A mutation's input as graphql-core coerces it: by the names of its fields."""


@dataclass(frozen=True)
class _Field:
    """The one mutation that a document asks for, and how its input is had."""

    made: Mutation
    node: FieldNode
    key: str
    input: Getter


class Engine:
    """The mutations of one schema."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept = Kept(catalog.schema)
        self._crowd = Crowd()
        self._is_current: dict[Acting, Statement] = {
            acting: is_current(catalog, acting, inside=True) for acting in Acting if acting is not Acting.ANYBODY
        }
        self._by_field = {camel(made.name): made for made in MUTATIONS.values()}
        self._find = lru_cache(DOCUMENTS)(self._look)
        self._install()

    @property
    def waiting(self) -> int:
        """How many mutations wait for others to be decided."""
        return self._crowd.waiting

    async def data(
        self, operation: Operation, document: tuple[str, str | None], variables: Variables, request: Request
    ) -> bytes | None:
        """What the operation does, done, and the answer's `data` as JSON; None where graphql-core has to answer."""
        field = self._find(operation)
        if field is None:
            return None
        try:
            values = operation.coercion.values(variables)
            input = field.input(values, request.reading)
            nodes = [field.node]
            asking = Asking(document, operation.node, operation.fragments, nodes, field.key, values, spliced=True)
            parts = self._shown(field.made, asking, input)
            limits.check_cost(_cost(parts, asking, request))
        except (NotSpliced, GraphQLError, ExceptionGroup):
            return None  # nothing was done: graphql-core says what is wrong, or does it
        try:
            outcome = await self._run(field.made, request, asking, input)
            answer = self._spliced(field.made, outcome, request, asking)
        except NotSpliced:
            answer = None
        except Exception as error:
            request.decided[field.key] = partial(_raise, error)
            return None
        if answer is None:
            request.decided[field.key] = lambda: outcome
            return None
        return json_object({field.key: answer})

    def _spliced(self, made: Mutation, outcome: Payload | Met, request: Request, asking: Asking) -> bytes | None:
        """The outcome as JSON; None where there are errors to be told besides."""
        if isinstance(outcome, Payload):
            return outcome.json() if outcome.is_readable else None
        asked = self._refusal(type(outcome.problem), asking)
        return json_object(refused(outcome.problem, asked, request, asking.variables))

    async def _run(self, made: Mutation, request: Request, asking: Asking, input: Input) -> Payload | Met:
        """Do what is asked for. What isn't a problem of the mutation's is raised."""
        task = _Task(made, request, asking, self._shown(made, asking, input), input)
        limits.check_cost(request.spend(task.cost))
        try:
            decision = await self._together(task)
            if isinstance(decision, Problem):
                raise decision
            if decision is not None:
                METERS.mutations[made.name, "done"] += 1
                return await _read_committed(task, decision)
            return await self._alone(task)
        except made.problems as problem:
            METERS.mutations[made.name, problem.code] += 1
            request.seen.codes += (problem.code,)
            return Met(made.located(problem, input))

    async def _together(self, task: "_Task") -> UUID | Problem | None:
        """What was decided with others who ask for the same at this moment; None where that may not be."""
        together = task.made.together
        if together is None or task.dry_run:
            return None
        try:
            about = together.about(**task.arguments)
        except Problem:
            return None  # which is told where it is met
        key = task.input.get("idempotencyKey")
        return await self._crowd.decide(together, task.request, about, key=key, fingerprint=task.fingerprint)

    async def _alone(self, task: "_Task") -> Payload:
        """Do it in a transaction of its own: once more where the actor's rights were out of date."""
        request = task.request
        for attempt in (1, 2):
            try:
                async with begin(request.database, request.actor, dry_run=task.dry_run) as work:
                    await self._check_rights(work, request)
                    id, secret = await _done(task, work)
                    payload = await _read(task, work, id, secret)
                METERS.mutations[task.made.name, "tried" if task.dry_run else "done"] += 1
                return payload
            except RightsChanged:
                if attempt == 2:
                    raise
                request.reading = request.reading.acting(await request.reload())
        raise AssertionError

    async def _check_rights(self, work: Work, request: Request) -> None:
        """RightsChanged where the actor was loaded with other rights: the policies would go by the old ones."""
        check = self._is_current.get(work.actor.acting)
        if check is not None:
            connection = await work.connection()
            if not await connection.fetchval(check.text, *check.arguments({}, request.reading)):
                raise RightsChanged

    # Plans

    def _shown(self, made: Mutation, asking: Asking, input: Input) -> Shown:
        dry_run = bool(input["dryRun"])
        type_name = made.preview if dry_run else made.payload
        return self._plan(asking, type_name, lambda: shown(made, self._catalog, asking, dry_run=dry_run))

    def _refusal(self, cls: type[Problem], asking: Asking) -> Refusal:
        def plan() -> Refusal:
            planner = Planner(self._catalog, asking.fragments, asking.variables)
            return refusal(cls, planner, self._catalog.schema, selected(asking))

        return self._plan(asking, cls.__name__, plan)

    def _plan(self, asking: Asking, part: str, make: Callable[[], T]) -> T:
        kept = (asking.key, asking.spliced, part)
        return self._kept.of(asking.document, asking.operation, kept, asking.variables, make)

    def _look(self, operation: Operation) -> _Field | None:
        selections = operation.node.selection_set.selections
        node = selections[0]
        if len(selections) > 1 or not isinstance(node, FieldNode) or node.directives:
            return None
        made = self._by_field.get(node.name.value)
        if made is None:
            return None
        type_ = self._catalog.schema.mutation_type
        assert type_ is not None
        (argument,) = node.arguments or ()
        takes = type_.fields[node.name.value].args["input"].type
        key = node.alias.value if node.alias else node.name.value
        return _Field(made, node, key, getter(argument.value, takes))

    # graphql-core

    def _install(self) -> None:
        """Give mutations, payloads, results and problems their resolvers, as `complete.install` does for reads."""
        schema = self._catalog.schema
        for name, type_ in schema.type_map.items():
            if isinstance(type_, GraphQLUnionType) and name.endswith("Result"):
                type_.resolve_type = _type_of
            elif name == "Problem" and isinstance(type_, GraphQLInterfaceType):
                type_.resolve_type = _type_of
                for problem in schema.get_possible_types(type_):
                    problem.is_type_of = None
        assert schema.mutation_type is not None
        for name, made in self._by_field.items():
            for answer in (schema.get_type(made.payload), schema.get_type(made.preview)):
                assert isinstance(answer, GraphQLObjectType)
                for field in answer.fields.values():
                    field.resolve = lambda source, info, **_: source.completed(str(info.path.key))
            schema.mutation_type.fields[name].resolve = partial(self._resolve, made)

    async def _resolve(self, made: Mutation, _root: Any, info: Any, *, input: Input) -> Payload | Met:
        request, key = info.context, str(info.path.key)
        if key in request.decided:
            outcome: Payload | Met = request.decided.pop(key)()
            return outcome
        asking = Asking(request.document, info.operation, info.fragments, info.field_nodes, key, coerced(info))
        return await self._run(made, request, asking, input)


def _type_of(value: Any, _info: Any, _type: Any) -> str:
    return value.type_name if isinstance(value, Payload) else type(value.problem).__name__


def _raise(error: Exception) -> Any:
    raise error


@dataclass(frozen=True)
class _Task:
    """One mutation to do: for whom, what is asked of its payload, and its input."""

    made: Mutation
    request: Request
    asking: Asking
    parts: Shown
    input: Input

    @property
    def dry_run(self) -> bool:
        """Whether it is only tried."""
        return bool(self.input["dryRun"])

    @cached_property
    def arguments(self) -> Mapping[str, Any]:
        """The operation's arguments. NotFound for an identifier of nothing."""
        return self.made.takes.arguments(self.input)

    @property
    def fingerprint(self) -> str:
        """What tells this request from others under the same idempotency key."""
        said = {name: value for name, value in self.input.items() if name not in self.made.takes.besides}
        return fingerprint(self.made.name, said)

    @property
    def cost(self) -> int:
        """What reading its payload costs."""
        return _cost(self.parts, self.asking, self.request)


def _cost(parts: Shown, asking: Asking, request: Request) -> int:
    return sum(part.cost.of(asking.variables, request.reading) for part in parts.values() if isinstance(part, Row))


async def _done(task: _Task, work: Work) -> tuple[UUID, str | None]:
    """The key of the operation's row, and its secret. Under a key that was used, those of the first time."""
    key = None if task.dry_run else task.input.get("idempotencyKey")
    mark = "" if key is None else task.fingerprint
    earlier = await recall(work, key, mark) if key is not None else None
    if earlier is not None:
        return UUID(earlier["id"]), None
    done = await task.made.operate(work, **task.arguments)
    row, secret = done if isinstance(done, tuple) else (done, None)
    if key is not None:
        await remember(work, key, mark, {"id": str(row.id)})
    return row.id, None if task.dry_run else secret


async def _read(task: _Task, work: Work, id: UUID, secret: str | None) -> Payload:
    """The payload, read on the transaction's own connection. Reading it never undoes what was done."""
    connection = await work.connection()
    values = {**task.asking.variables, "$key": id}

    async def read(row: Row) -> bytes:
        arguments = row.inside.arguments(values, task.request.reading)
        await connection.execute("savepoint payload")
        try:
            found: bytes | None = await connection.fetchval(row.inside.text, *arguments)
        except Exception:
            await connection.execute("rollback to savepoint payload")
            raise
        return found or b"null"

    return await _payload(task, read, secret)


async def _read_committed(task: _Task, id: UUID) -> Payload:
    """The payload of what is committed, read by the person whose it is."""
    values = {**task.asking.variables, "$key": id}

    async def read(row: Row) -> bytes:
        return await task.request.fetch(row.committed, values)

    return await _payload(task, read, None)


async def _payload(task: _Task, read: Callable[[Row], Awaitable[bytes]], secret: str | None) -> Payload:
    found: dict[str, bytes | Unreadable] = {}
    for key, part in task.parts.items():
        if isinstance(part, Row):
            try:
                found[key] = await read(part)
            except UNAVAILABLE:
                raise
            except (asyncpg.PostgresError, GraphQLError) as error:
                found[key] = Unreadable(error)
        elif isinstance(part, TypeName):
            found[key] = part.json
        elif isinstance(part, Secret):
            found[key] = orjson.dumps(secret)
        else:
            deleted = encode_id(task.made.deletes.__name__, task.arguments[task.made.deleted.name])
            found[key] = orjson.dumps(deleted)
    return Payload(task.made.preview if task.dry_run else task.made.payload, found)
