"""Missing translations of official texts."""

from typing import Any

from sqlalchemy import Text, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array

import models
from schema.compiler.bindings import Row
from schema.compiler.declare import expression


def translation_gaps(name: str) -> Any:
    """Declare a field with the confederation's locales for which the official text in a column has no translation."""

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

    return expression("Languages of the confederation into which this official text is not translated.", missing)
