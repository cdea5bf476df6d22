"""A membership's standing, as ordered rules over its dates: the first that fits. Last days are included."""

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

STARTS = date(2026, 1, 1)
PAID = {"joined_on": date(2020, 1, 1), "starts_on": STARTS, "ends_on": date(2026, 12, 31)}
WITH_GRACE = PAID | {"grace_until": date(2027, 1, 30)}
NEWCOMER = PAID | {"joined_on": STARTS}
RESIGNED = WITH_GRACE | {"cancelled_on": date(2026, 6, 1), "cancellation_reason": "RESIGNED"}
DIED = RESIGNED | {"cancellation_reason": "DECEASED"}
OVERRIDDEN = DIED | {"override_status": "CURRENT", "override_until": date(2026, 6, 15)}
NEWCOMER_WHO_LAPSED = NEWCOMER | {"ends_on": date(2026, 1, 31), "grace_until": date(2026, 2, 28)}


@pytest.mark.parametrize(
    ("dates", "day", "status"),
    [
        (PAID, date(2025, 12, 31), "PENDING"),
        (PAID, date(2026, 1, 1), "CURRENT"),
        (PAID, date(2026, 12, 31), "CURRENT"),
        (PAID, date(2027, 1, 1), "EXPIRED"),
        (WITH_GRACE, date(2026, 12, 31), "CURRENT"),
        (WITH_GRACE, date(2027, 1, 1), "GRACE"),
        (WITH_GRACE, date(2027, 1, 30), "GRACE"),
        (WITH_GRACE, date(2027, 1, 31), "EXPIRED"),
        (NEWCOMER, STARTS, "NEW"),
        (NEWCOMER, STARTS + timedelta(days=89), "NEW"),
        (NEWCOMER, STARTS + timedelta(days=90), "CURRENT"),
        (NEWCOMER_WHO_LAPSED, date(2026, 2, 1), "GRACE"),
        (NEWCOMER_WHO_LAPSED, date(2026, 3, 1), "EXPIRED"),
        ({"joined_on": STARTS, "starts_on": STARTS}, date(2099, 1, 1), "CURRENT"),
        (RESIGNED, date(2026, 5, 31), "CURRENT"),
        (RESIGNED, date(2026, 6, 1), "CANCELLED"),
        (RESIGNED, date(2027, 1, 15), "CANCELLED"),
        (DIED, date(2026, 5, 31), "CURRENT"),
        (DIED, date(2026, 6, 1), "DECEASED"),
        (OVERRIDDEN, date(2026, 6, 15), "CURRENT"),
        (OVERRIDDEN, date(2026, 6, 16), "DECEASED"),
    ],
)
async def test_the_first_rule_that_fits_decides(
    owner: asyncpg.Connection, dates: dict[str, Any], day: date, status: str
) -> None:
    names = ("joined_on", "starts_on", "ends_on", "grace_until", "cancelled_on")
    reasons = ("cancellation_reason", "override_status", "override_until")
    given = [dates.get(name) for name in (*names, *reasons)]
    found = await owner.fetchval("select membership_status($1, $2, $3, $4, $5, $6, $7, $8, $9)", *given, day)
    assert found == status
