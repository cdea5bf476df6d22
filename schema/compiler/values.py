"""Values that a plan takes from each request: variables, with a fast path for simple coercions, and derived values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableNode,
    Visitor,
    get_variable_values,
    type_from_ast,
    value_from_ast,
    visit,
)

from schema.compiler.context import Context

Variables = Mapping[str, Any]
Getter = Callable[[Variables, Context], Any]
"""Gets the value of a bound parameter from a request."""


MAXIMUM_FAULTS = 50
"""Maximum number of invalid values that are reported at once."""


class Refused(GraphQLError):
    """An argument's value is invalid; the path is the field's."""


class TooMuch(GraphQLError):
    """The request exceeds a limit. The number is reported up to GraphQL's maximum Int: products of page sizes can
    exceed it.
    """

    def __init__(self, what: str, found: int, limit: int) -> None:
        found = min(found, 2**31 - 1)
        super().__init__(
            f"The operation is too large: {what} {found}, at most {limit}.",
            extensions={"code": "TOO_MUCH", "limit": what, "required": limit, "found": found},
        )


class TooSlow(TooMuch):
    """PostgreSQL cancelled a read that took longer than the timeout."""

    def __init__(self) -> None:
        GraphQLError.__init__(
            self,
            "The operation takes too long; request less at once.",
            extensions={"code": "TOO_MUCH", "limit": "time"},
        )


@dataclass(frozen=True, slots=True)
class Constant:
    """A getter of the same value for every request."""

    value: Any

    def __call__(self, _variables: Variables, _context: Context | None) -> Any:
        return self.value


def getter(node: ValueNode, type_: GraphQLInputType) -> Getter:
    """Return the getter of an argument's value: a constant, a variable, or a combination of variables."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables, _context: variables.get(name)
    if not variables_in(node):
        return Constant(value_from_ast(node, type_))

    def build(variables: Variables, _context: Context) -> Any:
        value = value_from_ast(node, type_, dict(variables))
        return None if value is Undefined else value

    return build


def is_long(type_: GraphQLInputType) -> bool:
    """Return True if a value of the type can have any length: a text, or a list."""
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return isinstance(inner, GraphQLList) or (isinstance(inner, GraphQLScalarType) and inner.name in ("String", "ID"))


def variables_in(node: Any) -> frozenset[str]:
    """Return the names of the variables anywhere below a node."""
    found: set[str] = set()

    class Names(Visitor):
        def enter_variable(self, variable: VariableNode, *_: Any) -> None:
            found.add(variable.name.value)

    visit(node, Names())
    return frozenset(found)


def then(get: Getter, change: Callable[[Any], Any]) -> Getter:
    """Return the getter of a changed value; a constant is changed once and for all."""
    if isinstance(get, Constant):
        return Constant(change(get.value))
    return lambda variables, context: change(get(variables, context))


class Coercion:
    """Coercion of an operation's variables, and their shape, which selects the plan.

    A variable affects the shape in a directive (by its value), where it may be absent (by its presence), and as an
    input object or a list (by its fields and length). A required scalar never does.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        in_directives = _variables_in_directives(operation)
        self._fast: list[tuple[str, Callable[[Any], Any]]] | None = []
        self._shaping: list[tuple[str, Callable[[Any], Any]]] = []
        for definition in self._definitions:
            name = definition.variable.name.value
            type_ = type_from_ast(schema, definition.type)
            named = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
            is_leaf = isinstance(named, GraphQLScalarType | GraphQLEnumType)
            if not (isinstance(type_, GraphQLNonNull) and is_leaf and definition.default_value is None):
                self._fast = None
                self._shaping.append((name, _presence if is_leaf else _structure))
            elif self._fast is not None:
                self._fast.append((name, _coercer(named)))
            if name in in_directives or (isinstance(named, GraphQLEnumType) and named.name.endswith("Order")):
                self._shaping.append((name, _identity))

    def values(self, inputs: Variables) -> Variables:
        """Return the coerced values. Raise an ExceptionGroup for a list of GraphQLErrors."""
        if self._fast is not None:
            try:
                return {name: coerce(inputs[name]) for name, coerce in self._fast}
            except (KeyError, TypeError, ValueError, GraphQLError):
                pass  # the general way reports the error in the specification's words
        given = dict(inputs)
        coerced = get_variable_values(self._schema, self._definitions, given, MAXIMUM_FAULTS, hide_suggestions=True)
        if isinstance(coerced, list):
            raise ExceptionGroup("variables", coerced)
        return coerced.coerced

    def shape(self, values: Variables) -> tuple[Any, ...]:
        """Return the shape of the values: the key of the plan beside its document."""
        if not self._shaping:
            return ()
        return tuple(shape(values.get(name, Undefined)) for name, shape in self._shaping)


def _coercer(type_: Any) -> Callable[[Any], Any]:
    return _FAST.get(type_.name) or type_.coerce_input_value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _int(value: Any) -> int:
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise TypeError
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError
    return value


_FAST: dict[str, Callable[[Any], Any]] = {"String": _text, "ID": _text, "Int": _int, "Boolean": _boolean}


def _identity(value: Any) -> Any:
    return value


def _presence(value: Any) -> Any:
    return "absent" if value is Undefined else "null" if value is None else "present"


def _structure(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((key, _structure(item)) for key, item in sorted(value.items()))
    if isinstance(value, list):
        items = [_structure(item) for item in value]
        # A list of leaves is one array parameter of any length; a list of enum values may be an order.
        leaves = all(item == "present" for item in items)
        return tuple(str(item) for item in value) if leaves and _is_order(value) else "list" if leaves else tuple(items)
    return _presence(value)


def _is_order(value: list[Any]) -> bool:
    return bool(value) and hasattr(value[0], "descending")


def _variables_in_directives(operation: OperationDefinitionNode) -> frozenset[str]:
    # Fragments are not in the operation's node: any Boolean variable may be in one of their directives.
    booleans = set()
    for definition in operation.variable_definitions or ():
        node: Any = definition.type.type if isinstance(definition.type, NonNullTypeNode) else definition.type
        if isinstance(node, NamedTypeNode) and node.name.value == "Boolean":
            booleans.add(definition.variable.name.value)
    return frozenset(booleans)
