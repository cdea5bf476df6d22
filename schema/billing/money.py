"""Amounts of money."""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import Text, select, values
from sqlalchemy import column as sql_column

from schema.compiler.bindings import Row
from schema.compiler.declare import column, read_type
from services.billing import balances

CURRENCY = "The currency's code (ISO 4217)."


@read_type()
class Money:
    """An amount in a currency, exact, with two decimals. As PUBLIC, STAFF or the payer's as what it is of."""

    amount: Decimal = column("How much.")
    currency: str = column(CURRENCY)


def money(amount: Callable[[Row], Row]) -> Callable[[Row], Row]:
    """An amount of a row that has a currency."""
    return money_in(amount, lambda row: row.currency)


def money_in(
    amount: Callable[[Row], Row], currency: Callable[[Row], Row], *, nullable: bool = False
) -> Callable[[Row], Row]:
    """An amount of a row, and its currency. `nullable`: no money where the amount is null."""

    def rows(row: Row) -> Row:
        made = values(sql_column("amount", balances.MONEY), sql_column("currency", Text), name="money")
        made = made.data([(amount(row), currency(row))])
        if not nullable:
            return made
        return select(made.c.amount, made.c.currency).where(made.c.amount.is_not(None))

    return rows
