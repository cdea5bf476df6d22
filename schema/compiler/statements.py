"""Statements that set the actor and read, in one autocommitted round trip."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    case,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    true,
)

from models import Person, SiteKey
from schema.compiler import context
from schema.compiler.bind import KEY, Catalog
from schema.compiler.plan import FieldPlan, Selection
from schema.compiler.sql import Statement, Writer
from services.core.actor import Acting


def statement(catalog: Catalog, roots: Sequence[FieldPlan], *, acting: Acting, with_types: bool = False) -> Statement:
    """Return a statement that sets the actor and returns all roots as one JSON object.

    Null instead of an object means that the rights of the person or the key have changed since they were loaded.
    `with_types`: adds the concrete types of interfaces, which graphql-core needs.
    """
    writer = Writer(catalog, with_types=with_types)
    answer = writer.object(roots)
    return writer.finish(_as_anybody(answer) if acting is Acting.ANYBODY else _as_somebody(answer, acting))


def reading(catalog: Catalog, selection: Selection, *, with_types: bool) -> Statement:
    """Return a statement that reads one row by its key (the parameter `$key`), inside a transaction
    whose actor is set.
    """
    writer = Writer(catalog, with_types=with_types)
    found = _by_key(writer, selection)
    # As bytes: connections for operations would decode JSON, and text as well.
    return writer.finish(select(func.convert_to(cast(found, Text), "UTF8")))


def reading_as_person(catalog: Catalog, selection: Selection, *, with_types: bool) -> Statement:
    """Return the same as an autocommitted statement; it also returns null if the person's rights have changed."""
    writer = Writer(catalog, with_types=with_types)
    # JSON's null if the person may not see the row; SQL's null means that their rights have changed.
    found = func.coalesce(_by_key(writer, selection), literal_column("'null'::json", JSON()))
    return writer.finish(_as_somebody(found, Acting.PERSON))


def _by_key(writer: Writer, selection: Selection) -> Any:
    row = writer.rows(selection.type_name)
    where = [*writer.of_tenant(row), row.c[KEY] == context.parameter("$key", Uuid())]
    return writer.json(writer.select(selection, row, where)).scalar_subquery()


def is_current(catalog: Catalog, acting: Acting, *, inside: bool) -> Statement:
    """Return a statement that is true if the rights of the person or the key are still those that were loaded.

    Otherwise it is false or null. `inside`: for a transaction whose actor is set.
    """
    writer = Writer(catalog, with_types=False)
    return writer.finish(select(_is_current(acting)) if inside else _as_somebody(true(), acting))


def _as_anybody(answer: Any) -> Select[Any]:
    # CASE evaluates its condition first, as PostgreSQL documents: the policies in the branch read the settings it made.
    is_set = func.set_config("confed.tenant", context.parameter("$tenant", Text()), true()).is_not(None)
    return select(case((is_set, answer)))


def _as_somebody(answer: Any, acting: Acting) -> Select[Any]:
    names, values = (context.parameter(name, ARRAY(Text())) for name in ("$names", "$values"))
    settings = (
        func.unnest(names, values)
        .table_valued(column("name", Text), column("value", Text), name="setting")
        .render_derived()
    )
    is_set = select(func.count(func.set_config(settings.c.name, settings.c.value, true()))).scalar_subquery() > 0
    # Nested, not AND: the version is read through the policies, which need the settings.
    return select(case((is_set, case((_is_current(acting), answer)))))


def _is_current(acting: Acting) -> ColumnElement[bool]:
    version = _version_of_key() if acting is Acting.SITE_KEY else _version_of_person()
    return version.scalar_subquery() == context.parameter("$version", Integer())


def _version_of_person() -> Select[Any]:
    person = Person.__table__  # type: ignore[attr-defined]
    mine = person.c.confederation_id == context.tenant(), person.c.id == context.person()
    return select(person.c.access_version).where(*mine)


def _version_of_key() -> Select[Any]:
    """Return the version of a key that is neither revoked nor expired."""
    key = SiteKey.__table__  # type: ignore[attr-defined]
    mine = key.c.confederation_id == context.tenant(), key.c.id == context.key()
    lives = key.c.revoked_at.is_(None), or_(key.c.expires_at.is_(None), key.c.expires_at > context.now())
    return select(key.c.access_version).where(*mine, *lives)
