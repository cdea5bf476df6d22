"""How a sub-select reaches rows further out: by name, never by what SQLAlchemy guesses from the select around it.

SQLAlchemy correlates a select with the tables of the select directly around it, and with none further out: what it
doesn't find there it reads anew, so that a condition that is right in one list compares with any row in another. Here
each select of a declaration is told which rows it may refer to, and a statement that reads a row source a second time
all the same is refused when it is written.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Alias, FromClause, Join, Select, TableClause
from sqlalchemy.sql.visitors import replacement_traverse


class Uncorrelated(Exception):
    """A statement reads a row source a second time, where a declaration means the row further out."""


def correlated(value: Any, rows: Sequence[FromClause]) -> Any:
    """A declaration's SQL, each select in it bound to these rows and to the selects around it, at any depth."""

    def bind(element: Any, **_: Any) -> Any:
        return _bound(element, rows) if isinstance(element, Select) else None

    return replacement_traverse(value, {"stop_on": list(rows)}, bind)


def _bound(query: Select[Any], rows: Sequence[FromClause]) -> Select[Any]:
    own = [source for joined in query.get_final_froms() for source in _sources(joined) if source not in rows]
    reach = [*rows, *own]
    # Tables stay the same objects, which columns refer to; a sub-select in FROM is copied with what is in it.
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


# As `Writer.alias` names them; PostgreSQL's own names are never like it.
_SOURCE = re.compile(r' AS (?:LATERAL )?"?([a-z]+\$\d+)\b')


def check_sources(text: str) -> None:
    """Uncorrelated where a statement names a row source twice: each has a name of its own, so it is read once."""
    twice = [name for name, count in Counter(_SOURCE.findall(text)).items() if count > 1]
    if twice:
        raise Uncorrelated(f"{', '.join(twice)} read more than once in: {text}")
