"""Figure functions: numbers over rows that the actor may not see, each declared with the tables that it counts.

They are SECURITY DEFINER, owned by `confed_figures` (NOBYPASSRLS), whose select policies admit the tenant of the
setting only: other tenants' rows are invisible to them. `search_path` is empty, so no other table can take a name's
place. Persons counted below five are suppressed (null), and so is the next smallest cell where those suppressed are
fewer than five together, because the total less the others would tell.
"""

from dataclasses import dataclass, field

from alembic_utils.pg_function import PGFunction

RULE_OF_FIVE = 5
"""Figures about fewer persons than this are suppressed."""

SUPPRESSED = f"""
  select cell, case when n < {RULE_OF_FIVE} or (hidden < {RULE_OF_FIVE} and next_smallest) then null else n end::int
  from (
    select cell, n, sum(n) filter (where is_small) over () as hidden,
      not is_small and row_number() over (order by is_small, n, cell) = 1 as next_smallest
    from (select cell, n, n < {RULE_OF_FIVE} or cell is null as is_small from (%s) counted(cell, n)) sized
  ) judged where cell is not null order by 2 desc nulls last, cell
"""
"""Counts by cell, as they may be published.

`counted` has a row for people in no cell (null), which is never published: it could be derived from the total and the
other cells.
"""


@dataclass
class Figures:
    """Every declared function, in an order of creation that satisfies dependencies.

    Also the names of those that the application's role may execute.
    """

    functions: list[PGFunction] = field(default_factory=list)
    public: list[str] = field(default_factory=list)
    foundations: list[PGFunction] = field(default_factory=list)


figures = Figures()


def figure(signature: str, returns: str, body: str, *, internal: bool = False) -> PGFunction:
    """Declare a figure function; the text below the call says what it reveals. `internal`: only other functions call
    it.
    """
    made = PGFunction(
        schema="figures",
        signature=signature,
        definition=f"returns {returns} language sql stable security definer set search_path = '' "
        f"as $figure$\n  {body.strip()}\n$figure$",
    )
    figures.functions.append(made)
    if not internal:
        figures.public.append(signature.partition("(")[0])
    return made


def derivation(function: PGFunction) -> PGFunction:
    """Declare a function that reads no table: it computes from its arguments, and the planner inlines it."""
    figures.functions.append(function)
    return function


def foundation(signature: str, returns: str, body: str) -> PGFunction:
    """Declare a function used by generated columns. It is created before the tables and reads none."""
    made = PGFunction(
        schema="public",
        signature=signature,
        definition=f"returns {returns} language sql immutable strict parallel safe as "
        f"$foundation$\n  {body.strip()}\n$foundation$",
    )
    figures.functions.append(made)
    figures.foundations.append(made)
    return made


def routine(
    signature: str, returns: str, body: str, *, language: str = "sql", volatility: str = "stable"
) -> PGFunction:
    """Declare a function that runs with its caller's rights: it saves round trips."""
    made = PGFunction(
        schema="public",
        signature=signature,
        definition=f"returns {returns} language {language} {volatility} as $routine$\n{body.strip()}\n$routine$",
    )
    figures.functions.append(made)
    return made
