"""journal chain

The journal's chain, and what SQLAlchemy doesn't say of it: which transaction wrote an entry, and triggers that refuse
every change of what was written, to the owner of the tables too. They are `always`, so that replication's role is
refused as well; whoever disables them does so on purpose, and is found by the chain.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from models.migrations.security import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFUSING = """
create function public.refuse_change() returns trigger language plpgsql volatile as $routine$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end
$routine$
"""
APPEND_ONLY = ("journal_entry", "journal_link")
SEALED = """confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid)
  and (false or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)"""


def upgrade() -> None:
    # A rewrite of the table: entries that are there get the migration's own transaction, and are chained by their ids.
    op.execute("alter table journal_entry add column xid xid8 not null default pg_current_xact_id()")
    op.add_column("journal_entry", sa.Column("concerns_id", sa.Uuid(), nullable=True))
    op.create_index("journal_by_transaction", "journal_entry", ["confederation_id", "xid", "id"])
    op.create_index(
        "journal_by_person",
        "journal_entry",
        ["confederation_id", "concerns_id", "at"],
        postgresql_where=sa.text("concerns_id is not null"),
    )
    op.create_table(
        "journal_link",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("journal_link_of_sha256")),
        sa.CheckConstraint("seq > 0", name=op.f("journal_link_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "id"],
            ["journal_entry.confederation_id", "journal_entry.id"],
            name=op.f("fk_journal_link_confederation_id_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_journal_link_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_journal_link")),
        sa.UniqueConstraint("confederation_id", "seq", name="one_link_a_place"),
    )
    protect("journal_link", append_only=True)
    for command, clause in (("select", "using"), ("insert", "with check")):
        op.execute(
            f"create policy journal_link_{command} on public.journal_link "
            f"as permissive for {command} to confed_app {clause} ({SEALED})"
        )
    op.execute(REFUSING)
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger append_only before update or delete or truncate on {table} "
            "for each statement execute function public.refuse_change()"
        )
        op.execute(f"alter table {table} enable always trigger append_only")


def downgrade() -> None:
    op.execute("drop trigger append_only on journal_entry")
    op.drop_table("journal_link")
    op.execute("drop function public.refuse_change()")
    op.drop_index("journal_by_person", "journal_entry")
    op.drop_index("journal_by_transaction", "journal_entry")
    op.drop_column("journal_entry", "concerns_id")
    op.drop_column("journal_entry", "xid")
