"""A plan's statement: who reads is set, and the answer worked out, in one autocommitted round trip."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Text, Uuid, case, cast, column, func, select, true

from models import Person
from schema.compiler import context
from schema.compiler.bind import KEY, Catalog
from schema.compiler.plan import FieldPlan, Selection
from schema.compiler.sql import Statement, Writer


def statement(catalog: Catalog, roots: Sequence[FieldPlan], *, as_person: bool, with_types: bool = False) -> Statement:
    """A statement that sets who reads and answers all the roots as one JSON object.

    Null instead of an object means that the person's rights have changed since they were worked out. `with_types`:
    for graphql-core, which has to know of which type the row of an interface is.
    """
    writer = Writer(catalog, with_types=with_types)
    answer = writer.object(roots)
    return writer.finish(_as_person(answer) if as_person else _as_anybody(answer))


def reading(catalog: Catalog, selection: Selection) -> Statement:
    """A statement that reads one row by its key (the parameter `$key`), inside a transaction whose actor is set."""
    writer = Writer(catalog, with_types=True)
    row = writer.rows(selection.type_name)
    where = [*writer.of_tenant(row), row.c[KEY] == context.parameter("$key", Uuid())]
    found = writer.json(writer.select(selection, row, where)).scalar_subquery()
    return writer.finish(select(cast(found, Text)))  # as text: the connections of operations decode JSON


def _as_anybody(answer: Any) -> Select[Any]:
    # CASE evaluates its condition first, as PostgreSQL documents: the policies below it read what it has set.
    is_set = func.set_config("confed.tenant", context.parameter("$tenant", Text()), true()).is_not(None)
    return select(case((is_set, answer)))


def _as_person(answer: Any) -> Select[Any]:
    names, values = (context.parameter(name, ARRAY(Text())) for name in ("$names", "$values"))
    settings = (
        func.unnest(names, values)
        .table_valued(column("name", Text), column("value", Text), name="setting")
        .render_derived()
    )
    is_set = select(func.count(func.set_config(settings.c.name, settings.c.value, true()))).scalar_subquery() > 0
    person = Person.__table__  # type: ignore[attr-defined]
    version = (
        select(person.c.access_version)
        .where(person.c.confederation_id == context.tenant(), person.c.id == context.person())
        .scalar_subquery()
    )
    is_current = version == context.parameter("$version", Integer())
    # Nested, not AND: the version is read through the policies that the settings open.
    return select(case((is_set, case((is_current, answer)))))
