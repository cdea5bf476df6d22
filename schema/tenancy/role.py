"""Roles, role grants, and the permissions that a person holds."""

from datetime import date
from typing import Annotated
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Text, Uuid, any_, case, cast, func, literal, literal_column, null
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB, array

import models
from models.base.permissions import permissions
from models.base.policies import permission_setting
from schema.base.ids import Ref
from schema.base.scalars import LOCALES
from schema.compiler import context
from schema.compiler.bindings import ORDINALITY, Row
from schema.compiler.declare import column, connection, expression, extends, many, one, read_type
from schema.people.person import Person
from schema.reading.queries import Query
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association
from services.core.permissions import ROLES, held_by

_MOST_ROLES = 100
_PURPOSES = orjson.dumps({role.value: duties.purpose for role, duties in ROLES.items()}).decode()


def _texts(*texts: str) -> Row:
    """Render an array of constant names, which need no escaping."""
    return literal_column(f"'{{{','.join(texts)}}}'::text[]", ARRAY(Text))


def _listed(texts: Row) -> Row:
    """Return a row for each text, in the column `value`."""
    return func.jsonb_array_elements_text(func.to_jsonb(texts)).table_valued(
        sql_column("value", Text), with_ordinality=ORDINALITY
    )


def _purpose(row: Row) -> Row:
    texts = cast(literal(_PURPOSES, Text), JSONB).op("->")(row.value)
    return func.coalesce(*(texts.op("->>", return_type=Text())(context.locale(i)) for i in range(len(LOCALES))))


def _permissions(row: Row) -> Row:
    return case(*((row.value == role.value, _texts(*sorted(held_by(role)))) for role in models.Role))


@read_type()
class RoleDescription:
    """A role: its purpose, and its permissions in the association where it is granted. PUBLIC."""

    role: models.Role = column("The role.", name="value")
    permissions: list[str] = expression("Names of its permissions.", _permissions)
    description: str = expression("Purpose of the role, in the request's language.", _purpose)


@read_type(models.RoleGrant)
class RoleGrant(Node):
    """A role that a person holds in an association for a period. STAFF who manage roles there, and the person."""

    role: models.Role = column("The role.", where=True, order=True)
    cascades: bool = column("True if the role also counts in the associations affiliated with this one.", where=True)
    starts_on: date = column("First day.", where=True, order=True)
    ends_on: date | None = column("Last day; null if there is no end.", where=True)
    association: Association = one("Association in which the role is held.", via="association_id")
    person: Person | None = one("Person who holds the role; null if the reader may not see them.", via="person_id")


RoleGrantId = Annotated[UUID, Ref("RoleGrant", "The grant.")]


def _where_held(held: Row, association: Row) -> Row:
    name = literal("confed.", Text).op("||")(func.replace(held.value, ".", "_"))
    ids = func.nullif(func.current_setting(name, True), "")
    return association.id == any_(cast(ids, ARRAY(Uuid)))


@read_type()
class HeldPermission:
    """A permission that a person currently holds through their roles, and the associations where they hold it,
    affiliates reached by cascading roles included.

    Visible to the person alone, not to STAFF.
    """

    permission: str = column("Name of the permission, as in refusals.", name="value")
    associations: list[Association] = many(
        f"Associations where the person holds it; the first {_MOST_ROLES} by slug.",
        on=_where_held,
        order=("slug",),
        limit=_MOST_ROLES,
    )


def _held(person: Row) -> Row:
    """Return the names of the permissions that the reader holds anywhere; no rows for any other person."""
    names = (
        case(
            (
                (person.id == context.person())
                & (func.cardinality(literal_column(f"({permission_setting(permission)})", ARRAY(Uuid))) > 0),
                literal_column(f"'{permission}'", Text),
            )
        )
        for permission in sorted(permissions.values())
    )
    return _listed(func.array_remove(array(list(names)), null()))


@extends(Person)
class _PersonRoles:
    role_grants: list[RoleGrant] = many(
        "Their roles, past and future ones included. Visible to themselves and to STAFF who manage roles.",
        via="person_id",
        order=("starts_on",),
        limit=_MOST_ROLES,
    )
    permissions: list[HeldPermission] = many(
        "Their permissions, with associations; empty for everybody but themselves.",
        rows=_held,
        limit=len(permissions),
        weight=10,
    )


@extends(Association)
class _AssociationRoles:
    role_grants: Connection[RoleGrant] = connection(
        "Roles granted in it. Visible to STAFF who manage roles.", via="association_id", order=("role", "starts_on")
    )


@extends(Query)
class _Roles:
    roles: list[RoleDescription] = many(
        "All roles and their permissions.",
        rows=lambda _: _listed(_texts(*models.Role)),
    )
