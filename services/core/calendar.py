"""Distances on a calendar: days and hours of a clock somewhere, which a change to summer time doesn't shift."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moved_along(moment: datetime, before: datetime, after: datetime, time_zone: str) -> datetime:
    """Move a moment by the distance between two others, as a clock in the time zone shows it.

    What was at 17:00 stays at 17:00, whatever the offset from UTC is on the new day. An hour that the clock skips is
    taken as an hour later, one that it shows twice as the first.
    """
    zone = ZoneInfo(time_zone)
    shown, since, until = (each.astimezone(zone).replace(tzinfo=None) for each in (moment, before, after))
    return (shown + (until - since)).replace(tzinfo=zone).astimezone(UTC)
