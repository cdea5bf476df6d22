"""Size limits of a document, checked before validation: validation compares fields in pairs, and fragments multiply
them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from schema.compiler.values import TooMuch

LONGEST_DOCUMENT = 100_000
"""Maximum number of characters; longer documents are refused before parsing."""
MAXIMUM_TOKENS = 5_000
"""Maximum number of lexical tokens of a document."""
MAXIMUM_DEFINITIONS = 100
"""Maximum number of operations and fragments of a document."""
MAXIMUM_ROOTS = 25
"""Maximum number of root fields; each alias counts."""
MAXIMUM_DEPTH = 15
"""Maximum depth of fields: that of the usual introspection query."""
MAXIMUM_FIELDS = 1_000
"""Maximum number of fields, with fragments expanded and each alias counted."""
MAXIMUM_REPEATS = 25
"""Maximum number of selections of one response name in one place: validation compares all pairs."""
MAXIMUM_COST = 25_000
"""Maximum number of objects in an answer: about half a second of work on the demo data."""

LONGEST_LIST = 1_000
"""Maximum number of items of a list in an argument or a comparison."""
MAXIMUM_VALUES = 10_000
"""Maximum number of values in the variables, list items and object members included: coercing one takes up to 10 µs."""


def check(what: str, found: int, limit: int) -> None:
    """Raise TooMuch beyond a limit."""
    if found > limit:
        raise TooMuch(what, found, limit)


def parsed(document: str, *, no_location: bool = False) -> DocumentNode:
    """Parse a document. Raise GraphQLError if it is malformed, TooMuch if it is too long."""
    check("characters", len(document), LONGEST_DOCUMENT)
    try:
        return parse(document, no_location=no_location, max_tokens=MAXIMUM_TOKENS)
    except GraphQLSyntaxError as error:
        if error.message.endswith("tokens. Parsing aborted."):
            raise TooMuch("tokens", MAXIMUM_TOKENS + 1, MAXIMUM_TOKENS) from None
        raise


def check_values(variables: Mapping[str, Any]) -> None:
    """Raise TooMuch if variables contain too many values."""
    level = [value for value in variables.values() if type(value) is dict or type(value) is list]
    found = len(variables)
    while level:
        found += sum(map(len, level))
        check("values", found, MAXIMUM_VALUES)
        level = [
            inner
            for value in level
            for inner in (value.values() if type(value) is dict else value)
            if type(inner) is dict or type(inner) is list
        ]
    check("values", found, MAXIMUM_VALUES)


def check_document(document: DocumentNode) -> None:
    """Raise TooMuch if an operation with its fragments expanded is too wide, too deep or too long, whatever is skipped.

    Raise GraphQLError for a cycle of fragments, which can't be expanded.
    """
    check("definitions", len(document.definitions), MAXIMUM_DEFINITIONS)
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    measure = _Measure(fragments)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            fields, depth = measure.of(definition.selection_set)
            check("fields", fields, MAXIMUM_FIELDS)
            check("depth", depth, MAXIMUM_DEPTH)
            roots = measure.repeats([definition.selection_set])
            if isinstance(definition, OperationDefinitionNode):
                check("root fields", roots, MAXIMUM_ROOTS)


def count_fields(nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]) -> int:
    """Return the number of fields with all fields below them, fragments expanded."""
    measure = _Measure(fragments)
    return sum(1 + (measure.of(node.selection_set)[0] if node.selection_set else 0) for node in nodes)


class _Measure:
    """Counts fields and levels; each fragment once, however often it is spread."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int] | None] = {}

    def of(self, selected: SelectionSetNode) -> tuple[int, int]:
        """Return the number of fields and of levels."""
        fields, depth = 0, 0
        for node in selected.selections:
            if isinstance(node, FragmentSpreadNode):
                more, below = self._fragment(node)
            elif node.selection_set is not None:  # type: ignore[attr-defined]
                more, below = self.of(node.selection_set)  # type: ignore[attr-defined]
            else:
                more, below = 0, 0
            own = int(isinstance(node, FieldNode))
            fields, depth = fields + own + more, max(depth, own + below)
        return fields, depth

    def _fragment(self, node: FragmentSpreadNode) -> tuple[int, int]:
        name = node.name.value
        if name not in self._fragments:
            return 0, 0  # reported by validation
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self.of(self._fragments[name].selection_set)
        found = self._known[name]
        if found is None:
            raise GraphQLError(f"Cannot spread fragment '{name}' within itself.")
        return found

    def repeats(self, merged: Iterable[SelectionSetNode]) -> int:
        """Return the number of distinct fields of merged selection sets. Raise TooMuch if one is repeated too often."""
        grouped: dict[str, list[FieldNode]] = {}
        for selected in merged:
            self._group(selected, grouped, set())
        for nodes in grouped.values():
            check("repeats", len(nodes), MAXIMUM_REPEATS)
            self.repeats([node.selection_set for node in nodes if node.selection_set is not None])
        return len(grouped)

    def _group(self, selected: SelectionSetNode, grouped: dict[str, list[FieldNode]], visited: set[str]) -> None:
        for node in selected.selections:
            if isinstance(node, FieldNode):
                grouped.setdefault((node.alias or node.name).value, []).append(node)
            elif not isinstance(node, FragmentSpreadNode):
                self._group(node.selection_set, grouped, visited)  # type: ignore[attr-defined]
            elif node.name.value in self._fragments and node.name.value not in visited:
                visited.add(node.name.value)
                self._group(self._fragments[node.name.value].selection_set, grouped, visited)
