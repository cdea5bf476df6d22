"""Alembic's environment: migrates the connection it is given (by `services.core.database.migrations` or the tests)."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.replaceable_entity import register_entities, registry
from sqlalchemy.types import UserDefinedType
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import models  # noqa: F401 - every table is declared
from models.base.figures import figures
from models.base.policies import policies

registry.clear()  # type: ignore[no-untyped-call]
if context.config.attributes.get("compares_entities"):
    register_entities(
        [
            *figures.functions,
            *(entity for policy in policies.by_table.values() for entity in policy.rendered()),
        ],
        schemas=["public", "figures"],
        entity_types=[PGFunction, PGPolicy],
    )


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Render types for migrations: SQLAlchemy's, or by name; never the models' own types, which may change."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, UserDefinedType):
        autogen_context.imports.add("from models.migrations.security import Plain")
        return f'Plain("{item.get_col_spec()}")'
    return False


connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrations run through `python app.py migrate`, which knows the database and its roles.")

context.configure(
    connection=connection, target_metadata=SQLModel.metadata, transactional_ddl=True, render_item=render_item
)
with context.begin_transaction():
    context.run_migrations()
