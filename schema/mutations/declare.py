"""Declaration of mutations: `verbNoun(input: VerbNounInput!): VerbNounResult!`.

    @mutation(Registration, problems=(RegistrationClosed, AlreadyRegistered))
    async def register_for_event(work: Work, *, event_id: EventId) -> models.Registration:
        \"\"\"Register the signed-in person for an event.\"\"\"
        return await registering.register(work, event_id)

The input type follows from the parameters (`parameters`), the payload from the read type. `execute` runs it.
"""

import inspect
import types
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, TypeVar

import strawberry

from models.base.records import TenantRecord
from schema.compiler.names import camel, snake
from schema.mutations.batching import Batching
from schema.mutations.parameters import Object, Parameter, Plain, of_operation, words
from schema.mutations.previews import preview_of
from schema.mutations.problems import PROBLEMS
from services.core import errors

EVERY = (
    errors.NotSignedIn,
    errors.NotAllowed,
    errors.NotFound,
    errors.InvalidInput,
    errors.IdempotencyKeyReused,
    errors.RequestInFlight,
)
"""The problems that every mutation can return."""

IDEMPOTENCY_KEY = Parameter(
    "idempotency_key",
    Plain(str),
    "Client-chosen key, up to 200 characters. A repeated request with the same key and input returns the "
    "first answer and changes nothing.",
    default=None,
    nullable=True,
)
DRY_RUN = Parameter(
    "dry_run",
    Plain(bool),
    "True for a dry run: the mutation runs, returns its outcome as a `…Preview`, and is rolled back.",
    default=False,
    nullable=False,
)

Done = TenantRecord | tuple[TenantRecord, str]
"""The row that an operation returns, with the secret if it creates one that is shown once (`once`)."""
Operate = TypeVar("Operate", bound=Callable[..., Awaitable[Done]])


@dataclass(frozen=True)
class Mutation:
    """A mutation: its operation, its parameters, the read type of its payload, and the read type that it deletes."""

    name: str
    title: str
    operate: Callable[..., Awaitable[Done]]
    takes: Object
    shows: Any
    deletes: Any
    problems: tuple[type[errors.Problem], ...]
    once: str | None
    batching: Batching | None

    @property
    def payload(self) -> str:
        """Return the name of the payload type."""
        return f"{self.title}Payload"

    @property
    def preview(self) -> str:
        """Return the name of the preview type of its dry run."""
        return f"{self.title}Preview"

    @property
    def deleted(self) -> Parameter:
        """Return the parameter that names the row to delete."""
        (named,) = self.takes.references(words(self.deletes.__name__))
        return named

    def located(self, problem: errors.Problem, input: Any) -> errors.Problem:
        """Return the problem with its path in the input's field names. NotFound gets the path of the field that names
        the row.
        """
        problem.path = self.takes.place(input, problem.path)
        if not problem.path and isinstance(problem, errors.NotFound):
            named = self.takes.references(problem.kind)
            problem.path = (named[0].key,) if len(named) == 1 else ()
        return problem


MUTATIONS: dict[str, Mutation] = {}
"""All mutations by their Python names."""


def mutation(
    shows: Any = None,
    *,
    deletes: Any = None,
    problems: Sequence[type[errors.Problem]] = (),
    once: str | None = None,
    batching: Batching | None = None,
) -> Callable[[Operate], Operate]:
    """Declare an operation as a mutation whose payload shows one row of a read type. Its docstring is the description.

    `deletes`: the read type of the deleted row, which one of the parameters names. `once`: the name of a secret that
    the operation returns beside the row (`row, secret`) and that is stored nowhere. `batching`: how requests are
    batched, with the same outcome for each.
    """

    def decorate(operate: Operate) -> Operate:
        name: str = operate.__name__
        title = "".join(word.title() for word in name.split("_"))
        takes = of_operation(operate, title, idempotency_key=IDEMPOTENCY_KEY, dry_run=DRY_RUN)
        met = (*EVERY, *problems)
        MUTATIONS[name] = Mutation(name, title, operate, takes, shows, deletes, met, once, batching)
        return operate

    return decorate


def root() -> Any:
    """Build the root mutation type. All modules that declare read types and mutations must be imported before."""
    fields = {made.name: _field(made) for made in MUTATIONS.values()}
    body = types.new_class("Mutation", exec_body=lambda namespace: namespace.update(fields))
    return strawberry.type(body, description="All mutations. Each is one transaction.")


def _field(made: Mutation) -> Any:
    members = reduce(or_, (PROBLEMS[problem] for problem in made.problems), _payload(made) | _preview(made))
    does = f"Outcome of `{camel(made.name)}`: the payload, the preview of a dry run, or a problem."
    described = strawberry.argument(description="Input of the mutation.")

    async def resolve(input: Any) -> Any:
        raise AssertionError("the engine resolves it")

    resolve.__annotations__ |= {
        "input": Annotated[made.takes.annotation, described],
        "return": Annotated[members, strawberry.union(f"{made.title}Result", description=does)],
    }
    return strawberry.field(resolver=resolve, description=inspect.getdoc(made.operate))


def _payload(made: Mutation) -> Any:
    fields: dict[str, tuple[Any, str]] = {}
    if made.shows is not None:
        fields[snake(made.shows.__name__)] = (
            made.shows | None,
            "The object after the change; null if the reader may not see it.",
        )
    if made.deletes is not None:
        fields["deleted_id"] = strawberry.ID, "ID of the deleted object."
    if made.once is not None:
        fields[made.once] = str | None, "Shown only once; null if the same idempotency key is used again."
    return _type(made.payload, "Payload of the mutation.", fields)


def _preview(made: Mutation) -> Any:
    fields: dict[str, tuple[Any, str]] = {}
    if made.shows is not None:
        would_be = "The object as it would be; null if the reader would not see it."
        fields[snake(made.shows.__name__)] = preview_of(made.shows) | None, would_be
    if made.deletes is not None:
        fields["deleted_id"] = strawberry.ID, "ID of the object that would be deleted."
    return _type(made.preview, "Outcome of a dry run; nothing was changed.", fields)


def _type(name: str, description: str, fields: Mapping[str, tuple[Any, str]]) -> Any:
    namespace: dict[str, Any] = {"__annotations__": {key: annotation for key, (annotation, _) in fields.items()}}
    namespace |= {key: strawberry.field(description=said) for key, (_, said) in fields.items()}
    return strawberry.type(type(name, (), namespace), description=description)
