"""What is asked of a mutation's answer, and what came of it.

The parts of a payload, and of the preview that a dry run answers, are a closed set: the type's name, what was deleted,
a secret shown once, or the row, read by a compiled statement. Their values are JSON as bytes, as PostgreSQL sends them.
What can't be read is an `Unreadable` part: the change stands, and the field is null with its error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from graphql import FieldNode, FragmentDefinitionNode, OperationDefinitionNode

from schema.compiler import limits
from schema.compiler.bind import Catalog
from schema.compiler.names import camel
from schema.compiler.plan import Planner, Selection
from schema.compiler.run import NotSpliced
from schema.compiler.sql import Statement
from schema.compiler.statements import reading, reading_as_person
from schema.compiler.values import Variables
from schema.mutations.declare import Mutation


@dataclass(frozen=True)
class Asking:
    """A mutation's field as it was asked for. `document`: what its plans are kept by.

    `spliced`: the answer is put together here; otherwise graphql-core completes it.
    """

    document: tuple[str, str | None] | None
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    nodes: Sequence[FieldNode]
    key: str
    variables: Variables
    spliced: bool = False


@dataclass(frozen=True)
class TypeName:
    """`__typename`, as JSON."""

    json: bytes


@dataclass(frozen=True)
class Deleted:
    """`deletedId`."""


@dataclass(frozen=True)
class Secret:
    """What is shown once."""


@dataclass(frozen=True)
class Row:
    """The row that the payload shows, and how it is read: in the change's transaction, or after it by its person."""

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
        return reading_as_person(self.catalog, self.selection, with_types=self.with_types)


Part = TypeName | Deleted | Secret | Row
Shown = Mapping[str, Part]
"""What is asked of a payload, by response key."""


@dataclass(frozen=True)
class Unreadable:
    """A part that could not be read, after the change was made."""

    error: Exception


@dataclass(frozen=True)
class Payload:
    """What a mutation answers, done or only tried: its parts by response key."""

    type_name: str
    parts: Mapping[str, bytes | Unreadable]

    @property
    def is_readable(self) -> bool:
        """Whether every part could be read."""
        return not any(isinstance(part, Unreadable) for part in self.parts.values())

    def completed(self, key: str) -> Any:
        """A part as graphql-core completes it; what it raises is the field's error."""
        part = self.parts[key]
        if isinstance(part, Unreadable):
            raise part.error
        return orjson.loads(part)

    def json(self) -> bytes:
        """The payload as an object."""
        return json_object(self.parts)  # type: ignore[arg-type]  # it is readable


def json_object(parts: Mapping[str, bytes]) -> bytes:
    """An object of JSON values; the keys are GraphQL names."""
    return b"{%b}" % b",".join(b'"%b":%b' % (key.encode(), value) for key, value in parts.items())


def shown(made: Mutation, catalog: Catalog, asking: Asking, *, dry_run: bool) -> Shown:
    """What is asked of the payload, or the preview. NotSpliced where it is to be spliced and asks for Python."""
    type_name = made.preview if dry_run else made.payload
    planner = Planner(catalog, asking.fragments, asking.variables)
    found: dict[str, Part] = {}
    for key, nodes in planner.collect(type_name, selected(asking)).items():
        name = nodes[0].name.value
        if name == "__typename":
            found[key] = TypeName(orjson.dumps(type_name))
        elif name == "deletedId":
            found[key] = Deleted()
        elif made.once is not None and name == camel(made.once):
            found[key] = Secret()
        else:
            row = f"{made.shows.__name__}Preview" if dry_run else made.shows.__name__
            found[key] = Row(catalog, planner.selection(row, nodes), with_types=not asking.spliced)
    if asking.spliced and planner.needs_python:
        raise NotSpliced
    return found


def selected(asking: Asking) -> list[Any]:
    """The selection sets of the field."""
    return [node.selection_set for node in asking.nodes if node.selection_set]
