"""Distances on a calendar are those of a clock somewhere."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.core.calendar import moved_along

TORONTO = "America/Toronto"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TORONTO)).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "before", "after", "moved"),
    [
        # Summer time ends on 7 November 2027: 17:00 stays 17:00.
        ("2027-11-05T17:00", "2027-11-10T09:00", "2027-11-24T09:00", "2027-11-19T17:00"),
        ("2027-11-05T17:00", "2027-11-10T09:00", "2027-11-10T11:30", "2027-11-05T19:30"),
        ("2028-03-08T17:00", "2028-03-10T09:00", "2028-03-20T09:00", "2028-03-18T17:00"),  # and begins on 12 March 2028
        ("2028-02-28T12:00", "2028-02-28T09:00", "2028-02-29T09:00", "2028-02-29T12:00"),
    ],
)
def test_what_was_at_an_hour_stays_at_that_hour(moment: str, before: str, after: str, moved: str) -> None:
    assert moved_along(at(moment), at(before), at(after), TORONTO) == at(moved)


def test_an_hour_that_the_clock_skips_is_taken_as_an_hour_later() -> None:
    moved = moved_along(at("2028-03-05T02:30"), at("2028-03-05T09:00"), at("2028-03-12T09:00"), TORONTO)
    assert moved.astimezone(ZoneInfo(TORONTO)).isoformat() == "2028-03-12T03:30:00-04:00"
