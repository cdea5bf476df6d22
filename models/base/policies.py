"""Row policies: who may read and write which rows. Declared beside each model; migrations bring them to PostgreSQL.

A policy compares columns of its own row with the actor's settings and nothing else: no joins, no look-ups. One
permissive policy per table, command and role; the tenant is a condition of every one of them. Settings are
transaction-local; `nullif`, because such a setting reverts to the empty string and not to null; the sub-select makes
PostgreSQL evaluate it once a statement. Without settings there are no rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from alembic_utils.pg_policy import PGPolicy
from sqlmodel import SQLModel

from models.base import elevation
from models.base.permissions import Permission

APP = "confed_app"
"""The role that the application acts as: not the owner, NOBYPASSRLS."""
FIGURES = "confed_figures"
"""The role that owns the figure functions: it reads the tables it counts, in the tenant of the setting."""


def setting(name: str, cast: str) -> str:
    """The actor's setting as SQL, null if it isn't set."""
    return f"(select nullif(current_setting('confed.{name}', true), '')::{cast})"


def id_set(name: str) -> str:
    """A setting that holds a set of identifiers. The outer cast only makes it an array to `any`, not a query."""
    return f"{setting(name, 'uuid[]')}::uuid[]"


ELEVATED = f"{setting(elevation.SETTING.removeprefix('confed.'), 'text')} is not null"


@dataclass(frozen=True)
class Condition:
    """An access condition, as SQL over the row's own columns. `|`: either; `&`: both; `~`: not."""

    sql: str
    permissions: frozenset[Permission] = frozenset()

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(f"{self.sql} or {other.sql}", self.permissions | other.permissions)

    def __invert__(self) -> "Condition":
        return Condition(f"not ({self.sql})", self.permissions)

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(f"({self.sql}) and ({other.sql})", self.permissions | other.permissions)


everyone = Condition("true")
nobody = Condition("false")


def _name(column: Any) -> str:
    return str(column.key)


def when(column: Any) -> Condition:
    """Rows whose boolean column is true, for everybody in the tenant."""
    return Condition(_name(column))


def is_any(column: Any, *values: str) -> Condition:
    """Rows whose column has one of these values, for everybody in the tenant."""
    listed = ", ".join(f"'{value}'" for value in values)
    return Condition(f"{_name(column)} in ({listed})")


def own(column: Any) -> Condition:
    """The actor's own rows."""
    return Condition(f"{_name(column)} = {setting('person', 'uuid')}")


def member_of(column: Any) -> Condition:
    """Rows of an association that the actor is a member of, directly or through one affiliated with it."""
    return Condition(f"{_name(column)} = any({id_set('memberships')})")


def member_of_any(column: Any) -> Condition:
    """Rows that belong to any association that the actor is a member of, as in `member_of`."""
    return Condition(f"{_name(column)} && {id_set('memberships')}")


def holds(permission: Permission, column: Any) -> Condition:
    """Rows of an association where the actor holds the permission, cascades unfolded."""
    return Condition(f"{_name(column)} = any({permission_setting(permission)})", frozenset({permission}))


def overlaps(permission: Permission, column: Any) -> Condition:
    """Rows that belong to any association where the actor holds the permission."""
    return Condition(f"{_name(column)} && {permission_setting(permission)}", frozenset({permission}))


def permission_setting(permission: Permission) -> str:
    """The associations where the actor holds the permission, as SQL."""
    return id_set(permission.setting)


@dataclass(frozen=True)
class RowPolicy:
    """The row policy of a table. `write` covers insert, update and delete, unless the table is append-only.

    `against_owner`: of an append-only table; a trigger refuses changes to the owner of the tables as well.
    `participants`: tier PARTICIPANTS, rows that no administrator and no elevation is admitted to.
    """

    table: str
    read: Condition
    write: Condition
    append_only: bool = False
    against_owner: bool = False
    counted: bool = False
    participants: bool = False

    @property
    def parts(self) -> list[str]:
        """The names of its optional parts that are set."""
        return [part for part in ("append_only", "against_owner", "counted", "participants") if getattr(self, part)]

    @property
    def tenant(self) -> str:
        """The condition that no elevation lifts: the row is the tenant's, or the tenant itself."""
        column = "id" if self.table == "confederation" else "confederation_id"
        return f"{column} = {setting('tenant', 'uuid')}"

    @property
    def is_public(self) -> bool:
        """Whether everybody in the tenant may read every row, so that a reference to one is never null."""
        return self.read == everyone

    def rendered(self) -> Sequence[PGPolicy]:
        """The policies as entities that alembic compares with the database."""
        read, write = (self._admits(condition) for condition in (self.read, self.write))
        commands = {"select": f"using ({read})", "insert": f"with check ({write})"}
        if not self.append_only:
            commands |= {"update": f"using ({write}) with check ({write})", "delete": f"using ({write})"}
        policies = [self._policy(f"{self.table}_{command}", command, APP, rule) for command, rule in commands.items()]
        if self.counted:
            # The directory of tenants is read before the tenant is known, by one function that finds a key by its slug.
            rule = "true" if self.table == "confederation" else self.tenant
            policies.append(self._policy(f"{self.table}_count", "select", FIGURES, f"using ({rule})"))
        return policies

    def _admits(self, condition: Condition) -> str:
        if condition == everyone:
            return self.tenant
        if self.participants:
            return f"{self.tenant} and ({condition.sql})"
        return f"{self.tenant} and ({condition.sql} or {ELEVATED})"

    def _policy(self, name: str, command: str, role: str, rule: str) -> PGPolicy:
        return PGPolicy(
            schema="public",
            signature=name,
            on_entity=f"public.{self.table}",
            definition=f"as permissive for {command} to {role} {rule}",
        )


@dataclass
class Policies:
    """Every declared policy, by table."""

    by_table: dict[str, RowPolicy] = field(default_factory=dict)

    def of(self, model: Any) -> RowPolicy:
        """The policy of a model. KeyError: the model has none, which a test refuses."""
        return self.by_table[model.__tablename__]

    @property
    def permissions(self) -> frozenset[Permission]:
        """Every permission used by a policy: each becomes a setting of the actor."""
        return frozenset().union(*(p.read.permissions | p.write.permissions for p in self.by_table.values()))


policies = Policies()


def policy(
    model: type[SQLModel],
    *,
    read: Condition,
    write: Condition,
    append_only: bool = False,
    against_owner: bool = False,
    counted: bool = False,
    participants: bool = False,
) -> None:
    """Declare who may read and write a model's rows.

    `counted`: figure functions read it too. Others: see `RowPolicy`.
    """
    table = str(model.__tablename__)
    policies.by_table[table] = RowPolicy(table, read, write, append_only, against_owner, counted, participants)
