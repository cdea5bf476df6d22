"""Fair scheduling of jobs: urgent jobs first, then confederations in turn, within limits per kind and tenant.

pgqueuer takes jobs in order of arrival: one confederation's webhooks, whose receivers take nine seconds to answer,
would delay everybody's mail. Here a worker has

* a **lane** of its own for what is urgent (a message that signs somebody in): nothing else takes its places;
* of each kind of job at most `at_once`, so that a slow kind leaves places to the others;
* of each kind and confederation at most its `share`, so that one leaves places to the others;
* and of what waits the first job of each confederation before the second of any.

Limits apply per worker, to the jobs that it has started: workers never wait for each other, and more workers do more.
The statement reads waiting jobs by an index on kind and confederation: its cost grows with the number of waiting
confederations, not of jobs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job as Taken

from services.core.jobs.jobs import NAMES, Job, queries

JOB_SLOTS = 16
"""Maximum number of jobs that a worker has started.

It does half as many at once, so the others are ready when a connection is free.
"""
URGENT_JOB_SLOTS = 8
"""The same for urgent jobs, in addition."""
SLOTS_PER_KIND = 14
"""Slots for jobs of one kind, unless the kind sets its own limit."""
SLOTS_PER_KIND_AND_TENANT = 12
"""Slots for jobs of one kind and confederation, unless the kind sets its own limit."""


@dataclass
class FairQueries(Queries):
    """pgqueuer's queries, with another statement for taking jobs."""

    kinds: Mapping[str, Job] = field(default_factory=dict)

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: Mapping[Any, Any],
        queue_manager_id: UUID,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Taken]:
        """Take up what there are places for."""
        jobs = [self.kinds[name] for name in entrypoints]
        rows = await self.driver.fetch(
            _TAKE,
            [job.name for job in jobs],
            [job.at_once or SLOTS_PER_KIND for job in jobs],
            [job.share or SLOTS_PER_KIND_AND_TENANT for job in jobs],
            [job.urgent for job in jobs],
            queue_manager_id,
            heartbeat_timeout,
            JOB_SLOTS,
            URGENT_JOB_SLOTS,
        )
        return [Taken.model_validate(row) for row in rows]


def fair_queries(driver: AsyncpgDriver, kinds: Mapping[str, Job]) -> FairQueries:
    """pgqueuer's queries, for our schema and these kinds of job."""
    plain = queries(driver)
    return FairQueries(driver, plain.qbe, plain.qbq, plain.qbs, kinds=kinds)


_QUEUE, _LOG = NAMES.qualified.queue_table, NAMES.qualified.queue_table_log
TENANT = "coalesce(headers->>'tenant', '')"
"""The confederation of a job, as written in the index."""

_TAKE = f"""
with recursive kind as (
  select * from unnest($1::text[], $2::int[], $3::int[], $4::bool[]) kind(entrypoint, at_once, share, urgent)
),
mine as (  -- what this worker has taken up
  select entrypoint, {TENANT} as tenant from {_QUEUE} where queue_manager_id = $5 and status = 'picked'
),
waiting(entrypoint, tenant) as (  -- kinds and confederations that wait, each found by one step in the index
    (select entrypoint, {TENANT} from {_QUEUE} where status = 'queued' order by 1, 2 limit 1)
  union all
    select following.* from waiting cross join lateral (
      select entrypoint, {TENANT} as tenant from {_QUEUE}
      where status = 'queued' and (entrypoint, {TENANT}) > (waiting.entrypoint, waiting.tenant)
      order by 1, 2 limit 1
    ) following
),
turn as (
  select due.*, kind.entrypoint, kind.at_once, kind.urgent from waiting
  join kind on kind.entrypoint = waiting.entrypoint
  cross join lateral (
    select count(*) as taken from mine
    where mine.entrypoint = waiting.entrypoint and mine.tenant = waiting.tenant
  ) had
  cross join lateral (
    select id, priority, had.taken + row_number() over (order by priority desc, id) as turn from (
      select id, priority from {_QUEUE} job
      where job.entrypoint = waiting.entrypoint and {TENANT} = waiting.tenant
        and job.status = 'queued' and job.execute_after < now()
      order by priority desc, id
      limit greatest(kind.share - had.taken, 0)
      for update skip locked
    ) first
  ) due
),
of_a_kind as (
  select *, row_number() over (partition by entrypoint order by turn, id)
    + (select count(*) from mine where mine.entrypoint = turn.entrypoint) as place_of_kind
  from turn
),
in_a_lane as (
  select *, row_number() over (partition by urgent order by turn, id) + (
      select count(*) from mine join kind on kind.entrypoint = mine.entrypoint where kind.urgent = of_a_kind.urgent
    ) as place
  from of_a_kind where place_of_kind <= at_once
),
lost as (  -- taken up by a worker that has been silent for too long
  select id from {_QUEUE} job
  where status = 'picked' and entrypoint = any($1) and heartbeat < now() - $6::interval and execute_after < now()
  order by id limit $7 for update skip locked
),
taken as (
  update {_QUEUE} set status = 'picked', updated = now(), heartbeat = now(), queue_manager_id = $5
  where id in (
    select id from in_a_lane where place <= case when urgent then $8::int else $7::int end
    union all select id from lost
  )
  returning *
),
logged as (
  insert into {_LOG} (job_id, status, entrypoint, priority) select id, status, entrypoint, priority from taken
)
select taken.* from taken join kind on kind.entrypoint = taken.entrypoint
left join in_a_lane on in_a_lane.id = taken.id
order by kind.urgent desc, in_a_lane.place nulls first, taken.id
"""  # noqa: S608 - names of ours
