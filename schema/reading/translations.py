"""Which official texts still want a translation."""

from typing import Any

from sqlalchemy import Text, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array

import models
from schema.compiler.bindings import Row
from schema.compiler.declare import expression


def translation_gaps(name: str) -> Any:
    """The confederation's locales that the official text in a column has no wording in."""

    def missing(row: Row) -> Row:
        confederation = models.Confederation.__table__.alias("confederation")  # type: ignore[attr-defined]
        each = (
            func.unnest(confederation.c.locales)
            .table_valued(column("locale", Text), with_ordinality="place", joins_implicitly=True)
            .render_derived()
        )
        found = func.array_agg(aggregate_order_by(func.upper(each.c.locale), each.c.place), type_=ARRAY(Text))
        return (
            select(func.coalesce(found, array([], type_=Text)))
            .select_from(confederation, each)
            .where(confederation.c.id == row.confederation_id, row[name].op("->>")(each.c.locale).is_(None))
        )

    return expression("The confederation's languages that this official text is not worded in.", missing)
