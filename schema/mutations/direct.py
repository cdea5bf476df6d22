"""Mutations past graphql-core's executor, as reads are: what PostgreSQL sent of the payload is sent on as it comes.

For one mutation with nothing about its field to be decided, whose payload is all compiled. A problem, or an error to be
told, is left to graphql-core, with what was decided (`Request.decided`): nothing is done twice.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import strawberry
from graphql import FieldNode, GraphQLError
from strawberry.types.arguments import convert_argument

from schema.compiler import limits
from schema.compiler.bind import Catalog
from schema.compiler.kept import DOCUMENTS
from schema.compiler.names import camel
from schema.compiler.run import NotSpliced, Operation
from schema.compiler.values import Getter, Variables, getter
from schema.mutations.declare import MUTATIONS, Asking, Mutation, Payload, Row, Together, mark_of, met, run, shown
from schema.mutations.problems import Met
from schema.reading.requests import Request
from services.core.actor import Actor, system
from services.core.batching import Apart, Gathering
from services.core.errors import Problem
from services.core.idempotency import Keyed, is_well_formed, recall_each, remember_each
from services.core.telemetry.meters import METERS
from services.core.work import begin

Decision = UUID | Problem | None
"""A row's key, a refusal, or nothing: who is to be decided upon alone."""


@dataclass(frozen=True)
class _Found:
    """The mutation that an operation is, and how its input is had."""

    made: Mutation
    node: FieldNode
    key: str
    input: Getter
    convert: Callable[[Any], Any]


class Direct:
    """Mutations of one schema."""

    def __init__(self, schema: strawberry.Schema, catalog: Catalog) -> None:
        self._schema = schema
        self._catalog = catalog
        self._gathering = Gathering[_Ask, Decision]()
        self._by_field = {camel(made.name): made for made in MUTATIONS.values()}
        self._find = lru_cache(DOCUMENTS)(self._look)

    @property
    def waiting(self) -> int:
        """How many asks wait for a lot that is worked on."""
        return self._gathering.waiting

    async def data(
        self, operation: Operation, document: Hashable, variables: Variables, request: Request
    ) -> bytes | None:
        """What the operation does, done, and the answer's `data` as JSON; None where graphql-core has to answer."""
        found = self._find(operation)
        if found is None:
            return None
        try:
            values = operation.coercion.values(variables)
            given = found.convert(found.input(values, request.reading))
            asking = Asking(document, operation.node, operation.fragments, [found.node], found.key, values, True)
            parts = shown(found.made, asking).values()
            limits.check_cost(sum(part.cost.of(values, request.reading) for part in parts if isinstance(part, Row)))
        except (NotSpliced, GraphQLError, ExceptionGroup):
            return None  # nothing was done: graphql-core says what is wrong, or does it
        try:
            outcome = await self._outcome(found.made, request, asking, given)
        except Exception as error:
            request.decided[found.key] = _raising(error)
            return None
        if isinstance(outcome, Met):
            request.decided[found.key] = lambda: outcome
            return None
        return b'{"%b":%b}' % (found.key.encode(), _json(outcome))

    async def _outcome(self, made: Mutation, request: Request, asking: Asking, input: Any) -> Payload | Met:
        """What comes of it, with others who ask for the same at this moment where that may be, else alone."""
        about = None if made.together is None or not request.actor.person_id else _about(made.together, input)
        if made.together is None or about is None:
            return await run(made, request, asking, input)
        decide = partial(_decide, made.together, about, request)
        ask = _Ask(request.actor, _keyed(made, request.actor, input))
        try:
            key = (request.database, request.actor.tenant.id, made.name, about)
            decision = await self._gathering.join(key, ask, decide)
        except Apart:
            decision = None
        if decision is None:
            return await run(made, request, asking, input)
        if isinstance(decision, Problem):
            return met(made, request, decision)
        METERS.mutations[made.name, "done"] += 1
        return await _read(made, request, asking, decision)

    def _look(self, operation: Operation) -> _Found | None:
        selections = operation.node.selection_set.selections
        node = selections[0]
        if len(selections) > 1 or not isinstance(node, FieldNode) or node.directives:
            return None
        made = self._by_field.get(node.name.value)
        if made is None:
            return None
        type_ = self._catalog.schema.mutation_type
        assert type_ is not None
        ((_, defined),) = type_.fields[node.name.value].args.items()
        (argument,), (given,) = made.field.arguments, node.arguments or ()
        registry, config = self._schema.schema_converter.scalar_registry, self._schema.config
        convert = partial(convert_argument, type_=argument.type, scalar_registry=registry, config=config)
        key = node.alias.value if node.alias else node.name.value
        return _Found(made, node, key, getter(given.value, defined.type), convert)


@dataclass(frozen=True)
class _Ask:
    """One of many who ask for the same."""

    actor: Actor
    keyed: Keyed | None


def _about(together: Together, input: Any) -> Hashable:
    key = input.idempotency_key
    if input.dry_run or (key is not None and not is_well_formed(key)):
        return None
    try:
        return together.about(input)
    except Problem:
        return None  # which is told where it is met


def _keyed(made: Mutation, actor: Actor, input: Any) -> Keyed | None:
    key = input.idempotency_key
    return None if key is None else Keyed(actor.required_person_id, key, mark_of(made, input))


async def _decide(together: Together, about: Hashable, request: Request, asks: Sequence[_Ask]) -> list[Decision]:
    """A decision for each, in a transaction of the platform's: of the earlier answers to their keys, or a new one."""
    async with begin(request.database, system(request.actor.tenant)) as work:
        keyed = [ask.keyed for ask in asks if ask.keyed]
        earlier = await recall_each(work, keyed) if keyed else {}
        free = {ask.keyed: ask for ask in reversed(asks) if ask.keyed in earlier and earlier[ask.keyed] is None}
        # The same request twice in one lot is decided once; the other is told alone what came of it.
        new = [ask for ask in asks if ask.keyed is None or free.get(ask.keyed) is ask]
        decisions = dict(zip(map(id, new), await together.decide(work, about, [ask.actor for ask in new]), strict=True))
        answers = {ask.keyed: decisions[id(ask)] for ask in new if ask.keyed}
        await remember_each(work, {k: {"id": str(d)} for k, d in answers.items() if isinstance(d, UUID)})
    again = {keyed: UUID(answer["id"]) for keyed, answer in earlier.items() if answer is not None}
    return [decisions.get(id(ask)) or (again.get(ask.keyed) if ask.keyed else None) for ask in asks]


async def _read(made: Mutation, request: Request, asking: Asking, id: UUID) -> Payload:
    """The payload of what is committed, read by the person whose it is."""
    parts: dict[str, str | bool | None] = {}
    for key, part in shown(made, asking).items():
        if isinstance(part, Row):
            request.spend(part.cost.of(asking.variables, request.reading))
            parts[key] = (await request.fetch(part.committed, {**asking.variables, "$key": id})).decode()
        else:
            parts[key] = part or False
    return Payload(f"{made.title}Payload", parts)


def _raising(error: Exception) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again


def _json(payload: Payload) -> bytes:
    parts = [f'"{key}":{_literal(part)}' for key, part in payload.parts.items()]
    return f"{{{','.join(parts)}}}".encode()


def _literal(part: str | bool | None) -> str:
    return {None: "null", True: "true", False: "false"}.get(part) or str(part)  # type: ignore[arg-type]
