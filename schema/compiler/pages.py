"""Connections in SQL: a page of rows, cut by a cursor, and what is asked of it."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from schema.compiler.bindings import Row
from schema.compiler.cursors import cursor_sql, decode, follows
from schema.compiler.expressions import HIDDEN, json_array, literal, named, ordered
from schema.compiler.filters import condition_sql
from schema.compiler.plan import Page, Part, Selection
from schema.compiler.values import Getter, then

# Labels that no key of an answer can be.
_N, _CURSOR, _MORE, _NEAR, _FAR = (f"{HIDDEN}{name}" for name in ("n", "cursor", "more", "near", "far"))


class Writing(Protocol):
    """What pages need of the writer of the statement that they are in. `outer`: the rows further out."""

    outer: list[FromClause]

    def alias(self, prefix: str) -> str:
        """A name for a row source, given once."""

    def bind(self, get: Getter, type_: Any) -> BindParameter[Any]:
        """A parameter of the statement."""

    def select(
        self, selection: Selection, row: FromClause, where: Sequence[ColumnElement[bool]], *, own: bool = True
    ) -> Select[Any]:
        """What a selection asks of a row; of a row further out, if it isn't the select's own."""

    def json(self, chosen: Select[Any]) -> Select[Any]:
        """Each row of a select as a JSON object, in the column `j`."""

    def listed(self, chosen: Select[Any]) -> ColumnElement[Any]:
        """The rows of a select as an array of JSON, in the select's order."""

    def beside(self, source: FromClause | None, found: Select[Any]) -> tuple[FromClause | None, ColumnElement[Any]]:
        """The JSON of what a select makes of each row of a source, and the source."""

    def scoped(self, query: Select[Any]) -> Select[Any]:
        """A select that may refer to the rows further out."""


def page_sql(
    writer: Writing,
    page: Page,
    rows: Callable[[], FromClause],
    where: Callable[[FromClause], list[ColumnElement[bool]]],
) -> Select[Any]:
    """A connection as one JSON object: its page, its total, and where the page stands.

    `rows()`: the list's table under a new alias; `where(row)`: which of its rows are the list's.
    """
    bound: dict[int, BindParameter[Any]] = {}

    def bind(get: Getter, type_: Any) -> BindParameter[Any]:
        """One parameter for a value that is compared with in the page and in the total."""
        if id(get) not in bound:
            bound[id(get)] = writer.bind(get, type_)
        return bound[id(get)]

    def conditions(row: FromClause) -> list[ColumnElement[bool]]:
        asked = [] if page.condition is None else [condition_sql(page.condition, row.c, bind)]
        return [*where(row), *asked]

    row = rows()
    size = writer.bind(page.size, Integer())
    whole, values = _listed(writer, page, row, [*conditions(row), *_between(writer, page, row)], size)
    columns: list[Any] = []
    for part in page.parts:
        if part.kind == "totalCount":
            counted = rows()
            count = select(cast(func.count(), Integer)).select_from(counted).where(*conditions(counted))
            columns.append(writer.scoped(count).scalar_subquery().label(part.label))
        else:
            value = values.get(id(part))
            columns.append((named(page.type_name) if value is None else value).label(part.label))
    query = select(*columns)
    return writer.json(query if whole is None else query.select_from(whole))


def _between(writer: Writing, page: Page, row: FromClause) -> list[ColumnElement[bool]]:
    conditions = []
    for get, backwards in ((page.after, False), (page.before, True)):
        if get is not None:
            place = [
                writer.bind(then(get, _part_of_cursor(page, row.c, i)), row.c[name].type)
                for i, (name, _) in enumerate(page.order)
            ]
            conditions.append(follows(page.order, row.c, place, backwards=backwards))
    return conditions


def _listed(
    writer: Writing, page: Page, row: FromClause, where: Sequence[ColumnElement[bool]], size: BindParameter[Any]
) -> tuple[FromClause | None, dict[int, ColumnElement[Any]]]:
    """The page's rows, and what each part of the connection is over them."""
    listed = [part for part in page.parts if part.kind in ("nodes", "edges", "pageInfo")]
    if not listed:
        return None, {}
    directions = [(name, descending != page.backwards) for name, descending in page.order]
    if len(listed) == 1 and listed[0].selection is not None and not page.backwards:
        # The usual request: just the nodes, in the order that they come in.
        row = _cut(writer, row, where, directions, size)
        chosen = writer.select(listed[0].selection, row, ()).order_by(*ordered(row, directions))
        return None, {id(listed[0]): writer.listed(chosen)}
    # One more than asked for, to know whether more follow.
    row = _cut(writer, row, where, directions, size + literal("1"))
    order = ordered(row, directions)
    writer.outer.append(row)
    columns: list[Any] = [func.row_number().over(order_by=order).label(_N)]
    infos = [part for part in listed if part.kind == "pageInfo"]
    if infos:
        columns.append(cursor_sql(page.type_name, page.order, row.c).label(_CURSOR))
    source: Any = row
    for part in listed:
        if part not in infos:
            found = writer.json(_item(writer, page, part, row))
            source, item = writer.beside(source, found)
            columns.append(item.label(part.label))
    writer.outer.pop()
    rows = writer.scoped(select(*columns).select_from(source)).subquery(writer.alias("r"))
    n = rows.c[_N]
    inward = n.desc() if page.backwards else n.asc()
    arrays: list[Any] = [
        json_array(func.pg_catalog.array_agg(aggregate_order_by(rows.c[part.label], inward)).filter(n <= size)).label(
            part.label
        )
        for part in listed
        if part not in infos
    ]
    standing = _standing(rows, size) if infos else []
    whole_page = writer.scoped(select(*arrays, *standing).select_from(rows)).subquery(writer.alias("p"))
    values = {id(part): whole_page.c[part.label] for part in listed if part not in infos}
    return whole_page, values | {id(part): _page_info(writer, page, part, whole_page) for part in infos}


def _cut(
    writer: Writing,
    row: FromClause,
    where: Sequence[ColumnElement[bool]],
    order: Sequence[tuple[str, bool]],
    size: Any,
) -> FromClause:
    """The page's rows, cut before anything is joined to them: an order without an index then joins a page, not all."""
    return writer.scoped(select(*row.c).where(*where).order_by(*ordered(row, order)).limit(size)).subquery(
        writer.alias("t")
    )


def _item(writer: Writing, page: Page, part: Part, row: FromClause) -> Select[Any]:
    """What is asked of each row of a page: of the node itself, or of its edge."""
    if part.selection is not None:
        return writer.select(part.selection, row, (), own=False)
    columns: list[Any] = []
    source: FromClause | None = None
    for item in part.parts:
        if item.selection is not None:
            chosen = writer.json(writer.select(item.selection, row, (), own=False))
            source, node = writer.beside(source, chosen)
            columns.append(node.label(item.label))
        elif item.kind == "cursor":
            columns.append(cursor_sql(page.type_name, page.order, row.c).label(item.label))
        else:
            columns.append(named(part.type_name).label(item.label))
    query = select(*columns)
    return writer.scoped(query if source is None else query.select_from(source))


def _standing(rows: FromClause, size: BindParameter[Any]) -> list[Any]:
    """Of all the rows at once: whether more follow, and the cursors nearest to and farthest from the page's start."""
    n, cursor = rows.c[_N], rows.c[_CURSOR]
    near = func.max(cursor).filter(n == literal("1"), n <= size)
    cursors = func.pg_catalog.array_agg(aggregate_order_by(cursor, n.desc()), type_=ARRAY(Text())).filter(n <= size)
    far = func.array_to_json(cursors).op("->>")(literal("0"))
    return [(func.count() > size).label(_MORE), near.label(_NEAR), far.label(_FAR)]


def _page_info(writer: Writing, page: Page, part: Part, whole_page: FromClause) -> ColumnElement[Any]:
    more, near, far = (whole_page.c[name] for name in (_MORE, _NEAR, _FAR))
    of = {
        "hasNextPage": literal(str(page.before is not None).lower()) if page.backwards else more,
        "hasPreviousPage": more if page.backwards else literal(str(page.after is not None).lower()),
        "startCursor": far if page.backwards else near,
        "endCursor": near if page.backwards else far,
        "__typename": named(part.type_name),
    }
    columns = [of[item.kind].label(item.label) for item in part.parts]
    return writer.json(select(*columns).correlate(whole_page)).scalar_subquery()


def _part_of_cursor(page: Page, row: Row, i: int) -> Callable[[Any], Any]:
    return lambda cursor: decode(cursor, page.type_name, page.order, row)[i]
