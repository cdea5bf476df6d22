"""Alembic's environment: migrates the connection that it is given (`services.core.database.migrations`, the tests)."""

from alembic import context
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.replaceable_entity import register_entities
from sqlmodel import SQLModel

import models  # noqa: F401 - every table is declared
from models.base.figures import figures
from models.base.policies import policies

if context.config.attributes.get("compares_entities"):
    register_entities(
        [
            *figures.functions,
            *(entity for policy in policies.by_table.values() for entity in policy.rendered()),
        ],
        schemas=["public", "figures"],
        entity_types=[PGFunction, PGPolicy],
    )

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrations run through `python app.py migrate`, which knows the database and its roles.")

context.configure(connection=connection, target_metadata=SQLModel.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
