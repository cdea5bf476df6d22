"""Check of a document in advance. It reports all errors, not only the first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLInputType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    type_from_ast,
    validate,
    value_from_ast,
)

from schema.base.scalars import LOCALES
from schema.compiler import limits, measure
from schema.compiler.bind import Catalog
from schema.compiler.context import Context
from schema.compiler.run import NotSpliced, Operations
from schema.compiler.values import Variables
from services.core.actor import Tenant, anonymous


@dataclass(frozen=True)
class Checked:
    """The names of a document's operations, and its errors; none if it can be executed."""

    operations: tuple[str, ...]
    errors: tuple[str, ...]


def check_document(catalog: Catalog, text: str) -> Checked:
    """Check a document against the schema and the limits, as a request for each of its operations would.

    Values aren't known in advance: page sizes in variables count with their defaults here, and with their values in
    each request.
    """
    try:
        parsed = measure.parsed(text)
        measure.check_document(parsed)
    except GraphQLError as error:
        return Checked((), (_told(error),))
    nodes = [node for node in parsed.definitions if isinstance(node, OperationDefinitionNode)]
    names = tuple(node.name.value if node.name else node.operation.value for node in nodes)
    wrong = [_told(error) for error in validate(catalog.schema, parsed)]
    if not nodes:
        wrong.append("The document has no operation.")
    if not wrong:
        wrong = [error for node in nodes for error in _beyond_limits(catalog, text, node)]
    return Checked(names, tuple(wrong))


def _beyond_limits(catalog: Catalog, text: str, node: OperationDefinitionNode) -> Iterator[str]:
    if node.operation is OperationType.MUTATION:
        return  # its size was checked with the document; its payload is, with each request
    try:
        operation = Operations(catalog).find(text, node.name.value if node.name else None, node.operation)
        for values in (_values(catalog, node, include) for include in (True, False)):
            try:
                cost = operation.plan(values).cost
            except NotSpliced as unusual:
                cost = unusual.cost or limits.Cost(0)
            limits.check_cost(cost.of(values, _NOBODY))
    except NotSpliced:
        return  # because of directives that only graphql-core knows
    except GraphQLError as error:
        yield _told(error)


def _values(catalog: Catalog, node: OperationDefinitionNode, include: bool) -> Variables:
    """Return the variables' defaults, with everything that can be included or skipped included, or skipped."""
    values: dict[str, Any] = {}
    for definition in node.variable_definitions or ():
        name, type_ = definition.variable.name.value, type_from_ast(catalog.schema, definition.type)
        if get_named_type(type_) is GraphQLBoolean:
            values[name] = include
        elif definition.default_value is not None:
            values[name] = value_from_ast(definition.default_value, cast(GraphQLInputType, type_))
    return values


_NOBODY = Context(anonymous(Tenant(UUID(int=0), "", LOCALES, "UTC")), datetime(2000, 1, 1, tzinfo=UTC), LOCALES)


def _told(error: GraphQLError) -> str:
    where = "".join(f" (line {place.line}, column {place.column})" for place in (error.locations or ())[:1])
    return error.message + where
