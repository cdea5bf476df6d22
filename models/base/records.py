"""Base classes of tenant tables: keys, references and column types.

The primary key and every foreign key carry `confederation_id`: a row can't point into another tenant even by a bug, and
tables can be distributed by tenant without a rewrite.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class TenantRow(SQLModel):
    """A row of one confederation. `id` is a UUIDv7 made by the application, so rows sort by age.

    Base of append-only tables, which have a timestamp of their own; all other tables use `TenantRecord`.
    """

    # Fetch database-computed values with each change: loading an attribute later would need an await.
    __mapper_args__ = {"eager_defaults": True}

    # Filled in by the session (`services.core.statements`): operations never set the tenant.
    confederation_id: UUID = Field(default=None, primary_key=True, foreign_key="confederation.id")
    id: UUID = Field(default_factory=uuid7, primary_key=True)

    concerned: ClassVar[str] = "person_id"
    """The column of the person whom a row concerns, if the table has one: that person may read its journal entries."""


def _stamp() -> Any:
    """A timestamp that the session fills in; the default is for other statements."""
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": text("now()")},
    )


class Dated(SQLModel):
    """A row with creation and update times, both filled in by the session with the work's time."""

    # Columns whose change doesn't count as a change of the record: counters, copies that services maintain, and times
    # that are coarse on purpose, which an exact `updated_at` would reveal.
    unnoted: ClassVar[frozenset[str]] = frozenset()

    created_at: datetime = _stamp()
    updated_at: datetime = _stamp()


class TenantRecord(Dated, TenantRow):
    """A row of one confederation with creation and update times."""


def concerned_by(row: SQLModel) -> UUID | None:
    """The person whom a row concerns; None if it concerns nobody."""
    person_id: UUID | None = getattr(row, getattr(row, "concerned", ""), None)
    return person_id


def belongs_to(table: str, column: str, *carried: str, **renamed: str) -> ForeignKeyConstraint:
    """A reference to a row of the same tenant.

    `carried` columns are copies that the child's row policy compares. The foreign key keeps them equal to the parent's,
    by ON UPDATE CASCADE: a policy needs no join, and a copy can't go stale. `renamed`: copies under another name here,
    `mentor_id="person_id"`.
    """
    copies = {name: name for name in carried} | renamed
    return ForeignKeyConstraint(
        ["confederation_id", column, *copies],
        [f"{table}.confederation_id", f"{table}.id", *(f"{table}.{name}" for name in copies.values())],
        onupdate="CASCADE" if copies else None,
    )


def carries(*columns: str) -> UniqueConstraint:
    """The unique key that children's `belongs_to(..., *columns)` refer to."""
    return UniqueConstraint("confederation_id", "id", *columns)


def unique(*columns: str, name: str | None = None) -> UniqueConstraint:
    """Unique within the tenant: a global constraint would tell one tenant about another's rows."""
    return UniqueConstraint("confederation_id", *columns, name=name)


def in_order(table: str, starts: str, ends: str) -> CheckConstraint:
    """A CHECK that a period doesn't end before it begins; null means no end."""
    return CheckConstraint(f"{ends} >= {starts}", name=f"{table}_{ends}_follows_{starts}")


def choice(
    enum: type[StrEnum], *, nullable: bool = False, default: Any = ..., server_default: str | None = None
) -> Any:
    """A VARCHAR with a CHECK: a native enum type could not be changed inside a transaction.

    `server_default`: the value for existing rows when the column is added.
    """
    kind = Enum(enum, native_enum=False, create_constraint=True, length=40, name=f"a_known_{_snake(enum.__name__)}")
    return Field(
        default=None if nullable and default is ... else default,
        sa_type=kind,
        nullable=nullable,
        sa_column_kwargs={"server_default": server_default},
    )


def localized(*, nullable: bool = False) -> Any:
    """Text by locale, `{"fr": …, "en": …}`: an object with at least one locale (`localized_check`)."""
    return Field(default=None if nullable else ..., sa_type=JSONB(none_as_null=True), nullable=nullable)


def localized_check(table: str, column: str) -> CheckConstraint:
    """A CHECK that localized text is an object that isn't empty: without any text there is nothing to fall back to."""
    return CheckConstraint(
        f"jsonb_typeof({column}) = 'object' and {column} <> '{{}}'::jsonb", name=f"{table}_{column}_by_locale"
    )


def moment(*, nullable: bool = False) -> Any:
    """An instant, stored and returned in UTC."""
    return Field(default=None if nullable else ..., sa_type=DateTime(timezone=True), nullable=nullable)


def many(item: Any, *, default: Any = ...) -> Any:
    """A PostgreSQL array."""
    return Field(default=default, sa_type=ARRAY(item), nullable=False)


def ids() -> Any:
    """An array of identifiers, empty by default."""
    return Field(
        default_factory=list,
        sa_type=ARRAY(PG_UUID(as_uuid=True)),
        nullable=False,
        sa_column_kwargs={"server_default": "{}"},
    )


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
