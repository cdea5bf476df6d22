"""The last pass: operations by their documents, plans by the shape of their variables, and the one round trip.

`Operations` is the plan cache. A query whose root fields are all compiled is answered as the bytes that PostgreSQL
sent, between two constants; anything else is graphql-core's, with the same plans underneath (`complete`).
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)

from schema.compiler import limits
from schema.compiler.bind import Catalog
from schema.compiler.context import Context
from schema.compiler.plan import FieldPlan, NotCompiled, Planner
from schema.compiler.sql import Statement
from schema.compiler.statements import statement
from schema.compiler.values import Coercion, Variables
from services.core.database import Readers

DOCUMENTS = 500
"""Documents kept; the least recently used goes."""
SHAPES = 16
"""Plans kept for a document; the least recently used goes."""
LONGEST_DOCUMENT = 100_000
"""Characters; longer documents are refused before they are parsed."""


class NotSpliced(Exception):
    """The operation needs graphql-core: a mutation, introspection, a field in Python, or an error to be told."""


class RightsChanged(Exception):
    """The person's rights are others than the actor was loaded with: load it again and ask again."""


class Plan:
    """The root fields of an operation as a statement, one for anybody and one for a person, written when needed."""

    def __init__(self, catalog: Catalog, roots: Sequence[FieldPlan], *, with_types: bool = False) -> None:
        """TooMuch where the plan is beyond a limit. `with_types` as in `statement`."""
        limits.check_shape(roots)
        self.cost = limits.cost(roots)
        self._write = partial(statement, catalog, roots, with_types=with_types)
        self._statements: dict[bool, Statement] = {}

    def statement(self, *, as_person: bool) -> Statement:
        """The statement."""
        found = self._statements.get(as_person)
        if found is None:
            found = self._statements[as_person] = self._write(as_person=as_person)
        return found

    async def read(self, readers: Readers, variables: Variables, context: Context) -> bytes:
        """The answer's `data` as JSON. RightsChanged where the actor is out of date."""
        chosen = self.statement(as_person=not context.actor.is_anonymous)
        answer: bytes | None = await readers.fetch(chosen.text, chosen.arguments(variables, context))
        if answer is None:
            raise RightsChanged
        return answer


class Operation:
    """A valid query, and its plans."""

    def __init__(self, catalog: Catalog, document: DocumentNode, node: OperationDefinitionNode) -> None:
        self._catalog = catalog
        self._node = node
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.coercion = Coercion(catalog.schema, node)
        self._plans: OrderedDict[tuple[Any, ...], Plan] = OrderedDict()

    def plan(self, variables: Variables) -> Plan:
        """The plan for these values' shape. NotSpliced where some part of it needs graphql-core."""
        shape = self.coercion.shape(variables)
        found = self._plans.get(shape)
        if found is None:
            found = self._plans[shape] = self._make(variables)
            if len(self._plans) > SHAPES:
                self._plans.popitem(last=False)
        elif len(self._plans) > 1:
            self._plans.move_to_end(shape)
        return found

    def _make(self, variables: Variables) -> Plan:
        planner = Planner(self._catalog, self._fragments, variables)
        query = self._catalog.schema.query_type
        assert query is not None
        grouped = planner.collect(query.name, [self._node.selection_set])
        try:
            roots = [planner.root(key, nodes, query.name) for key, nodes in grouped.items()]
        except NotCompiled:
            raise NotSpliced from None
        if planner.needs_python or not roots:
            raise NotSpliced
        return Plan(self._catalog, roots)


class Operations:
    """The plan cache: operations by document and name."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._operations: OrderedDict[tuple[str, str | None], Operation | None] = OrderedDict()

    def find(self, document: str, name: str | None) -> Operation:
        """The operation. NotSpliced where it isn't a valid query, so that graphql-core says what is wrong."""
        key = (document, name)
        try:
            operation = self._operations[key]
            self._operations.move_to_end(key)
        except KeyError:
            operation = self._operations[key] = self._make(document, name)
            if len(self._operations) > DOCUMENTS:
                self._operations.popitem(last=False)
        if operation is None:
            raise NotSpliced
        return operation

    def _make(self, document: str, name: str | None) -> Operation | None:
        if len(document) > LONGEST_DOCUMENT:
            raise NotSpliced
        try:
            parsed = parse(document, max_tokens=limits.MAXIMUM_TOKENS, no_location=True)
            if validate(self._catalog.schema, parsed, max_errors=1):
                return None
        except (GraphQLError, RecursionError):
            return None
        node = get_operation_ast(parsed, name)
        if node is None or node.operation is not OperationType.QUERY or node.directives:
            return None
        return Operation(self._catalog, parsed, node)


def field_plan(catalog: Catalog, info: Any) -> FieldPlan:
    """The plan of the root field that graphql-core is resolving."""
    nodes: list[FieldNode] = list(info.field_nodes)
    key = nodes[0].alias.value if nodes[0].alias else nodes[0].name.value
    return Planner(catalog, info.fragments, coerced(info)).root(key, nodes, info.parent_type.name)


def coerced(info: Any) -> Variables:
    """The variables' values in graphql-core's or Strawberry's information on a field."""
    values: Variables = getattr(info.variable_values, "coerced", info.variable_values)
    return values
