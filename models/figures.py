"""Figure functions: numbers over rows that whoever asks may not see. Here is each of them, with what it reveals.

They are SECURITY DEFINER, owned by `confed_figures` (NOBYPASSRLS), whose select policies admit the tenant of the
setting and nothing else: another tenant's rows don't exist for them. `search_path` is empty, so nobody can slip a table
under a name. Persons counted below five are suppressed (null), and so is the next smallest cell where those suppressed
are fewer than five together, because the total less the others would tell.
"""

from alembic_utils.pg_function import PGFunction

RULE_OF_FIVE = 5
"""Figures about fewer persons than this are not told."""


def _figure(
    signature: str, returns: str, body: str, *, kind: str = "stable security definer set search_path = ''"
) -> PGFunction:
    return PGFunction(
        schema="figures",
        signature=signature,
        definition=f"returns {returns} language sql {kind} as $figure$\n  {body.strip()}\n$figure$",
    )


membership_status = PGFunction(
    schema="public",
    signature=(
        "membership_status(joined_on date, starts_on date, ends_on date, grace_until date, cancelled_on date, "
        "cancellation_reason text, override_status text, override_until date, as_of date)"
    ),
    # The ordered rules, the first that fits. Inlined by the planner: no SECURITY DEFINER, no SET, no table.
    definition="""returns text language sql immutable parallel safe as $figure$
  select case
    when override_status is not null and as_of <= override_until then override_status
    when cancelled_on <= as_of and cancellation_reason = 'DECEASED' then 'DECEASED'
    when cancelled_on <= as_of then 'CANCELLED'
    when as_of < starts_on then 'PENDING'
    when as_of > coalesce(grace_until, ends_on) then 'EXPIRED'
    when as_of > ends_on then 'GRACE'
    when as_of < joined_on + 90 then 'NEW'
    else 'CURRENT'
  end
$figure$""",
)
"""A membership's standing on a day. Reads nothing: it derives from the row it is given."""

tenant = _figure(
    "tenant(of_slug text)",
    "table (id uuid, locales text[], time_zone text)",
    "select c.id, c.locales::text[], c.time_zone::text from public.confederation c where c.slug = of_slug",
)
"""The key of a confederation by its slug: what the URL says anyway. The only function that reads beyond one tenant."""

scope = _figure(
    "scope(of_association uuid, as_of date)",
    "setof uuid",
    """
  with recursive below(id) as (
    select of_association
    union
    select a.association_id from below b join public.affiliation a
      on a.umbrella_id = b.id and a.state in ('ACTIVE', 'ENDED')
      and a.starts_on <= as_of and (a.ends_on is null or a.ends_on >= as_of)
  ) select id from below
""",
)
"""An association and those affiliated with it, directly or not, as of a day: public. `union` ends on any graph."""

heads = _figure(
    "heads(of_association uuid, as_of date)",
    "table (person_id uuid, position_class text, working_time text, sector text)",
    """
  select distinct on (m.person_id) m.person_id, p.position_class::text, p.working_time::text,
    coalesce(p.sector, a.sector)::text
  from public.membership m
  join public.association a on (a.confederation_id, a.id) = (m.confederation_id, m.association_id)
  left join public.position p on (p.confederation_id, p.person_id) = (m.confederation_id, m.person_id)
    and p.starts_on <= as_of and (p.ends_on is null or p.ends_on >= as_of)
  where (of_association is null or m.association_id in (select figures.scope(of_association, as_of)))
    and public.membership_status(m.joined_on, m.starts_on, m.ends_on, m.grace_until, m.cancelled_on,
      m.cancellation_reason, m.override_status, m.override_until, as_of) in ('NEW', 'CURRENT', 'GRACE')
  order by m.person_id, p.working_time, p.starts_on, p.id, m.joined_on, m.id
""",
)
"""Internal (the application can't call it): each member in good standing once, by their main position.

A person with several memberships or positions counts once; the main position is the full-time one, then the oldest.
"""

# `counted` has a row for whoever is in no cell (null), which is never told: the total less the others would tell it.
_SUPPRESSED = f"""
  select cell, case when n < {RULE_OF_FIVE} or (hidden < {RULE_OF_FIVE} and next_smallest) then null else n end::int
  from (
    select cell, n, sum(n) filter (where is_small) over () as hidden,
      not is_small and row_number() over (order by is_small, n, cell) = 1 as next_smallest
    from (select cell, n, n < {RULE_OF_FIVE} or cell is null as is_small from (%s) counted(cell, n)) sized
  ) judged where cell is not null order by 2 desc nulls last, cell
"""

headcount = _figure(
    "headcount(of_association uuid, as_of date)",
    "table (association_id uuid, day date, total int, part_time int, full_time int)",
    f"""
  select of_association, as_of,
    case when n >= {RULE_OF_FIVE} then n end::int,
    case when told then part end::int,
    case when told then whole end::int
  from (
    select n, part, whole, n >= {RULE_OF_FIVE}
      and (part = 0 or part >= {RULE_OF_FIVE}) and (whole = 0 or whole >= {RULE_OF_FIVE})
      and (n = part + whole or n - part - whole >= {RULE_OF_FIVE}) as told
    from (
      select count(*) as n, count(*) filter (where working_time = 'PART_TIME') as part,
        count(*) filter (where working_time = 'FULL_TIME') as whole
      from figures.heads(of_association, as_of)
    ) counted
  ) judged
""",
)
"""How many members, and by working time; null for a whole confederation. Nothing below five."""

headcount_by_class = _figure(
    "headcount_by_class(of_association uuid, as_of date)",
    "table (position_class text, count int)",
    _SUPPRESSED
    % """
  select position_class, count(*) from figures.heads(of_association, as_of) group by 1
""",
)
"""Members by class of their main position. Nothing below five."""

headcount_by_sector = _figure(
    "headcount_by_sector(of_association uuid, as_of date)",
    "table (sector text, count int)",
    _SUPPRESSED % "select sector, count(*) from figures.heads(of_association, as_of) group by 1",
)
"""Members by the sector of their main position, else of their association. Nothing below five."""

headcount_by_association = _figure(
    "headcount_by_association(of_association uuid, as_of date)",
    "table (association_id uuid, count int)",
    _SUPPRESSED
    % """
  select m.association_id, count(distinct m.person_id) from public.membership m
  where (of_association is null or m.association_id in (select figures.scope(of_association, as_of)))
    and public.membership_status(m.joined_on, m.starts_on, m.ends_on, m.grace_until, m.cancelled_on,
      m.cancellation_reason, m.override_status, m.override_until, as_of) in ('NEW', 'CURRENT', 'GRACE')
  group by 1
""",
)
"""Members of each association in scope; somebody in two counts in both. Nothing below five."""

attendance = _figure(
    "attendance(of_event uuid)",
    "table (registered int, attended int, absent int)",
    f"""
  select case when r >= {RULE_OF_FIVE} then r end::int, case when told then a end::int,
    case when told and (n = 0 or n >= {RULE_OF_FIVE}) and (r = a + n or r - a - n >= {RULE_OF_FIVE}) then n end::int
  from (
    select r, a, n, r >= {RULE_OF_FIVE}
      and (a = 0 or a >= {RULE_OF_FIVE}) and (r = a or r - a >= {RULE_OF_FIVE}) as told
    from (
      select count(*) filter (where state in ('CONFIRMED', 'ATTENDED', 'NO_SHOW')) as r,
        count(*) filter (where state = 'ATTENDED') as a, count(*) filter (where state = 'NO_SHOW') as n
      from public.registration where event_id = of_event
    ) counted
  ) judged
""",
)
"""How many were registered for an event, came, and did not. Nothing below five, nor what is left of the registered."""

waiting = _figure(
    "waiting(of_pool uuid)",
    "int",
    "select count(*)::int from public.registration where pool_id = of_pool and state = 'WAITLISTED'",
)
"""How many wait for a seat of a pool: like `taken`, a figure about seats that is told as it is."""

place_in_queue = _figure(
    "place_in_queue(of_registration uuid)",
    "int",
    """
  select 1 + count(ahead.id)::int from public.registration mine
  left join public.registration ahead on ahead.confederation_id = mine.confederation_id and ahead.pool_id = mine.pool_id
    and ahead.state = 'WAITLISTED' and (ahead.priority, ahead.arrival) < (mine.priority, mine.arrival)
  where mine.id = of_registration and mine.state = 'WAITLISTED' group by mine.id
""",
)
"""How many are ahead in a queue, and oneself. Asked for registrations that the actor sees."""

INTERNAL = (heads,)
PUBLIC = (
    tenant,
    scope,
    headcount,
    headcount_by_class,
    headcount_by_sector,
    headcount_by_association,
    attendance,
    waiting,
    place_in_queue,
)
"""What the application's role may execute."""
