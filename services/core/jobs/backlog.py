"""Backlog figures over all tenants: waiting jobs, journal entries to be chained, webhook deliveries."""

from dataclasses import dataclass
from typing import Any

import orjson

from models.base.elevation import elevated_read
from services.core.actor import all_tenants
from services.core.database.connections import Database, Reader
from services.core.jobs import jobs

NAMES = jobs.NAMES.qualified


@dataclass
class Backlog:
    """The number of waiting items, and for how many seconds the oldest has waited; 0 if none waits."""

    jobs_waiting: int = 0  # due, and not started
    jobs_later: int = 0
    jobs_at_work: int = 0
    jobs_failed: int = 0  # for good
    oldest_job: float = 0
    journal_waiting: int = 0
    journal_lag: float = 0
    webhooks_waiting: int = 0  # due
    webhooks_later: int = 0  # to be retried, or for a webhook that is paused
    oldest_webhook: float = 0


async def backlog(database: Database) -> Backlog:
    """The current figures, read by one statement and one per tenant."""

    async def look(connection: Reader) -> Backlog:
        row: Any = await connection.fetchrow(_JOBS)
        found = Backlog(**row)
        for tenant in await all_tenants(connection):
            row = orjson.loads(await connection.fetchval(_TENANT, str(tenant.id)))
            found.journal_waiting += row["journal_waiting"]
            found.journal_lag = max(found.journal_lag, row["journal_lag"])
            found.webhooks_waiting += row["webhooks_waiting"]
            found.webhooks_later += row["webhooks_later"]
            found.oldest_webhook = max(found.oldest_webhook, row["oldest_webhook"])
        return found

    return await database.readers.read(look)


_JOBS = f"""select count(*) filter (where status = 'queued' and execute_after <= now()) as jobs_waiting,
  count(*) filter (where status = 'queued' and execute_after > now()) as jobs_later,
  count(*) filter (where status = 'picked') as jobs_at_work, count(*) filter (where status = 'failed') as jobs_failed,
  coalesce(extract(epoch from now() - min(execute_after) filter (where status = 'queued' and execute_after <= now())),
    0)::float8 as oldest_job
from {NAMES.queue_table}"""  # noqa: S608 - a name of ours

# As in compiled reads: PostgreSQL evaluates the condition of a CASE, which sets the tenant, before what it leads to.
_TENANT = elevated_read(
    "how much waits is a figure about rows that nobody sees",
    """
select row_to_json(found) from (
  select journal.*, webhooks.* from (
    select count(*) as journal_waiting,
      coalesce(greatest(0, extract(epoch from now() - min(e.at))), 0)::float8 as journal_lag
    from journal_entry e where e.confederation_id = $1::text::uuid
      and e.xid >= coalesce((select case when h.xid < pg_snapshot_xmax(pg_current_snapshot()) then h.xid end
        from journal_link l join journal_entry h on h.confederation_id = l.confederation_id and h.id = l.id
        where l.confederation_id = $1::text::uuid order by l.seq desc limit 1), '0'::xid8)
      and not exists (select from journal_link l where l.confederation_id = e.confederation_id and l.id = e.id)
  ) journal, (
    select count(*) filter (where d.next_try_at <= now()) as webhooks_waiting,
      count(*) filter (where d.next_try_at > now()) as webhooks_later,
      coalesce(extract(epoch from now() - min(d.next_try_at) filter (where d.next_try_at <= now())), 0)::float8
        as oldest_webhook
    from webhook_delivery d where d.confederation_id = $1::text::uuid and d.state = 'PENDING'
  ) webhooks
) found
""",
)
