"""Amounts of money."""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import Text, select, values
from sqlalchemy import column as sql_column

from schema.compiler.bindings import Row
from schema.compiler.declare import column, read_type
from services.billing import balances

CURRENCY = "Currency code (ISO 4217)."


@read_type()
class Money:
    """An exact amount in a currency, with two decimals. PUBLIC or STAFF, or the payer's, as the row that has it."""

    amount: Decimal = column("Amount.")
    currency: str = column(CURRENCY)


def money(amount: Callable[[Row], Row]) -> Callable[[Row], Row]:
    """Pair an amount of a row with the row's currency."""
    return money_in(amount, lambda row: row.currency)


def money_in(
    amount: Callable[[Row], Row], currency: Callable[[Row], Row], *, nullable: bool = False
) -> Callable[[Row], Row]:
    """Pair an amount of a row with its currency. `nullable`: no money if the amount is null."""

    def rows(row: Row) -> Row:
        made = values(sql_column("amount", balances.MONEY), sql_column("currency", Text), name="money")
        made = made.data([(amount(row), currency(row))])
        if not nullable:
            return made
        return select(made.c.amount, made.c.currency).where(made.c.amount.is_not(None))

    return rows
