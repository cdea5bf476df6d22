"""How operations become mutations: `verbNoun(input: VerbNounInput!): VerbNounResult!`.

    @mutation(Registration, problems=(RegistrationClosed, AlreadyRegistered))
    async def register_for_event(work: Work, *, event_id: EventId) -> models.Registration:
        \"\"\"What the schema says of it.\"\"\"
        return await registering.register(work, event_id)

The input type follows from the parameters (`parameters`), the payload from the read type. `execute` runs it.
"""

import inspect
import types
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, TypeVar

import strawberry

from models.base.records import TenantRecord
from schema.compiler.names import camel, snake
from schema.mutations.parameters import Object, Parameter, Plain, of_operation
from schema.mutations.problems import PROBLEMS
from schema.mutations.together import Together
from services.core import errors

EVERY = (
    errors.NotSignedIn,
    errors.NotAllowed,
    errors.NotFound,
    errors.InvalidInput,
    errors.IdempotencyKeyReused,
    errors.RequestInFlight,
)
"""The problems that every mutation can meet."""

IDEMPOTENCY_KEY = Parameter(
    "idempotency_key",
    Plain(str),
    "Up to 200 characters of the client's choice: asked again with the same key and input, "
    "the first answer is given again and nothing is done twice.",
    default=None,
    nullable=True,
)
DRY_RUN = Parameter(
    "dry_run", Plain(bool), "Do everything, answer what would happen, and undo it.", default=False, nullable=False
)

Done = TenantRecord | tuple[TenantRecord, str]
"""The row that an operation is about, and what is shown `once` where it makes such a thing."""
Operate = TypeVar("Operate", bound=Callable[..., Awaitable[Done]])


@dataclass(frozen=True)
class Mutation:
    """A mutation: its operation, what it takes, what its payload shows, and the types made for it."""

    name: str
    title: str
    operate: Callable[..., Awaitable[Done]]
    takes: Object
    shows: str
    problems: tuple[type[errors.Problem], ...]
    field: Any
    once: str | None
    together: Together | None

    @property
    def payload(self) -> str:
        """The payload's type."""
        return f"{self.title}Payload"

    def located(self, problem: errors.Problem, input: Any) -> errors.Problem:
        """The problem, its path in the input's own names. What is not there has the path of what names it."""
        problem.path = self.takes.place(input, problem.path)
        if not problem.path and isinstance(problem, errors.NotFound):
            named = self.takes.references(problem.kind)
            problem.path = (named[0].key,) if len(named) == 1 else ()
        return problem


MUTATIONS: dict[str, Mutation] = {}
"""Every mutation by its Python name."""


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

    def decorate(operate: Operate) -> Operate:
        name: str = operate.__name__
        title = "".join(word.title() for word in name.split("_"))
        takes = of_operation(operate, title, idempotency_key=IDEMPOTENCY_KEY, dry_run=DRY_RUN)
        met = (*EVERY, *problems)
        members = reduce(or_, (PROBLEMS[problem] for problem in met), _payload(title, shows, once))
        union = strawberry.union(f"{title}Result", description=f"What `{camel(name)}` did, or why it did nothing.")
        described = strawberry.argument(description="The input.")

        async def resolve(input: Any) -> Any:
            raise AssertionError("the engine resolves it")

        resolve.__annotations__ |= {
            "input": Annotated[takes.annotation, described],
            "return": Annotated[members, union],
        }
        declared = strawberry.field(resolver=resolve, description=inspect.getdoc(operate))
        MUTATIONS[name] = Mutation(name, title, operate, takes, shows.__name__, met, declared, once, together)
        return operate

    return decorate


def root() -> Any:
    """The type of all mutations, once every module that declares some is imported."""
    body = types.new_class("Mutation", exec_body=lambda ns: ns.update({m.name: m.field for m in MUTATIONS.values()}))
    return strawberry.type(body, description="Everything that can be done. Each mutation is one transaction.")


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
