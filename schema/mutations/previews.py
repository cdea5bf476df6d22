"""What a dry run shows: the values of a row as they would be, in a type of its own.

It has no `id` and is no `Node`, and leads to nothing that has one: no client's cache takes what was only tried for
what is. Its other fields are those of the read type, from the same declarations.
"""

import inspect
from dataclasses import replace
from typing import Any

from schema.compiler.bind import KEY
from schema.compiler.bindings import Column, Expression, Localized, Relation
from schema.compiler.declare import ANNOTATION, BINDING, READ_TYPES, Declared, read_type

PREVIEWS: set[str] = set()
"""The names of these types."""


def preview_of(shows: Any) -> Any:
    """The preview's type of a read type."""
    name = f"{shows.__name__}Preview"
    if name not in PREVIEWS:
        PREVIEWS.add(name)
        body = {"__module__": shows.__module__, "__doc__": _description(shows), "__annotations__": {}}
        for field in shows.__strawberry_definition__.fields:
            binding = field.metadata.get(BINDING)
            if isinstance(binding, Column):
                binding = replace(binding, where=False, order=False)
            if field.python_name != KEY and _is_shown(binding, field.metadata.get(ANNOTATION)):
                body["__annotations__"][field.python_name] = field.metadata[ANNOTATION]
                body[field.python_name] = Declared(field.description, binding, field.deprecation_reason)
        read_type(READ_TYPES[shows.__name__].model)(type(name, (), body))
    return READ_TYPES[name].cls


def _is_shown(binding: Any, annotation: Any) -> bool:
    """Whether a field is the row's own; lists of what has no fields but its own, such as a question's options, too."""
    if not isinstance(binding, Relation):
        return isinstance(binding, Column | Expression | Localized)
    inside = READ_TYPES.get(getattr(next(iter(getattr(annotation, "__args__", ())), annotation), "__name__", ""))
    if inside is None or inside.model is not None:
        return False
    fields = inside.cls.__strawberry_definition__.fields  # type: ignore[attr-defined]
    return all(not isinstance(field.metadata.get(BINDING), Relation) for field in fields)


def _description(shows: Any) -> str:
    would_be = f"Values of `{shows.__name__}` as a dry run would leave them. There is no such row: it has no `id`."
    return f"{would_be} {inspect.getdoc(shows)}"
