"""The third pass: a plan as one SQL statement, in SQLAlchemy's expressions.

A row's JSON is `row_to_json` of a sub-select whose columns are the answer's keys; a list is an ARRAY of those over an
ordered sub-select and nothing else, so that its order is the list's; relations are joined LATERAL, which lets
PostgreSQL make one join of a thousand look-ups. Every table is filtered by its tenant, every value a bound parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import get_named_type
from sqlalchemy import (
    ARRAY,
    JSON,
    BindParameter,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Text,
    Uuid,
    cast,
    column,
    func,
    lateral,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from schema.base.scalars import LOCALES
from schema.compiler import context
from schema.compiler.bind import KEY, Catalog
from schema.compiler.bindings import (
    ONE,
    ORDINALITY,
    Column,
    Computed,
    Expression,
    GlobalId,
    Localized,
    NodeLookup,
    Relation,
    Translations,
)
from schema.compiler.correlation import check_sources, correlated
from schema.compiler.declare import PAGED
from schema.compiler.expressions import (
    HIDDEN,
    each_once,
    global_id,
    literal,
    named,
    one_row,
    ordered,
    whole,
    written,
)
from schema.compiler.names import camel
from schema.compiler.pages import page_sql
from schema.compiler.parameters import REQUEST, key_of, keys_of, or_else, preferring, sql_type
from schema.compiler.plan import FieldPlan, Selection, total
from schema.compiler.values import Constant, Getter, Variables, then

MOST_JOINS = 24
"""LATERAL joins of a statement: planning them takes more than the square of their number."""

_DIALECT: Any = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Statement:
    """A statement ready to send: its text, and how each of its parameters is had, in order."""

    text: str
    getters: tuple[Getter, ...]
    depends_on: frozenset[str]
    """Which parameters of the request (`context.VALUES`) it takes, be it where an argument isn't given."""

    def arguments(self, variables: Variables, request: context.Context) -> list[Any]:
        """The values of the parameters for one request. Refused where an argument can't be used."""
        return [get(variables, request) for get in self.getters]


class Writer:
    """Writes one statement: counts its aliases and keeps its parameters."""

    def __init__(self, catalog: Catalog, *, with_types: bool) -> None:
        self._catalog = catalog
        self._with_types = with_types
        self._getters: dict[str, Getter] = dict(REQUEST)
        self._absent: set[str] = set()
        self.aliases = 0
        self.outer: list[FromClause] = []
        self._joins = 0
        self._is_reached = False  # whether the row is itself what a relation to one finds

    def finish(self, query: Any) -> Statement:
        """The statement's text, with its parameters in the order that PostgreSQL numbers them."""
        compiled = query.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        constants = compiled.params  # what a declaration compares with, such as a state
        getters = (self._getters.get(name) or Constant(constants[name]) for name in compiled.positiontup or ())
        depends_on = frozenset(self._absent.union(compiled.positiontup or ()) & context.VALUES.keys())
        text = str(compiled)
        check_sources(text)
        return Statement(text, tuple(getters), depends_on)

    # Values

    def bind(self, get: Getter, type_: Any) -> BindParameter[Any]:
        """A parameter of the statement."""
        name = f"p{len(self._getters)}"
        self._getters[name] = get
        return context.parameter(name, Boolean() if type_ is bool else type_)

    def _bind_arguments(self, field: FieldPlan) -> dict[str, Any]:
        assert field.bound is not None
        arguments = {}
        paged = PAGED if field.page is not None else frozenset()
        for name in field.bound.binding.arguments.keys() - paged:
            declared = field.bound.arguments[camel(name)]
            get = field.arguments.get(camel(name))
            type_ = sql_type(get_named_type(declared.type))
            absent = field.bound.binding.arguments[name].absent
            if absent and not (isinstance(get, Constant) and get.value is not None):
                self._absent.add(absent)
            if get is None:
                arguments[name] = context.parameter(absent, type_) if absent else cast(null(), type_)
            else:
                arguments[name] = self.bind(or_else(get, absent), type_)
        return arguments

    # Objects

    def object(self, fields: Sequence[FieldPlan]) -> Any:
        """The fields of an operation's root as one JSON object."""
        columns = [self._root(field).label(field.label) for field in fields]
        return self.json(select(*columns)).scalar_subquery()

    def _root(self, field: FieldPlan) -> ColumnElement[Any]:
        if field.bound is None:
            return named("Query")
        binding = field.bound.binding
        if isinstance(binding, NodeLookup):
            return self._nodes(field) if binding.many else self._node(field)
        assert isinstance(binding, Relation)
        return self._related(field, binding, None).scalar_subquery()

    def _node(self, field: FieldPlan) -> ColumnElement[Any]:
        get = field.arguments["id"]
        keys = (self.bind(then(get, key_of(branch.type_name)), Uuid()) for branch in field.branches)
        return func.coalesce(*map(self._by_key, field.branches, keys))

    def _nodes(self, field: FieldPlan) -> ColumnElement[Any]:
        """Each type has an array of keys: its own where they stand in the list, null elsewhere."""
        get, names = field.arguments["ids"], [f"k{i}" for i in range(len(field.branches))]
        keys = (self.bind(then(get, keys_of(branch.type_name)), ARRAY(Uuid())) for branch in field.branches)
        columns = (column(name, Uuid) for name in names)
        each = func.unnest(*keys).table_valued(*columns, with_ordinality=ORDINALITY, name=self.alias("t"))
        each = each.render_derived()
        self.outer.append(each)
        found = func.coalesce(*map(self._by_key, field.branches, (each.c[name] for name in names)))
        self.outer.pop()
        listed = select(found).select_from(each).order_by(each.c[ORDINALITY])
        return func.array(listed.scalar_subquery(), type_=JSON)

    def _by_key(self, branch: Selection, key: ColumnElement[Any]) -> ColumnElement[Any]:
        row = self.rows(branch.type_name)
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
            self.outer.append(row)
        columns: list[Any] = []
        source = row if own else None
        if abstract:
            columns.append(named(selection.type_name).label(f"{HIDDEN}type"))
        for field in selection.fields:
            value = self._value(field, selection, row)
            if isinstance(value, Select):
                source, found = self._joined(source, value)
                columns.append(found.label(field.label))
            elif isinstance(value, list):
                columns.extend(each_once(columns, value))
            else:
                columns.append(value.label(field.label))
            recorded = field.bound.binding.recorded if field.bound is not None else None
            if recorded is not None:
                columns.extend(each_once(columns, [row.c[name].label(f"{HIDDEN}{name}") for name in recorded.needs]))
        if own:
            self.outer.pop()
        query = select(*columns).where(*where)
        return self.scoped(query if source is None else query.select_from(source))

    def _value(self, field: FieldPlan, selection: Selection, row: FromClause) -> Any:
        if field.bound is None:
            return named(selection.type_name)
        binding = field.bound.binding
        if isinstance(binding, Column):
            return written(row.c[binding.name])
        if isinstance(binding, Expression):
            # The row may be further out than the select that the value is put in.
            return written(correlated(binding.sql(row.c, **self._bind_arguments(field)), [*self.outer, row]))
        if isinstance(binding, Localized):
            return self._localized(row.c[binding.name], field, 1 if binding.official else len(LOCALES))
        if isinstance(binding, Translations):
            return self._translations(row.c[binding.name], field)
        if isinstance(binding, GlobalId):
            return global_id(selection.type_name, row.c)
        if isinstance(binding, Computed):
            return [row.c[name].label(f"{HIDDEN}{name}") for name in binding.needs]
        assert isinstance(binding, Relation)
        return self._reached(field, binding, row)

    def _localized(self, value: ColumnElement[Any], field: FieldPlan, most: int) -> ColumnElement[Any]:
        asked = field.arguments.get("locale")
        choices = (context.locale(i) if asked is None else self.bind(preferring(asked, i), Text()) for i in range(most))
        return func.coalesce(*(value.op("->>", return_type=Text())(choice) for choice in choices))

    def _translations(self, value: ColumnElement[Any], field: FieldPlan) -> ColumnElement[Any]:
        assert field.selection is not None
        each = func.jsonb_each_text(value).table_valued(
            column("key", Text), column("value", Text), name=self.alias("t")
        )
        of = {
            "locale": func.upper(each.c.key),
            "text": each.c.value,
            "__typename": named("Translation"),
        }
        columns = [of[next(iter(item.arguments))].label(item.label) for item in field.selection.fields]
        return self.aggregate(select(*columns).select_from(each).order_by(each.c.key)).scalar_subquery()

    # Relations

    def rows(self, type_name: str) -> FromClause:
        """The table of a read type, under an alias of its own."""
        return self._catalog.types[type_name].rows(self.alias("t"))

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

        def where(row: FromClause) -> list[ColumnElement[bool]]:
            conditions = self.of_tenant(row, parent) if binding.rows is None else []
            if binding.via is not None and parent is not None:
                to_one = binding.shape == ONE
                refers = parent.c[binding.via] == row.c[KEY] if to_one else row.c[binding.via] == parent.c[KEY]
                conditions.append(refers)
            if binding.on is not None:
                conditions.append(correlated(binding.on(outer, row.c, **arguments), [*self.outer, row]))
            return conditions

        if field.page is not None:
            return page_sql(self, field.page, partial(self.rows, target), where)
        if binding.rows is not None:
            row: FromClause = correlated(binding.rows(outer, **arguments), self.outer).alias(self.alias("t"))
        else:
            row = self.rows(target)
        assert field.selection is not None
        chosen = self.select(field.selection, row, where(row))
        if binding.shape == ONE:
            return self.json(chosen)
        order = total(binding.order) if binding.rows is None else ((ORDINALITY, False),)
        chosen = chosen.order_by(*ordered(row, order))
        return self.aggregate(chosen.limit(literal(str(binding.limit))))

    def _reached(self, field: FieldPlan, binding: Relation, row: FromClause) -> Any:
        """What a relation finds: a select to be joined LATERAL, or a value, where that is safer.

        PostgreSQL makes one tree of LATERAL joins in each other, and where it knows little of its tables (it never
        analyses small ones by itself) each level can multiply the work by a table. A sub-select is always one look-up.
        """
        joins = not self._is_reached and self._may_join()
        outside, self._is_reached = self._is_reached, binding.shape == ONE
        found = self._related(field, binding, row)
        self._is_reached = outside
        return found if joins else found.scalar_subquery()

    def _may_join(self) -> bool:
        self._joins += 1
        return self._joins <= MOST_JOINS

    def _joined(self, source: FromClause | None, found: Select[Any]) -> tuple[FromClause, ColumnElement[Any]]:
        """A source with the JSON that a select finds for each of its rows."""
        source = one_row().subquery(self.alias("one")) if source is None else source
        each = lateral(found, name=self.alias("j"))
        return source.outerjoin(each, true()), each.c.j

    def beside(self, source: FromClause | None, found: Select[Any]) -> tuple[FromClause | None, ColumnElement[Any]]:
        """The JSON of what a select makes of each row of a source, and the source; joined where joins are few."""
        return self._joined(source, found) if self._may_join() else (source, found.scalar_subquery())

    def json(self, chosen: Select[Any]) -> Select[Any]:
        """Each row of a select as a JSON object, in the column `j`."""
        rows = chosen.subquery(self.alias("r"))
        return select(func.row_to_json(whole(rows), type_=JSON).label("j")).select_from(rows)

    def aggregate(self, chosen: Select[Any]) -> Select[Any]:
        """The rows of a select as a JSON array, in the select's order: nothing else stands between the two."""
        return select(self.listed(chosen).label("j"))

    def listed(self, chosen: Select[Any]) -> ColumnElement[Any]:
        """The rows of a select as an array of JSON, in the select's order: ARRAY keeps it, and is empty for no rows."""
        rows = chosen.subquery(self.alias("r"))
        items = select(func.row_to_json(whole(rows), type_=JSON)).select_from(rows)
        return func.array(items.scalar_subquery(), type_=JSON)

    def scoped(self, query: Select[Any]) -> Select[Any]:
        return query.correlate(*self.outer) if self.outer else query

    def alias(self, prefix: str) -> str:
        """A name for a row source. No key of an answer is like it: a column of that name would hide the row."""
        self.aliases += 1
        return f"{prefix}${self.aliases}"
