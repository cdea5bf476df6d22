"""Scalars and small types of the schema. Each scalar serializes Python values exactly as PostgreSQL's JSON does."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLError

from schema.base.describing import describe_values


@strawberry.enum(description="A language of texts.")
class Locale(Enum):
    """Every language in which texts can be stored."""

    FR = "FR"
    EN = "EN"

    @property
    def code(self) -> str:
        """Return the code used in texts and headers."""
        return self.value.lower()


describe_values(Locale, {"FR": "French.", "EN": "English."})

LOCALES = tuple(locale.code for locale in Locale)
"""The code of every locale, in the default order of fallback."""


@strawberry.type(description="A text in one locale.")
class Translation:
    """A text of a localized field."""

    locale: Locale = strawberry.field(description="The text's locale.")
    text: str = strawberry.field(description="The text.")


def moment_text(value: datetime) -> str:
    """Format a moment as PostgreSQL's JSON does for a timestamptz: UTC, ISO 8601, without trailing zeros of the
    fraction.
    """
    value = value.astimezone(UTC)
    text = value.replace(microsecond=0).isoformat()
    return text if not value.microsecond else f"{text[:-6]}.{value.microsecond:06d}".rstrip("0") + text[-6:]


def _serialize(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def parse_moment(value: Any) -> datetime:
    """Parse an ISO 8601 text as a moment. Raise GraphQLError if it is malformed or has no offset from UTC."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError("A DateTime must be an ISO 8601 text such as 2026-01-31T12:00:00Z.") from None
    if moment.tzinfo is None:
        raise GraphQLError("A DateTime must have an offset from UTC, such as Z or -05:00.")
    try:
        moment = moment.astimezone(UTC)
        _check_range(moment.date())
    except OverflowError:
        raise GraphQLError("The DateTime is out of range.") from None
    return moment


def parse_date(value: Any) -> date:
    """Parse an ISO 8601 text as a calendar day. Raise GraphQLError if it is malformed."""
    try:
        day = date.fromisoformat(value)
        _check_range(day)
    except (TypeError, ValueError):
        raise GraphQLError("A Date must be an ISO 8601 text such as 2026-01-31.") from None
    except OverflowError:
        raise GraphQLError("The Date is out of range.") from None
    return day


def _check_range(day: date) -> None:
    """Raise OverflowError for the first and the last possible day: the driver turns them into
    PostgreSQL's infinities.
    """
    if day in (date.min, date.max):
        raise OverflowError


def parse_decimal(value: Any) -> Decimal:
    """Parse a text or an integer as an exact number. Raise GraphQLError for anything else, NaN and
    infinities included.
    """
    try:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise InvalidOperation
        number = Decimal(value)
    except InvalidOperation:
        raise GraphQLError('A Decimal must be a text such as "12.50".') from None
    if not number.is_finite():
        raise GraphQLError("A Decimal must be a finite number.")
    return number


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        description="A moment in UTC, in ISO 8601: `2026-01-31T12:00:00+00:00`. An event's time zone is in its "
        "`timeZone`.",
        serialize=_serialize,
        parse_value=parse_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        description="A calendar day, in ISO 8601: `2026-01-31`.",
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
"""Python types and the scalars that stand for them in this schema."""
