"""Rules about the input of event operations: known before anything is read."""

from zoneinfo import ZoneInfo

from services.core.errors import InvalidInput

MOST_SEATS = 1_000_000


def check_time_zone(name: str, *path: str) -> str:
    """Check a time zone of the IANA database: `America/Toronto`."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Besides unknown names: paths outside the database, and its directories.
        raise InvalidInput("a time zone such as America/Toronto", name, path=path) from None
    return name


def check_capacity(capacity: int | None, *path: str) -> int | None:
    """Check a number of seats; None means no limit."""
    if capacity is not None and not 1 <= capacity <= MOST_SEATS:
        raise InvalidInput(f"1 to {MOST_SEATS}, or no limit", f"{capacity}", path=path)
    return capacity
