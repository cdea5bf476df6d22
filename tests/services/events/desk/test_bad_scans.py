"""A scan that can't be taken for what it says is kept with its reason, and keeps no other out."""

from typing import Any

import pytest

from models import ScanRefusal
from tests.services.events.desk.test_scans import ATTENDED, CONFIRMED, Door, door, scan

__all__ = ["door"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"ticket": ""}, ScanRefusal.UNREADABLE),
        ({"ticket": "\u200b"}, ScanRefusal.UNREADABLE),
        ({"ticket": "C" * 201}, ScanRefusal.UNREADABLE),
        ({"ticket": "C" * 9_000}, ScanRefusal.UNREADABLE),
        ({"ticket": "C" * 200}, ScanRefusal.UNKNOWN_TICKET),
        ({"minutes": 90}, ScanRefusal.WRONG_CLOCK),  # however long ago the tests began
        ({"minutes": -60 * 24 * 3}, ScanRefusal.WRONG_CLOCK),
    ],
)
async def test_one_bad_scan_keeps_no_good_one_out_however_often_the_batch_is_brought(
    door: Door, wrong: dict[str, Any], refusal: ScanRefusal
) -> None:
    good, other = await door.registered(), await door.registered()
    bad: dict[str, Any] = {"ticket": other, "nonce": "bad"}
    batch = (scan(good, nonce="good"), scan(**(bad | wrong)))
    for _ in range(2):
        assert await door.bring(*batch) == {"good": None, "bad": refusal}
    assert [(await door.make.fresh(row)).state for row in (good, other)] == [ATTENDED, CONFIRMED]
