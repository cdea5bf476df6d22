"""Correlation of sub-selects with outer rows, by explicit names instead of SQLAlchemy's guesses.

SQLAlchemy correlates a select with the tables of the select directly around it, and with none further out. Other tables
it adds to FROM again, so that a condition that is right in one list is compared with any row in another. Here each
select of a declaration is told which rows it may refer to, and a statement that still reads a row source a second time
is refused when it is written.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Alias, FromClause, Join, Select, TableClause
from sqlalchemy.sql.visitors import replacement_traverse


class Uncorrelated(Exception):
    """A statement reads a row source a second time where a declaration means the outer row."""


def correlated(value: Any, rows: Sequence[FromClause]) -> Any:
    """Correlate each select in a declaration's SQL with these rows and with the selects around it, at any depth."""

    def bind(element: Any, **_: Any) -> Any:
        return _bound(element, rows) if isinstance(element, Select) else None

    return replacement_traverse(value, {"stop_on": list(rows)}, bind)


def _bound(query: Select[Any], rows: Sequence[FromClause]) -> Select[Any]:
    own = [source for joined in query.get_final_froms() for source in _sources(joined) if source not in rows]
    reach = [*rows, *own]
    # Tables stay the same objects, to which columns refer; a sub-select in FROM is copied with its content.
    same = [source for source in reach if source in rows or _is_table(source)]

    def bind(element: Any, **_: Any) -> Any:
        return _bound(element, reach) if isinstance(element, Select) and element is not query else None

    inside = replacement_traverse(query, {"stop_on": same}, bind)
    assert isinstance(inside, Select)
    return inside.correlate(*rows)


def _sources(source: FromClause) -> Iterator[FromClause]:
    if isinstance(source, Join):
        yield from _sources(source.left)
        yield from _sources(source.right)
    else:
        yield source


def _is_table(source: FromClause) -> bool:
    return isinstance(source, TableClause) or (isinstance(source, Alias) and isinstance(source.element, TableClause))


# Names as `Writer.alias` creates them; names of PostgreSQL's own never look like them.
_SOURCE = re.compile(r' AS (?:LATERAL )?"?([a-z]+\$\d+)\b')


def check_sources(text: str) -> None:
    """Raise Uncorrelated if a statement contains the same row source twice: each has a unique name, so
    it is read once.
    """
    twice = [name for name, count in Counter(_SOURCE.findall(text)).items() if count > 1]
    if twice:
        raise Uncorrelated(f"{', '.join(twice)} read more than once in: {text}")
