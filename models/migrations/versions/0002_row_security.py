"""Row security: the roles, the figure functions, and the policies of every table."""

from alembic import op

from models.migrations.security import create_roles, protect, publish_figures

revision = "0002"
down_revision = "0001"

FUNCTIONS = (
    """CREATE FUNCTION "public"."membership_status"(joined_on date, starts_on date, ends_on date, grace_until date, cancelled_on date, cancellation_reason text, override_status text, override_until date, as_of date) returns text language sql immutable parallel safe as $figure$
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
    """CREATE FUNCTION "figures"."tenant"(of_slug text) returns table (id uuid, locales text[], time_zone text) language sql stable security definer set search_path = '' as $figure$
  select c.id, c.locales::text[], c.time_zone::text from public.confederation c where c.slug = of_slug
$figure$""",
    """CREATE FUNCTION "figures"."scope"(of_association uuid, as_of date) returns setof uuid language sql stable security definer set search_path = '' as $figure$
  with recursive below(id) as (
    select of_association
    union
    select a.association_id from below b join public.affiliation a
      on a.umbrella_id = b.id and a.state in ('ACTIVE', 'ENDED')
      and a.starts_on <= as_of and (a.ends_on is null or a.ends_on >= as_of)
  ) select id from below
$figure$""",
    """CREATE FUNCTION "figures"."heads"(of_association uuid, as_of date) returns table (person_id uuid, position_class text, working_time text, sector text) language sql stable security definer set search_path = '' as $figure$
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
$figure$""",
    """CREATE FUNCTION "figures"."headcount"(of_association uuid, as_of date) returns table (association_id uuid, day date, total int, part_time int, full_time int) language sql stable security definer set search_path = '' as $figure$
  select of_association, as_of,
    case when n >= 5 then n end::int,
    case when told then part end::int,
    case when told then whole end::int
  from (
    select n, part, whole, n >= 5
      and (part = 0 or part >= 5) and (whole = 0 or whole >= 5)
      and (n = part + whole or n - part - whole >= 5) as told
    from (
      select count(*) as n, count(*) filter (where working_time = 'PART_TIME') as part,
        count(*) filter (where working_time = 'FULL_TIME') as whole
      from figures.heads(of_association, as_of)
    ) counted
  ) judged
$figure$""",
    """CREATE FUNCTION "figures"."headcount_by_class"(of_association uuid, as_of date) returns table (position_class text, count int) language sql stable security definer set search_path = '' as $figure$
  select cell, case when n < 5 or (hidden < 5 and next_smallest) then null else n end::int
  from (
    select cell, n, sum(n) filter (where is_small) over () as hidden,
      not is_small and row_number() over (order by is_small, n, cell) = 1 as next_smallest
    from (select cell, n, n < 5 or cell is null as is_small from (
  select position_class, count(*) from figures.heads(of_association, as_of) group by 1
) counted(cell, n)) sized
  ) judged where cell is not null order by 2 desc nulls last, cell
$figure$""",
    """CREATE FUNCTION "figures"."headcount_by_sector"(of_association uuid, as_of date) returns table (sector text, count int) language sql stable security definer set search_path = '' as $figure$
  select cell, case when n < 5 or (hidden < 5 and next_smallest) then null else n end::int
  from (
    select cell, n, sum(n) filter (where is_small) over () as hidden,
      not is_small and row_number() over (order by is_small, n, cell) = 1 as next_smallest
    from (select cell, n, n < 5 or cell is null as is_small from (select sector, count(*) from figures.heads(of_association, as_of) group by 1) counted(cell, n)) sized
  ) judged where cell is not null order by 2 desc nulls last, cell
$figure$""",
    """CREATE FUNCTION "figures"."headcount_by_association"(of_association uuid, as_of date) returns table (association_id uuid, count int) language sql stable security definer set search_path = '' as $figure$
  select cell, case when n < 5 or (hidden < 5 and next_smallest) then null else n end::int
  from (
    select cell, n, sum(n) filter (where is_small) over () as hidden,
      not is_small and row_number() over (order by is_small, n, cell) = 1 as next_smallest
    from (select cell, n, n < 5 or cell is null as is_small from (
  select m.association_id, count(distinct m.person_id) from public.membership m
  where (of_association is null or m.association_id in (select figures.scope(of_association, as_of)))
    and public.membership_status(m.joined_on, m.starts_on, m.ends_on, m.grace_until, m.cancelled_on,
      m.cancellation_reason, m.override_status, m.override_until, as_of) in ('NEW', 'CURRENT', 'GRACE')
  group by 1
) counted(cell, n)) sized
  ) judged where cell is not null order by 2 desc nulls last, cell
$figure$""",
    """CREATE FUNCTION "figures"."attendance"(of_event uuid) returns table (registered int, attended int, absent int) language sql stable security definer set search_path = '' as $figure$
  select case when r >= 5 then r end::int, case when told then a end::int,
    case when told and (n = 0 or n >= 5) and (r = a + n or r - a - n >= 5) then n end::int
  from (
    select r, a, n, r >= 5
      and (a = 0 or a >= 5) and (r = a or r - a >= 5) as told
    from (
      select count(*) filter (where state in ('CONFIRMED', 'ATTENDED', 'NO_SHOW')) as r,
        count(*) filter (where state = 'ATTENDED') as a, count(*) filter (where state = 'NO_SHOW') as n
      from public.registration where event_id = of_event
    ) counted
  ) judged
$figure$""",
    """CREATE FUNCTION "figures"."waiting"(of_pool uuid) returns int language sql stable security definer set search_path = '' as $figure$
  select count(*)::int from public.registration where pool_id = of_pool and state = 'WAITLISTED'
$figure$""",
    """CREATE FUNCTION "figures"."place_in_queue"(of_registration uuid) returns int language sql stable security definer set search_path = '' as $figure$
  select 1 + count(ahead.id)::int from public.registration mine
  left join public.registration ahead on ahead.confederation_id = mine.confederation_id and ahead.pool_id = mine.pool_id
    and ahead.state = 'WAITLISTED' and (ahead.priority, ahead.arrival) < (mine.priority, mine.arrival)
  where mine.id = of_registration and mine.state = 'WAITLISTED' group by mine.id
$figure$""",
)

# Table: (append-only, read by the figure functions).
TABLES = {
    "role_grant": (False, False),
    "event_series": (False, False),
    "event": (False, True),
    "event_host": (False, False),
    "speaker": (False, False),
    "seat_pool": (False, False),
    "event_audience": (False, False),
    "confederation": (False, True),
    "association": (False, True),
    "affiliation": (False, True),
    "journal_entry": (True, False),
    "idempotency_record": (False, False),
    "membership_category": (False, False),
    "membership": (False, True),
    "person": (False, True),
    "person_reference": (False, False),
    "position": (False, True),
    "mandate": (False, True),
    "registration": (False, True),
    "report": (False, False),
    "avenue": (False, False),
    "segment": (False, False),
    "segment_clause": (False, False),
}

POLICIES = (
    "CREATE POLICY role_grant_select on public.role_grant as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.roles_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY role_grant_insert on public.role_grant as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.roles_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY role_grant_update on public.role_grant as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.roles_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.roles_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY role_grant_delete on public.role_grant as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.roles_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_series_select on public.event_series as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY event_series_insert on public.event_series as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_series_update on public.event_series as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_series_delete on public.event_series as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_select on public.event as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_insert on public.event as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_update on public.event as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_delete on public.event as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_count on public.event as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY event_host_select on public.event_host as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_host_insert on public.event_host as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_host_update on public.event_host as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_host_delete on public.event_host as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY speaker_select on public.speaker as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY speaker_insert on public.speaker as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY speaker_update on public.speaker as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY speaker_delete on public.speaker as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY seat_pool_select on public.seat_pool as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY seat_pool_insert on public.seat_pool as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY seat_pool_update on public.seat_pool as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY seat_pool_delete on public.seat_pool as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_audience_select on public.event_audience as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_audience_insert on public.event_audience as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_audience_update on public.event_audience as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY event_audience_delete on public.event_audience as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY confederation_select on public.confederation as permissive for select to confed_app using (id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY confederation_insert on public.confederation as permissive for insert to confed_app with check (id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (false or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY confederation_update on public.confederation as permissive for update to confed_app using (id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (false or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (false or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY confederation_delete on public.confederation as permissive for delete to confed_app using (id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (false or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY confederation_count on public.confederation as permissive for select to confed_figures using (true)",
    "CREATE POLICY association_select on public.association as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY association_insert on public.association as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (id = any((select nullif(current_setting('confed.associations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY association_update on public.association as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (id = any((select nullif(current_setting('confed.associations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (id = any((select nullif(current_setting('confed.associations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY association_delete on public.association as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (id = any((select nullif(current_setting('confed.associations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY association_count on public.association as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY affiliation_select on public.affiliation as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (state in ('ACTIVE', 'SUSPENDED', 'ENDED') or association_id = any((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[]) or umbrella_id = any((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY affiliation_insert on public.affiliation as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (umbrella_id = any((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY affiliation_update on public.affiliation as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (umbrella_id = any((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (umbrella_id = any((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY affiliation_delete on public.affiliation as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (umbrella_id = any((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY affiliation_count on public.affiliation as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY journal_entry_select on public.journal_entry as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.journal_read', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY journal_entry_insert on public.journal_entry as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (actor_person_id is not distinct from (select nullif(current_setting('confed.person', true), '')::uuid) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY idempotency_record_select on public.idempotency_record as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY idempotency_record_insert on public.idempotency_record as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY idempotency_record_update on public.idempotency_record as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY idempotency_record_delete on public.idempotency_record as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_category_select on public.membership_category as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY membership_category_insert on public.membership_category as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_category_update on public.membership_category as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_category_delete on public.membership_category as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_select on public.membership as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.memberships_read', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_insert on public.membership as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_update on public.membership as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_delete on public.membership as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.memberships_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY membership_count on public.membership as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY person_select on public.person as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_ids && (select nullif(current_setting('confed.persons_read', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY person_insert on public.person as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY person_update on public.person as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY person_delete on public.person as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY person_count on public.person as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY person_reference_select on public.person_reference as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_ids && (select nullif(current_setting('confed.persons_read', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY person_reference_insert on public.person_reference as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY person_reference_update on public.person_reference as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY person_reference_delete on public.person_reference as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY position_select on public.position as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_ids && (select nullif(current_setting('confed.persons_read', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY position_insert on public.position as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY position_update on public.position as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY position_delete on public.position as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_ids && (select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[] or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY position_count on public.position as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY mandate_select on public.mandate as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.persons_read', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY mandate_insert on public.mandate as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY mandate_update on public.mandate as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY mandate_delete on public.mandate as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.persons_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY mandate_count on public.mandate as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY registration_select on public.registration as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.registrations_read', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY registration_insert on public.registration as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.registrations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY registration_update on public.registration as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.registrations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.registrations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY registration_delete on public.registration as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (person_id = (select nullif(current_setting('confed.person', true), '')::uuid) or association_id = any((select nullif(current_setting('confed.registrations_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY registration_count on public.registration as permissive for select to confed_figures using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid))",
    "CREATE POLICY report_select on public.report as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY report_insert on public.report as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY report_update on public.report as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY report_delete on public.report as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY avenue_select on public.avenue as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY avenue_insert on public.avenue as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY avenue_update on public.avenue as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY avenue_delete on public.avenue as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.events_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_select on public.segment as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_insert on public.segment as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_update on public.segment as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_delete on public.segment as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_clause_select on public.segment_clause as permissive for select to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (published or association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_clause_insert on public.segment_clause as permissive for insert to confed_app with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_clause_update on public.segment_clause as permissive for update to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null)) with check (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
    "CREATE POLICY segment_clause_delete on public.segment_clause as permissive for delete to confed_app using (confederation_id = (select nullif(current_setting('confed.tenant', true), '')::uuid) and (association_id = any((select nullif(current_setting('confed.segments_manage', true), '')::uuid[])::uuid[]) or (select nullif(current_setting('confed.elevated', true), '')::text) is not null))",
)


def upgrade() -> None:
    create_roles()
    for statement in FUNCTIONS:
        op.execute(statement)
    publish_figures(
        [
            "tenant",
            "scope",
            "headcount",
            "headcount_by_class",
            "headcount_by_sector",
            "headcount_by_association",
            "attendance",
            "waiting",
            "place_in_queue",
        ]
    )
    for table, (append_only, counted) in TABLES.items():
        protect(table, append_only=append_only, counted=counted)
    for statement in POLICIES:
        op.execute(statement)


def downgrade() -> None:
    for statement in POLICIES:
        name, _, table = statement.removeprefix("CREATE POLICY ").split(" ")[:3]
        op.execute(f"drop policy {name} on {table}")
    for table in TABLES:
        op.execute(f"alter table {table} no force row level security, disable row level security")
    op.execute("drop schema figures cascade")
    op.execute("drop function membership_status")
