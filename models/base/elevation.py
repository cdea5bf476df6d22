"""SQL that lifts row security within a tenant. All of it is in this module, and each use states its reason.

It lifts the finer conditions of the policies, never the tenant's, and never those of PARTICIPANTS. A test lists the
callers with their reasons, and finds code that spells the setting itself.
"""

SETTING = "confed.elevated"
"""The setting that holds the reason. While it is not empty, the conditions are lifted."""


def elevated_read(why: str, query: str) -> str:
    """Return one autocommitted statement that reads a single value elevated. Its first parameter is the tenant, as
    text.

    PostgreSQL evaluates the condition of a CASE before its result; the settings end with the statement.
    """
    return f"""
select case when set_config('confed.tenant', $1::text, true) is not null
             and set_config('{SETTING}', {_quoted(why)}, true) is not null then (
{query.strip()}
) end
"""


def elevated_start(why: str) -> str:
    """Return the first statement of an elevated transaction. Its parameter is the tenant, as text."""
    return f"select set_config('confed.tenant', $1::text, true), set_config('{SETTING}', {_quoted(why)}, true)"


def elevated_body(why: str, declarations: str, statements: str) -> str:
    """Return the body of a PL/pgSQL function that runs elevated and restores the setting afterwards."""
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
