"""SQL that lifts row security within a tenant. Whatever does so is written here, and says why.

Lifted are the finer conditions of the policies, never the tenant's, and never those of PARTICIPANTS. A test lists who
calls these and for which reasons, and finds whoever spells the setting themselves.
"""

SETTING = "confed.elevated"
"""The setting that lifts the conditions wherever it is not empty: it holds the reason."""


def elevated_read(why: str, query: str) -> str:
    """One autocommitted statement that reads a single value elevated. Its first parameter is the tenant, as text.

    PostgreSQL evaluates the condition of a CASE before what it leads to; the settings end with the statement.
    """
    return f"""
select case when set_config('confed.tenant', $1::text, true) is not null
             and set_config('{SETTING}', {_quoted(why)}, true) is not null then (
{query.strip()}
) end
"""


def elevated_start(why: str) -> str:
    """The first statement of a transaction that works elevated. Its parameter is the tenant, as text."""
    return f"select set_config('confed.tenant', $1::text, true), set_config('{SETTING}', {_quoted(why)}, true)"


def elevated_body(why: str, declarations: str, statements: str) -> str:
    """The body of a PL/pgSQL function that works elevated for as long as it runs, and as before afterwards."""
    return f"""
declare
  lifted text := current_setting('{SETTING}', true);
  {declarations.strip()}
begin
  perform set_config('{SETTING}', {_quoted(why)}, true);
  {statements.strip()}
  perform set_config('{SETTING}', coalesce(lifted, ''), true);
end
"""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
