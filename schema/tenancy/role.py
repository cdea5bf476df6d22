"""Roles: what each may do, who has which, and what somebody may do where."""

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

_MOST = 100
_PURPOSES = orjson.dumps({role.value: duties.purpose for role, duties in ROLES.items()}).decode()


def _texts(*texts: str) -> Row:
    """An array of names of our own making, which have nothing to escape."""
    return literal_column(f"'{{{','.join(texts)}}}'::text[]", ARRAY(Text))


def _listed(texts: Row) -> Row:
    """A row for each text, in the column `value`."""
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
    """A role as everywhere: what it is for, and what it may do in the association it is granted in. PUBLIC."""

    role: models.Role = column("The role.", name="value")
    permissions: list[str] = expression("What it may do, by name.", _permissions)
    description: str = expression("What it is for, in the request's language.", _purpose)


@read_type(models.RoleGrant)
class RoleGrant(Node):
    """A role that a person has in an association, from a day on. STAFF who manage roles there, and the person."""

    role: models.Role = column("The role.", where=True, order=True)
    cascades: bool = column("Whether it counts in what is affiliated with the association as well.", where=True)
    starts_on: date = column("Its first day.", where=True, order=True)
    ends_on: date | None = column("Its last day; null without end.", where=True)
    association: Association = one("Where.", via="association_id")
    person: Person | None = one("Who has it, for those who may see them.", via="person_id")


RoleGrantId = Annotated[UUID, Ref("RoleGrant", "The grant.")]


def _where_held(held: Row, association: Row) -> Row:
    name = literal("confed.", Text).op("||")(func.replace(held.value, ".", "_"))
    ids = func.nullif(func.current_setting(name, True), "")
    return association.id == any_(cast(ids, ARRAY(Uuid)))


@read_type()
class HeldPermission:
    """Something that a person may do, and where, as of now: by their roles, cascades unfolded.

    The person's alone, not STAFF's.
    """

    permission: str = column("What, by the name that refusals tell.", name="value")
    associations: list[Association] = many(
        f"Where; the first {_MOST} by their slugs.", on=_where_held, order=("slug",), limit=_MOST
    )


def _held(person: Row) -> Row:
    """The names of what the person who asks holds anywhere; nothing for anybody else than themselves."""
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
        "Their roles, past and to come, for themselves and for who manages roles.",
        via="person_id",
        order=("starts_on",),
        limit=_MOST,
    )
    permissions: list[HeldPermission] = many(
        "What they may do, and where; empty for anybody but themselves.", rows=_held, limit=len(permissions), weight=10
    )


@extends(Association)
class _AssociationRoles:
    role_grants: Connection[RoleGrant] = connection(
        "Who has which role in it, for those who manage roles.", via="association_id", order=("role", "starts_on")
    )


@extends(Query)
class _Roles:
    roles: list[RoleDescription] = many(
        "Every role, and what it may do.",
        rows=lambda _: _listed(_texts(*models.Role)),
    )
