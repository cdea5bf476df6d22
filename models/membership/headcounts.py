"""Headcounts: figures over memberships and positions, as of any day. Figures below five persons are null."""

from models.base.figures import RULE_OF_FIVE, SUPPRESSED, figure

heads = figure(
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
    internal=True,
)
"""Internal (the application can't call it): each member in good standing once, by their main position.

A person with several memberships or positions counts once; the main position is the full-time one, then the oldest.
"""

headcount = figure(
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
"""Number of members, in total and by working time; null association: the whole confederation. Null below five."""

headcount_by_class = figure(
    "headcount_by_class(of_association uuid, as_of date)",
    "table (position_class text, count int)",
    SUPPRESSED
    % """
  select position_class, count(*) from figures.heads(of_association, as_of) group by 1
""",
)
"""Members by class of their main position. Null below five."""

headcount_by_sector = figure(
    "headcount_by_sector(of_association uuid, as_of date)",
    "table (sector text, count int)",
    SUPPRESSED % "select sector, count(*) from figures.heads(of_association, as_of) group by 1",
)
"""Members by the sector of their main position, otherwise of their association. Null below five."""

headcount_by_association = figure(
    "headcount_by_association(of_association uuid, as_of date)",
    "table (association_id uuid, count int)",
    SUPPRESSED
    % """
  select m.association_id, count(distinct m.person_id) from public.membership m
  where (of_association is null or m.association_id in (select figures.scope(of_association, as_of)))
    and public.membership_status(m.joined_on, m.starts_on, m.ends_on, m.grace_until, m.cancelled_on,
      m.cancellation_reason, m.override_status, m.override_until, as_of) in ('NEW', 'CURRENT', 'GRACE')
  group by 1
""",
)
"""Members of each association in scope; a person in two associations counts in both. Null below five."""
