"""Migration operations that are rendered as calls of `models.migrations.security`."""

import re
import textwrap
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrateOperation
from alembic_utils.pg_function import PGFunction

from models.base.policies import RowPolicy
from models.migrations.security import contracted


class Call(MigrateOperation):
    """A call of a function of `models.migrations`: `protect(op, "person", read="…", …)`."""

    def __init__(self, function: str, *arguments: str, module: str = "security", **named: Any) -> None:
        self.function = function
        self.module = module
        self.arguments = [*(_written(argument) for argument in arguments)]
        self.arguments += [f"{name}={_written(value)}" for name, value in named.items()]

    @classmethod
    def protecting(cls, policy: RowPolicy) -> "Call":
        """The call that protects a new table."""
        conditions = {"read": contracted(policy.read.sql), "write": contracted(policy.write.sql)}
        named: dict[str, Any] = {**conditions, **dict.fromkeys(policy.parts, True)}
        return cls("protect", policy.table, **named)


class Define(MigrateOperation):
    """The definition of a function, as text."""

    def __init__(self, function: PGFunction, *, is_foundation: bool = False) -> None:
        self.function = function
        self.is_foundation = is_foundation

    @property
    def statement(self) -> str:
        """The statement, without the escapes that alembic-utils puts in for SQLAlchemy."""
        definition = self.function.definition.replace("\\:", ":")
        return f"create function {self.function.schema}.{self.function.signature} {definition}"

    @property
    def identity(self) -> str:
        """The function as DROP expects it: schema, name and parameters without defaults."""
        return f"{self.function.schema}.{_types(self.function.signature)}"

    @property
    def is_trigger(self) -> bool:
        """Whether tables depend on it, rather than the other way round."""
        return self.function.definition.startswith("returns trigger")

    def reverse(self) -> MigrateOperation:
        """Drop it."""
        return Call("execute", f"drop function {self.identity}")


def _types(signature: str) -> str:
    """A signature as DROP expects it: without defaults."""
    return re.sub(r" default [^,)]+", "", signature)


def _written(value: object) -> str:
    if not isinstance(value, str):
        return repr(value)
    if "\n" not in value:
        return f'"{value}"' if not re.search(r'["\\]', value) else repr(value)
    assert '"""' not in value, "A text that ends a text."
    return f'{"r" if chr(92) in value else ""}"""\n{textwrap.indent(value, "    ")}\n"""'


@renderers.dispatch_for(Call)
def _render_call(context: AutogenContext, op: Call) -> str:
    imported = op.module if op.module != "security" else None
    if imported:
        context.imports.add(f"from models.migrations import {imported}")
    else:
        context.imports.add(f"from models.migrations.security import {op.function}")
    name = f"{imported}.{op.function}" if imported else op.function
    return f"{name}({', '.join(['op', *op.arguments])})"


@renderers.dispatch_for(Define)
def _render_definition(context: AutogenContext, op: Define) -> Any:
    return _render_call(context, Call("execute", op.statement))
