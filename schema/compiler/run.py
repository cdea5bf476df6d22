"""The last pass: operations by their documents, plans by the shape of their variables, and the one round trip.

`Operations` is the plan cache. A query whose root fields are all compiled is answered as the bytes that PostgreSQL
sent, between two constants; anything else is graphql-core's, with the same plans underneath (`complete`).
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import asyncpg
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_operation_ast,
    validate,
)

from schema.compiler import limits, measure
from schema.compiler.bind import Catalog
from schema.compiler.context import Context
from schema.compiler.kept import CHARACTERS, DOCUMENTS, SHAPES, keep
from schema.compiler.plan import FieldPlan, NotCompiled, Planner
from schema.compiler.sql import Statement
from schema.compiler.statements import statement
from schema.compiler.values import Coercion, TooSlow, Variables
from services.core.actor import Acting
from services.core.database.connections import Readers


class NotSpliced(Exception):
    """The operation needs graphql-core: a mutation, introspection, a field in Python, or an error to be told.

    `cost`: of what is compiled of it nevertheless.
    """

    def __init__(self, cost: limits.Cost | None = None) -> None:
        super().__init__()
        self.cost = cost


class Watched(NotSpliced):
    """The operation is a subscription: it has no one answer."""


class Changing(NotSpliced):
    """The operation is a mutation."""

    def __init__(self, operation: "Operation") -> None:
        super().__init__()
        self.operation = operation


class Malformed(Exception):
    """The document has no operation that could be executed; the errors say why."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


class RightsChanged(Exception):
    """The rights are others than the actor was loaded with: load it again and ask again."""


class Plan:
    """The root fields of an operation as a statement, one for each kind of actor, written when needed."""

    def __init__(self, catalog: Catalog, roots: Sequence[FieldPlan], *, with_types: bool = False) -> None:
        """TooMuch where the plan is beyond a limit. `with_types` as in `statement`."""
        limits.check_shape(roots)
        self.roots = roots
        self.cost = limits.cost(roots)
        self._write = partial(statement, catalog, roots, with_types=with_types)
        self._statements: dict[Acting, Statement] = {}

    def statement(self, acting: Acting) -> Statement:
        """The statement."""
        found = self._statements.get(acting)
        if found is None:
            found = self._statements[acting] = self._write(acting=acting)
        return found

    async def read(self, readers: Readers, variables: Variables, context: Context) -> bytes:
        """The answer's `data` as JSON. RightsChanged where the actor is out of date, TooSlow beyond its time."""
        chosen = self.statement(context.actor.acting)
        try:
            answer: bytes | None = await readers.fetch(chosen.text, chosen.arguments(variables, context))
        except asyncpg.QueryCanceledError:
            raise TooSlow from None
        if answer is None:
            raise RightsChanged
        return answer


class Operation:
    """An operation of a valid document, and its plans."""

    def __init__(self, catalog: Catalog, document: DocumentNode, node: OperationDefinitionNode) -> None:
        self._catalog = catalog
        self.node = node
        self.kind = node.operation
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.coercion = Coercion(catalog.schema, node)
        self._plans: OrderedDict[tuple[Any, ...], Plan | NotSpliced] = OrderedDict()

    @cached_property
    def introspects(self) -> bool:
        """Whether it asks for the schema itself."""
        definitions = [self.node, *self.fragments.values()]
        return any(_introspects(definition.selection_set) for definition in definitions)

    def plan(self, variables: Variables) -> Plan:
        """The plan for these values' shape. NotSpliced where some part of it needs graphql-core."""
        shape = self.coercion.shape(variables)
        found = self._plans.get(shape)
        if found is None:
            found = self._make(variables)
            keep(self._plans, shape, found, SHAPES)
        elif len(self._plans) > 1:
            self._plans.move_to_end(shape)
        if isinstance(found, NotSpliced):
            raise NotSpliced(found.cost)
        return found

    def _make(self, variables: Variables) -> Plan | NotSpliced:
        planner = Planner(self._catalog, self.fragments, variables)
        query, root = self._catalog.schema.query_type, self._catalog.schema.get_root_type(self.kind)
        assert query is not None
        assert root is not None
        grouped = planner.collect(root.name, [self.node.selection_set])
        roots: list[FieldPlan] = []
        introspecting = 0
        for key, nodes in grouped.items():
            try:
                roots.append(planner.root(key, nodes, query.name))  # what is watched is read like what is asked for
            except NotCompiled:
                introspecting += measure.count_fields(nodes, self.fragments)
        plan = Plan(self._catalog, roots)
        spliced = roots and not introspecting and not planner.needs_python
        return plan if spliced else NotSpliced(plan.cost.plus(introspecting * limits.INTROSPECTION))


class Operations:
    """The plan cache: operations by document and name."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._operations: OrderedDict[tuple[str, str | None], Operation | Malformed | None] = OrderedDict()
        self._characters = 0

    def keeps(self, document: str, name: str | None) -> bool:
        """Whether the operation needn't be read anew."""
        return (document, name) in self._operations

    def find(self, document: str, name: str | None, kind: OperationType = OperationType.QUERY) -> Operation:
        """The operation. Malformed where there is none to execute, NotSpliced where it isn't of that kind.

        A subscription is Watched then, and a mutation Changing.
        """
        key = (document, name)
        try:
            operation = self._operations[key]
            self._operations.move_to_end(key)
        except KeyError:
            operation = self._make(document, name)
            self._keep(key, operation)
        if operation is None:
            raise NotSpliced
        if isinstance(operation, Malformed):
            raise Malformed(operation.errors)
        if operation.kind is not kind:
            if operation.kind is OperationType.MUTATION:
                raise Changing(operation)
            raise NotSpliced if operation.kind is OperationType.QUERY else Watched
        return operation

    def _keep(self, key: tuple[str, str | None], operation: Operation | Malformed | None) -> None:
        self._operations[key] = operation
        self._characters += len(key[0])
        while len(self._operations) > DOCUMENTS or self._characters > CHARACTERS:
            (document, _), _ = self._operations.popitem(last=False)
            self._characters -= len(document)

    def _make(self, document: str, name: str | None) -> Operation | Malformed | None:
        try:
            parsed = self._parse(document)
            node = _chosen(parsed, name)
        except GraphQLError as error:
            return Malformed([error])
        except Malformed as malformed:
            return malformed
        if node.directives:
            return None
        return Operation(self._catalog, parsed, node)

    def _parse(self, document: str) -> DocumentNode:
        """A valid document, within the limits. Malformed, or a GraphQLError such as TooMuch."""
        # Without locations, for which every token would be kept. Only who made a mistake needs them.
        parsed = measure.parsed(document, no_location=True)
        measure.check_document(parsed)
        if validate(self._catalog.schema, parsed, max_errors=1, hide_suggestions=True):
            errors = validate(self._catalog.schema, measure.parsed(document), hide_suggestions=True)
            raise Malformed([_readable(error) for error in errors])
        return parsed


def _introspects(selected: SelectionSetNode) -> bool:
    for node in selected.selections:
        if isinstance(node, FieldNode) and node.name.value in ("__schema", "__type"):
            return True
        inner = None if isinstance(node, FragmentSpreadNode) else node.selection_set  # type: ignore[attr-defined]
        if inner is not None and _introspects(inner):
            return True
    return False


def _readable(error: GraphQLError) -> GraphQLError:
    """The error; without its cause where that is Python's, such as for an integer of 5,000 digits."""
    unreadable = error.original_error is not None and not isinstance(error.original_error, GraphQLError)
    return GraphQLError("A value here can't be read.", error.nodes) if unreadable else error


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to execute. GraphQLError where that can't be told."""
    found = get_operation_ast(document, name)
    if found is None:
        unknown = f"Unknown operation named '{name}'."
        raise GraphQLError(unknown if name else "Must provide operation name if query contains multiple operations.")
    return found


def field_plan(catalog: Catalog, info: Any) -> FieldPlan:
    """The plan of the root field that graphql-core is resolving."""
    nodes: list[FieldNode] = list(info.field_nodes)
    key = nodes[0].alias.value if nodes[0].alias else nodes[0].name.value
    return Planner(catalog, info.fragments, coerced(info)).root(key, nodes, info.parent_type.name)


def coerced(info: Any) -> Variables:
    """The variables' values in graphql-core's or Strawberry's information on a field."""
    values: Variables = getattr(info.variable_values, "coerced", info.variable_values)
    return values
