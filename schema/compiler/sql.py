"""The third pass: a plan as one SQL statement, in SQLAlchemy's expressions.

A row's JSON is `row_to_json` of a sub-select whose columns are the answer's keys; a list is
`array_to_json(array_agg(…))` over an ordered sub-select and nothing else, so that its order is the aggregate's; relations are
joined LATERAL, which lets PostgreSQL keep the answer for a key it has met. Every table is filtered by its tenant, and
every value is a bound parameter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graphql import GraphQLNamedType, get_named_type
from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Label,
    Lateral,
    Numeric,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    column,
    func,
    lateral,
    literal_column,
    null,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from models import Person
from schema.compiler import context
from schema.compiler.bind import KEY, Catalog
from schema.compiler.cursors import Ordering, cursor_sql, decode, follows
from schema.compiler.declare import (
    ONE,
    Column,
    Computed,
    Expression,
    GlobalId,
    Localized,
    NodeLookup,
    Relation,
    Row,
    Translations,
)
from schema.compiler.filters import condition_sql
from schema.compiler.plan import FieldPlan, Page, Part, Selection, total
from schema.compiler.values import Getter, Variables, constant, then
from schema.relay import decode_id
from schema.scalars import LOCALES

HIDDEN = "$"
"""Begins the labels of columns that the answer doesn't show: no GraphQL name can."""

_TYPES: Mapping[str, Any] = {
    "Int": Integer(),
    "Boolean": Boolean(),
    "DateTime": DateTime(timezone=True),
    "Date": Date(),
    "Decimal": Numeric(),
}


@dataclass(frozen=True)
class Statement:
    """A statement ready to send: its text, and how each of its parameters is had, in order."""

    text: str
    getters: tuple[Getter, ...]

    def arguments(self, variables: Variables, request: context.Context) -> list[Any]:
        """The values of the parameters for one request. Refused where an argument can't be used."""
        return [get(variables, request) for get in self.getters]


def statement(
    catalog: Catalog, roots: Sequence[FieldPlan], *, as_person: bool, with_types: bool = False
) -> Statement:
    """A statement that sets who reads and answers all the roots as one JSON object.

    Null instead of an object means that the person's rights have changed since they were worked out. `with_types`:
    for graphql-core, which has to know of which type the row of an interface is.
    """
    writer = _Writer(catalog, with_types=with_types)
    answer = writer.object(roots)
    return writer.finish(_as_person(answer) if as_person else _as_anybody(answer))


def reading(catalog: Catalog, selection: Selection) -> Statement:
    """A statement that reads one row by its key (the parameter `$key`), inside a transaction whose actor is set."""
    writer = _Writer(catalog, with_types=True)
    row = writer.rows(selection.type_name)
    where = [*writer.of_tenant(row), row.c[KEY] == bindparam("$key", type_=Uuid())]
    return writer.finish(writer.json(writer.select(selection, row, where)))


def _as_anybody(answer: Any) -> Select[Any]:
    # CASE evaluates its condition first, as PostgreSQL documents: the policies below it read what it has set.
    is_set = func.set_config("confed.tenant", bindparam("$tenant", type_=Text()), true()).is_not(None)
    return select(case((is_set, answer)))


def _as_person(answer: Any) -> Select[Any]:
    names, values = (bindparam(name, type_=ARRAY(Text())) for name in ("$names", "$values"))
    settings = func.unnest(names, values).table_valued(column("name", Text), column("value", Text), name="setting")
    is_set = select(func.count(func.set_config(settings.c.name, settings.c.value, true()))).scalar_subquery() > 0
    person = Person.__table__  # type: ignore[attr-defined]
    version = (
        select(person.c.access_version)
        .where(person.c.confederation_id == context.tenant(), person.c.id == context.person())
        .scalar_subquery()
    )
    is_current = version == bindparam("$version", type_=Integer())
    # Nested, not AND: the version is read through the policies that the settings open.
    return select(case((is_set, case((is_current, answer)))))


_REQUEST: Mapping[str, Getter] = {
    "$tenant": lambda _, request: str(request.actor.tenant.id),
    "$names": lambda _, request: list(request.actor.settings),
    "$values": lambda _, request: list(request.actor.settings.values()),
    "$version": lambda _, request: request.actor.version,
    "$key": lambda variables, _: variables["$key"],
    **{name: (lambda get: lambda _, request: get(request))(get) for name, get in context.VALUES.items()},
}


class _Writer:
    """Writes one statement: counts its aliases and keeps its parameters."""

    def __init__(self, catalog: Catalog, *, with_types: bool) -> None:
        self._catalog = catalog
        self._with_types = with_types
        self._getters: dict[str, Getter] = dict(_REQUEST)
        self._aliases = 0
        self._outer: list[FromClause] = []

    def finish(self, query: Any) -> Statement:
        """The statement's text, with its parameters in the order that PostgreSQL numbers them."""
        compiled = query.compile(dialect=PGDialect_asyncpg(), compile_kwargs={"render_postcompile": True})
        constants = compiled.params  # what a declaration compares with, such as a state
        getters = (self._getters.get(name) or constant(constants[name]) for name in compiled.positiontup or ())
        return Statement(str(compiled), tuple(getters))

    # Values

    def bind(self, get: Getter, type_: Any) -> BindParameter[Any]:
        """A parameter of the statement."""
        name = f"p{len(self._getters)}"
        self._getters[name] = get
        return bindparam(name, type_=Boolean() if type_ is bool else type_)

    def _bind_arguments(self, field: FieldPlan) -> dict[str, Any]:
        assert field.bound is not None
        arguments = {}
        for name in field.bound.binding.arguments:
            declared = field.bound.arguments.get(camel(name))
            if declared is None:
                continue
            get = field.arguments.get(camel(name))
            type_ = _sql_type(get_named_type(declared.type))
            absent = field.bound.binding.arguments[name].absent
            if get is None:
                arguments[name] = bindparam(absent, type_=type_) if absent else cast(null(), type_)
            else:
                arguments[name] = self.bind(_or_else(get, absent), type_)
        return arguments

    # Objects

    def object(self, fields: Sequence[FieldPlan]) -> Any:
        """The fields of an operation's root as one JSON object."""
        columns = [self._root(field).label(field.label) for field in fields]
        return self.json(select(*columns)).scalar_subquery()

    def _root(self, field: FieldPlan) -> ColumnElement[Any]:
        if field.bound is None:
            return literal_column("'Query'::text")
        binding = field.bound.binding
        if isinstance(binding, NodeLookup):
            return func.coalesce(*(self._node(field, branch) for branch in field.branches))
        assert isinstance(binding, Relation)
        return self._related(field, binding, None).scalar_subquery()

    def _node(self, field: FieldPlan, branch: Selection) -> ColumnElement[Any]:
        row = self.rows(branch.type_name)
        key = self.bind(then(field.arguments["id"], _key_of(branch.type_name)), Uuid())
        chosen = self.select(branch, row, [*self.of_tenant(row), row.c[KEY] == key], abstract=self._with_types)
        return self.json(chosen).scalar_subquery()

    def select(
        self,
        selection: Selection,
        row: FromClause,
        where: Sequence[ColumnElement[bool]],
        *,
        own: bool = True,
        abstract: bool = False,
    ) -> Select[Any]:
        """What a selection asks of a row, a column for each key; of a row further out, if it isn't the select's own."""
        if own:
            self._outer.append(row)
        columns: list[Label[Any]] = []
        source = row if own else None
        if abstract:
            columns.append(literal_column(f"'{selection.type_name}'::text").label(f"{HIDDEN}type"))
        for field in selection.fields:
            value = self._value(field, selection, row)
            if isinstance(value, Lateral):
                # The left side of the first join, where there is no table: a row of nothing.
                source = select(literal_column("1")).subquery(self._alias("one")) if source is None else source
                source = source.outerjoin(value, true())
                columns.append(value.c.j.label(field.label))
            elif isinstance(value, list):
                columns.extend(item for item in value if all(item.name != other.name for other in columns))
            else:
                columns.append(value.label(field.label))
        if own:
            self._outer.pop()
        query = select(*columns).where(*where)
        return self._scoped(query if source is None else query.select_from(source))

    def _value(self, field: FieldPlan, selection: Selection, row: FromClause) -> Any:
        if field.bound is None:
            return literal_column(f"'{selection.type_name}'::text")
        binding = field.bound.binding
        if isinstance(binding, Column):
            return _written(row.c[binding.name])
        if isinstance(binding, Expression):
            value = binding.sql(row.c, **self._bind_arguments(field))
            return _written(value.scalar_subquery() if isinstance(value, Select) else value)
        if isinstance(binding, Localized):
            return self._localized(row.c[binding.name], field)
        if isinstance(binding, Translations):
            return self._translations(row.c[binding.name], field)
        if isinstance(binding, GlobalId):
            return _global_id(selection.type_name, row)
        if isinstance(binding, Computed):
            return [row.c[name].label(f"{HIDDEN}{name}") for name in binding.needs]
        assert isinstance(binding, Relation)
        return lateral(self._related(field, binding, row), name=self._alias("j"))

    def _localized(self, value: ColumnElement[Any], field: FieldPlan) -> ColumnElement[Any]:
        asked = field.arguments.get("locale")
        choices = (
            context.locale(i) if asked is None else self.bind(_preferring(asked, i), Text()) for i in range(len(LOCALES))
        )
        return func.coalesce(*(value.op("->>", return_type=Text())(choice) for choice in choices))

    def _translations(self, value: ColumnElement[Any], field: FieldPlan) -> ColumnElement[Any]:
        assert field.selection is not None
        each = func.jsonb_each_text(value).table_valued(column("key", Text), column("value", Text), name=self._alias("t"))
        of = {
            "locale": func.upper(each.c.key),
            "text": each.c.value,
            "__typename": literal_column("'Translation'::text"),
        }
        columns = [of[next(iter(item.arguments))].label(item.label) for item in field.selection.fields]
        return self._aggregate(select(*columns).select_from(each).order_by(each.c.key)).scalar_subquery()

    # Relations

    def rows(self, type_name: str) -> FromClause:
        """The table of a read type, under an alias of its own."""
        return self._catalog.types[type_name].rows(self._alias("t"))

    def of_tenant(self, row: FromClause, parent: FromClause | None = None) -> list[ColumnElement[bool]]:
        """The tenant's condition on a table: a join by the composite key, or the request's tenant."""
        if "confederation_id" not in row.c:
            return []
        if parent is not None and "confederation_id" in parent.c:
            return [row.c.confederation_id == parent.c.confederation_id]
        return [row.c.confederation_id == context.tenant()]

    def _related(self, field: FieldPlan, binding: Relation, parent: FromClause | None) -> Select[Any]:
        assert field.bound is not None
        target = field.bound.target
        assert target is not None
        arguments = self._bind_arguments(field)
        outer = parent.c if parent is not None else None
        if binding.rows is not None:
            row: FromClause = binding.rows(outer, **arguments).alias(self._alias("t"))
            where: list[ColumnElement[bool]] = []
        else:
            row = self.rows(target)
            where = self.of_tenant(row, parent)
        if binding.via is not None and parent is not None:
            refers = parent.c[binding.via] == row.c[KEY] if binding.shape == ONE else row.c[binding.via] == parent.c[KEY]
            where.append(refers)
        if binding.on is not None:
            where.append(binding.on(outer, row.c, **arguments))
        if field.page is not None:
            return self._page(field.page, row, where)
        assert field.selection is not None
        chosen = self.select(field.selection, row, where)
        if binding.shape == ONE:
            return self.json(chosen)
        if binding.rows is None:  # a function's rows come in its order
            chosen = chosen.order_by(*_ordered(row, total(binding.order)))
        return self._aggregate(chosen.limit(literal_column(str(binding.limit))))

    def json(self, chosen: Select[Any]) -> Select[Any]:
        """Each row of a select as a JSON object, in the column `j`."""
        rows = chosen.subquery(self._alias("r"))
        return select(func.row_to_json(rows.table_valued(), type_=JSON).label("j")).select_from(rows)

    def _aggregate(self, chosen: Select[Any]) -> Select[Any]:
        """The rows of a select as a JSON array, in the select's order: nothing else stands between the two."""
        rows = chosen.subquery(self._alias("r"))
        return select(_array(func.pg_catalog.array_agg(rows.table_valued())).label("j")).select_from(rows)

    # Connections

    def _page(self, page: Page, row: FromClause, where: list[ColumnElement[bool]]) -> Select[Any]:
        if page.condition is not None:
            where.append(condition_sql(page.condition, row.c, self.bind))
        size = self.bind(page.size, Integer())
        rows, values = self._listed(page, row, [*where, *self._between(page, row)], size)
        columns: list[Any] = []
        for part in page.parts:
            if part.kind == "totalCount":
                count = self._scoped(select(cast(func.count(), Integer)).select_from(row).where(*where))
                columns.append(count.scalar_subquery().label(part.label))
            else:
                columns.append((values.get(id(part)) if id(part) in values else _typename(part)).label(part.label))
        query = select(*columns)
        return self.json(query if rows is None else query.select_from(rows))

    def _between(self, page: Page, row: FromClause) -> list[ColumnElement[bool]]:
        conditions = []
        for get, backwards in ((page.after, False), (page.before, True)):
            if get is not None:
                place = [
                    self.bind(then(get, _part_of_cursor(page.order, row.c, i)), row.c[name].type)
                    for i, (name, _) in enumerate(page.order)
                ]
                conditions.append(follows(page.order, row.c, place, backwards=backwards))
        return conditions

    def _listed(
        self, page: Page, row: FromClause, where: Sequence[ColumnElement[bool]], size: BindParameter[Any]
    ) -> tuple[FromClause | None, dict[int, ColumnElement[Any]]]:
        """The page's rows, and what each part of the connection is over them."""
        listed = [part for part in page.parts if part.kind in ("nodes", "edges", "pageInfo")]
        order = _ordered(row, [(name, descending != page.backwards) for name, descending in page.order])
        if not listed:
            return None, {}
        if len(listed) == 1 and listed[0].selection is not None and not page.backwards:
            # The usual request: just the nodes, in the order that they come in.
            chosen = self.select(listed[0].selection, row, where).order_by(*order).limit(size)
            rows: FromClause = chosen.subquery(self._alias("r"))
            return rows, {id(listed[0]): _array(func.pg_catalog.array_agg(rows.table_valued()))}
        self._outer.append(row)
        columns: list[Any] = [
            func.row_number().over(order_by=order).label("n"),
            cursor_sql(page.order, row.c).label("cursor"),
        ]
        source = row
        for part in listed:
            if part.kind != "pageInfo":
                item = lateral(self.json(self._item(part, row, page.order)), name=self._alias("j"))
                source = source.join(item, true())
                columns.append(item.c.j.label(part.label))
        self._outer.pop()
        # One more than asked for, to know whether more follow.
        chosen = select(*columns).select_from(source).where(*where).order_by(*order).limit(size + literal_column("1"))
        rows = self._scoped(chosen).subquery(self._alias("r"))
        n = rows.c.n
        values: dict[int, ColumnElement[Any]] = {}
        for part in listed:
            if part.kind == "pageInfo":
                values[id(part)] = _page_info(page, part, rows, size)
            else:
                inward = aggregate_order_by(rows.c[part.label], n.desc() if page.backwards else n.asc())
                values[id(part)] = _array(func.pg_catalog.array_agg(inward).filter(n <= size))
        return rows, values

    def _item(self, part: Part, row: FromClause, order: Ordering) -> Select[Any]:
        """What is asked of each row of a page: of the node itself, or of its edge."""
        if part.selection is not None:
            return self.select(part.selection, row, (), own=False)
        columns: list[Any] = []
        source: FromClause | None = None
        for item in part.parts:
            if item.selection is not None:
                node = lateral(self.json(self.select(item.selection, row, (), own=False)), name=self._alias("j"))
                source = node if source is None else source.join(node, true())
                columns.append(node.c.j.label(item.label))
            elif item.kind == "cursor":
                columns.append(cursor_sql(order, row.c).label(item.label))
            else:
                columns.append(_typename(item).label(item.label))
        query = select(*columns)
        return self._scoped(query if source is None else query.select_from(source))

    def _scoped(self, query: Select[Any]) -> Select[Any]:
        return query.correlate(*self._outer) if self._outer else query

    def _alias(self, prefix: str) -> str:
        self._aliases += 1
        return f"{prefix}{self._aliases}"


def _array(items: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.array_to_json(items, type_=JSON), literal_column("'[]'::json"))


def _ordered(row: FromClause, order: Sequence[tuple[str, bool]]) -> list[ColumnElement[Any]]:
    return [row.c[name].desc() if descending else row.c[name] for name, descending in order]


def _written(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """As the scalar of the column's type is written in JSON: decimals are text, so that nothing is lost."""
    return cast(value, Text) if isinstance(value.type, Numeric) and value.type.asdecimal else value


def _global_id(type_name: str, row: FromClause) -> ColumnElement[Any]:
    named = literal_column(f"'{type_name}:'").op("||")(cast(row.c[KEY], Text))
    encoded = func.encode(func.convert_to(named, literal_column("'UTF8'")), literal_column("'base64'"))
    # Base64 breaks lines after 57 bytes; a UUID has 36.
    return encoded if len(type_name) <= 20 else func.translate(encoded, literal_column("E'\\n'"), literal_column("''"))


def _typename(part: Part) -> ColumnElement[Any]:
    return literal_column(f"'{part.kind.partition(':')[2]}'::text")


def _page_info(page: Page, part: Part, rows: FromClause, size: BindParameter[Any]) -> ColumnElement[Any]:
    n, cursor = rows.c.n, rows.c.cursor
    more = func.count() > size
    near = func.max(cursor).filter(n == literal_column("1"), n <= size)
    far = func.pg_catalog.array_agg(aggregate_order_by(cursor, n.desc()), type_=ARRAY(Text())).filter(n <= size)
    far = func.array_to_json(far).op("->>")(literal_column("0"))
    came_from = [literal_column(str(get is not None).lower()) for get in (page.after, page.before)]
    of = {
        "hasNextPage": came_from[1] if page.backwards else more,
        "hasPreviousPage": more if page.backwards else came_from[0],
        "startCursor": far if page.backwards else near,
        "endCursor": near if page.backwards else far,
    }
    pairs = ((literal_column(f"'{item.label}'"), of.get(item.kind, None)) for item in part.parts)
    return func.json_build_object(
        *(side for item, (key, value) in zip(part.parts, pairs) for side in (key, _typename(item) if value is None else value))
    )


def _preferring(asked: Getter, choice: int) -> Getter:
    def locale(variables: Variables, request: context.Context) -> str:
        first = asked(variables, request)
        locales = request.locales if first is None else context.preferring(first.code, request.locales)
        return locales[choice]

    return locale


def _or_else(get: Getter, absent: str | None) -> Getter:
    if absent is None:
        return get
    otherwise = context.VALUES[absent]

    def value(variables: Variables, request: context.Context) -> Any:
        given = get(variables, request)
        return otherwise(request) if given is None else given

    return value


def _key_of(type_name: str) -> Callable[[Any], Any]:
    def key(value: Any) -> Any:
        found = decode_id(value)
        return found[1] if found and found[0] == type_name else None

    return key


def _part_of_cursor(order: Ordering, row: Row, i: int) -> Callable[[Any], Any]:
    return lambda cursor: decode(cursor, order, row)[i]


def _sql_type(type_: GraphQLNamedType) -> Any:
    return _TYPES.get(type_.name, Text())


def camel(name: str) -> str:
    """A Python name as GraphQL writes it."""
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def snake(name: str) -> str:
    """A GraphQL name as Python writes it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
