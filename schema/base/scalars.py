"""Scalars and small types of the schema. Each scalar serializes what Python holds as PostgreSQL's JSON writes it."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLError

from schema.base.describing import describe_values


@strawberry.enum(description="A language that texts are kept in.")
class Locale(Enum):
    """Every language that there may be a text in."""

    FR = "FR"
    EN = "EN"

    @property
    def code(self) -> str:
        """As texts and headers name it."""
        return self.value.lower()


describe_values(Locale, {"FR": "French.", "EN": "English."})

LOCALES = tuple(locale.code for locale in Locale)
"""The code of every locale, in the order that a text falls back when a confederation says nothing else."""


@strawberry.type(description="A text in one locale.")
class Translation:
    """One of the texts of a localized field."""

    locale: Locale = strawberry.field(description="The text's locale.")
    text: str = strawberry.field(description="The text.")


def moment_text(value: datetime) -> str:
    """UTC, ISO 8601, with as many decimals as there are: as PostgreSQL's JSON writes a timestamptz."""
    value = value.astimezone(UTC)
    text = value.replace(microsecond=0).isoformat()
    return text if not value.microsecond else f"{text[:-6]}.{value.microsecond:06d}".rstrip("0") + text[-6:]


def _serialize(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def parse_moment(value: Any) -> datetime:
    """An instant from ISO 8601 text. GraphQLError where it isn't one, or names no offset from UTC."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError("DateTime is an ISO 8601 text such as 2026-01-31T12:00:00Z.") from None
    if moment.tzinfo is None:
        raise GraphQLError("DateTime needs an offset from UTC, such as Z or -05:00.")
    try:
        moment = moment.astimezone(UTC)
        _check_range(moment.date())
    except OverflowError:
        raise GraphQLError("DateTime is out of range.") from None
    return moment


def parse_date(value: Any) -> date:
    """A calendar day from ISO 8601 text. GraphQLError where it isn't one."""
    try:
        day = date.fromisoformat(value)
        _check_range(day)
    except (TypeError, ValueError):
        raise GraphQLError("Date is an ISO 8601 text such as 2026-01-31.") from None
    except OverflowError:
        raise GraphQLError("Date is out of range.") from None
    return day


def _check_range(day: date) -> None:
    """OverflowError for the first and the last day that there is: the driver makes them PostgreSQL's infinities."""
    if day in (date.min, date.max):
        raise OverflowError


def parse_decimal(value: Any) -> Decimal:
    """An exact number from text or an integer. GraphQLError for anything else, NaN and infinities too."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise InvalidOperation
        number = Decimal(value)
    except InvalidOperation:
        raise GraphQLError('Decimal is a text such as "12.50".') from None
    if not number.is_finite():
        raise GraphQLError("Decimal is a finite number.")
    return number


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        description="An instant in UTC, ISO 8601: `2026-01-31T12:00:00+00:00`. The event's `timeZone` says where.",
        serialize=_serialize,
        parse_value=parse_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        description="A calendar day, ISO 8601: `2026-01-31`.",
        serialize=_serialize,
        parse_value=parse_date,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        specified_by_url="https://speleotrove.com/decimal/daconvs.html",
        description='An exact number as text: `"12.50"`.',
        serialize=_serialize,
        parse_value=parse_decimal,
    ),
}
"""Python types as this schema's scalars."""
