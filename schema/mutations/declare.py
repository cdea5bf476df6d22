"""How operations become mutations: `verbNoun(input: VerbNounInput!): VerbNounResult!`.

    @mutation(Registration, problems=(RegistrationClosed, AlreadyRegistered))
    async def register_for_event(work: Work, *, event_id: EventId) -> models.Registration:
        \"\"\"What the schema says of it.\"\"\"
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
from schema.mutations.parameters import Object, Parameter, Plain, of_operation, words
from schema.mutations.previews import preview_of
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
    "dry_run",
    Plain(bool),
    "Do everything, answer what would happen as a `…Preview`, and undo it.",
    default=False,
    nullable=False,
)

Done = TenantRecord | tuple[TenantRecord, str]
"""The row that an operation is about, and what is shown `once` where it makes such a thing."""
Operate = TypeVar("Operate", bound=Callable[..., Awaitable[Done]])


@dataclass(frozen=True)
class Mutation:
    """A mutation: its operation, what it takes, the read type that its payload shows, and the one that it deletes."""

    name: str
    title: str
    operate: Callable[..., Awaitable[Done]]
    takes: Object
    shows: Any
    deletes: Any
    problems: tuple[type[errors.Problem], ...]
    once: str | None
    together: Together | None

    @property
    def payload(self) -> str:
        """The type of what was done."""
        return f"{self.title}Payload"

    @property
    def preview(self) -> str:
        """The type of what would be done."""
        return f"{self.title}Preview"

    @property
    def deleted(self) -> Parameter:
        """The parameter that names what it deletes."""
        (named,) = self.takes.references(words(self.deletes.__name__))
        return named

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
    shows: Any = None,
    *,
    deletes: Any = None,
    problems: Sequence[type[errors.Problem]] = (),
    once: str | None = None,
    together: Together | None = None,
) -> Callable[[Operate], Operate]:
    """Make an operation a mutation whose payload shows one row of a read type. Its docstring is its description.

    `deletes`: the read type of what is gone then, which one of the parameters names. `once`: the name of a secret that
    the operation returns beside the row, `row, secret`, and nothing keeps. `together`: how it is done for a crowd,
    with the same outcome for each.
    """

    def decorate(operate: Operate) -> Operate:
        name: str = operate.__name__
        title = "".join(word.title() for word in name.split("_"))
        takes = of_operation(operate, title, idempotency_key=IDEMPOTENCY_KEY, dry_run=DRY_RUN)
        met = (*EVERY, *problems)
        MUTATIONS[name] = Mutation(name, title, operate, takes, shows, deletes, met, once, together)
        return operate

    return decorate


def root() -> Any:
    """The type of all mutations, once every module that declares read types and mutations is imported."""
    fields = {made.name: _field(made) for made in MUTATIONS.values()}
    body = types.new_class("Mutation", exec_body=lambda namespace: namespace.update(fields))
    return strawberry.type(body, description="Everything that can be done. Each mutation is one transaction.")


def _field(made: Mutation) -> Any:
    members = reduce(or_, (PROBLEMS[problem] for problem in made.problems), _payload(made) | _preview(made))
    does = f"What `{camel(made.name)}` did, what it would do, or why it did nothing."
    described = strawberry.argument(description="The input.")

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
        fields[snake(made.shows.__name__)] = made.shows | None, "As it is now; null for those who may not see it."
    if made.deletes is not None:
        fields["deleted_id"] = strawberry.ID, "What was deleted, for clients to forget."
    if made.once is not None:
        fields[made.once] = str | None, "Shown this once; null where it was asked for again with the same key."
    return _type(made.payload, "What was done.", fields)


def _preview(made: Mutation) -> Any:
    fields: dict[str, tuple[Any, str]] = {}
    if made.shows is not None:
        would_be = "As it would be; null for those who would not see it."
        fields[snake(made.shows.__name__)] = preview_of(made.shows) | None, would_be
    if made.deletes is not None:
        fields["deleted_id"] = strawberry.ID, "What would be deleted."
    return _type(made.preview, "What would be done, of a dry run: nothing of it was kept.", fields)


def _type(name: str, description: str, fields: Mapping[str, tuple[Any, str]]) -> Any:
    namespace: dict[str, Any] = {"__annotations__": {key: annotation for key, (annotation, _) in fields.items()}}
    namespace |= {key: strawberry.field(description=said) for key, (_, said) in fields.items()}
    return strawberry.type(type(name, (), namespace), description=description)
