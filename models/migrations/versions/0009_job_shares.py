"""job shares

A worker finds what waits of each kind and confederation by one step in this index (services/core/jobs/taking.py).
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        """create index pgqueuer_waiting_by_tenant on jobs.pgqueuer
           (entrypoint, (coalesce(headers->>'tenant', '')), priority desc, id) where status = 'queued'"""
    )


def downgrade() -> None:
    op.execute("drop index jobs.pgqueuer_waiting_by_tenant")
