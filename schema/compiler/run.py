"""The last pass: cache operations by document and plans by the shape of variables, and execute them in one round trip.

`Operations` is the plan cache. A query whose root fields are all compiled is answered with the bytes that PostgreSQL
sent, between two constants. All other operations are graphql-core's, with the same plans underneath (`complete`).
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
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
from schema.compiler.plan import FieldPlan, NotCompiled, Planner
from schema.compiler.plan_cache import BYTES_PER_CHARACTER, MOST_SHAPES_PER_DOCUMENT, Bounded, cache_value, size_of
from schema.compiler.sql import Statement
from schema.compiler.statements import statement
from schema.compiler.values import Coercion, TooSlow, Variables
from services.core.actor import Acting
from services.core.database.connections import Readers


class NotSpliced(Exception):
    """The operation needs graphql-core: a mutation, introspection, a field in Python, or an error to report.

    `cost`: the cost of its compiled part; `fields`: the number of fields in it.
    """

    def __init__(self, cost: limits.Cost | None = None, fields: int = 0) -> None:
        super().__init__()
        self.cost = cost
        self.fields = fields


class Watched(NotSpliced):
    """The operation is a subscription, which has more than one answer."""


class Changing(NotSpliced):
    """The operation is a mutation."""

    def __init__(self, operation: "Operation") -> None:
        super().__init__()
        self.operation = operation


class Malformed(Exception):
    """The document has no operation that can be executed; the errors say why."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


class RightsChanged(Exception):
    """The actor's rights have changed since it was loaded: load it again and repeat the read."""


class Plan:
    """The root fields of an operation as a statement, one for each kind of actor, written when first needed."""

    def __init__(self, catalog: Catalog, roots: Sequence[FieldPlan], *, with_types: bool = False) -> None:
        """Plan the roots. Raise TooMuch beyond a limit. `with_types`: see `statement`."""
        self.fields = limits.check_shape(roots)
        self.roots = roots
        self.cost = limits.cost(roots)
        self._write = partial(statement, catalog, roots, with_types=with_types)
        self._statements: dict[Acting, Statement] = {}

    def statement(self, acting: Acting) -> Statement:
        """Return the statement for this kind of actor."""
        found = self._statements.get(acting)
        if found is None:
            found = self._statements[acting] = self._write(acting=acting)
        return found

    async def read(self, readers: Readers, variables: Variables, context: Context) -> bytes:
        """Return the answer's `data` as JSON. Raise RightsChanged if the actor is stale, TooSlow if the
        read times out.
        """
        chosen = self.statement(context.actor.acting)
        try:
            answer: bytes | None = await readers.fetch(chosen.text, chosen.arguments(variables, context))
        except asyncpg.QueryCanceledError:
            raise TooSlow from None
        if answer is None:
            raise RightsChanged
        return answer


class Operation:
    """An operation of a valid document, and its cached plans."""

    def __init__(
        self,
        catalog: Catalog,
        document: DocumentNode,
        node: OperationDefinitionNode,
        grow: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Create it without plans. `grow` is called with the number of bytes of each plan that is cached."""
        self._catalog = catalog
        self._grow = grow
        self.node = node
        self.kind = node.operation
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.coercion = Coercion(catalog.schema, node)
        self._plans: OrderedDict[tuple[Any, ...], Plan | NotSpliced] = OrderedDict()

    @cached_property
    def introspects(self) -> bool:
        """Return True if it queries the schema itself."""
        definitions = [self.node, *self.fragments.values()]
        return any(_introspects(definition.selection_set) for definition in definitions)

    def plan(self, variables: Variables) -> Plan:
        """Return the plan for the shape of these values. Raise NotSpliced if a part needs graphql-core."""
        shape = self.coercion.shape(variables)
        found = self._plans.get(shape)
        if found is None:
            found = self._make(variables)
            cache_value(self._plans, shape, found, MOST_SHAPES_PER_DOCUMENT)
            self._grow(size_of(found))
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
                roots.append(planner.root(key, nodes, query.name))  # a subscription is read like a query
            except NotCompiled:
                introspecting += measure.count_fields(nodes, self.fragments)
        plan = Plan(self._catalog, roots)
        spliced = roots and not introspecting and not planner.needs_python
        return (
            plan
            if spliced
            else NotSpliced(plan.cost.plus(introspecting * limits.COST_PER_INTROSPECTION_FIELD), plan.fields)
        )


class Operations:
    """The plan cache: operations by document and name."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._operations: Bounded[Operation | Malformed | None] = Bounded()

    def keeps(self, document: str, name: str | None) -> bool:
        """Return True if the operation is cached."""
        return (document, name) in self._operations

    def find(self, document: str, name: str | None, kind: OperationType = OperationType.QUERY) -> Operation:
        """Return the operation. Raise Malformed if there is none to execute, NotSpliced if it isn't of that kind:

        Watched for a subscription, and Changing for a mutation.
        """
        key = (document, name)
        try:
            operation = self._operations.get(key)
        except KeyError:
            operation = self._make(document, name)
            self._operations.put(key, operation, len(document) * BYTES_PER_CHARACTER)
        if operation is None:
            raise NotSpliced
        if isinstance(operation, Malformed):
            raise Malformed(operation.errors)
        if operation.kind is not kind:
            if operation.kind is OperationType.MUTATION:
                raise Changing(operation)
            raise NotSpliced if operation.kind is OperationType.QUERY else Watched
        return operation

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
        return Operation(self._catalog, parsed, node, partial(self._operations.grow, (document, name)))

    def _parse(self, document: str) -> DocumentNode:
        """Return a valid document within the limits. Raise Malformed, or a GraphQLError such as TooMuch."""
        # Without locations, which would retain every token. Only error messages need them.
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
    """Return the error, without its cause if that is Python's, such as for an integer of 5,000 digits."""
    unreadable = error.original_error is not None and not isinstance(error.original_error, GraphQLError)
    return GraphQLError("A value can't be read.", error.nodes) if unreadable else error


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation to execute. Raise GraphQLError if it is ambiguous or missing."""
    found = get_operation_ast(document, name)
    if found is None:
        unknown = f"Unknown operation named '{name}'."
        raise GraphQLError(unknown if name else "Must provide operation name if query contains multiple operations.")
    return found


def field_plan(catalog: Catalog, info: Any) -> FieldPlan:
    """Return the plan of the root field that graphql-core is resolving."""
    nodes: list[FieldNode] = list(info.field_nodes)
    key = nodes[0].alias.value if nodes[0].alias else nodes[0].name.value
    return Planner(catalog, info.fragments, coerced(info)).root(key, nodes, info.parent_type.name)


def coerced(info: Any) -> Variables:
    """Return the variables' values from graphql-core's or Strawberry's field info."""
    values: Variables = getattr(info.variable_values, "coerced", info.variable_values)
    return values
