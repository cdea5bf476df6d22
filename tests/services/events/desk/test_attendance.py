"""What a ticket's scans come to, whatever the order they arrived in."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import ScanKind, ScanRefusal
from services.events.desk.attendance import AT_THE_DOOR, Attendance, decide, in_order

OPENING = datetime(2026, 11, 22, 8, tzinfo=UTC)
KINDS = {"in": ScanKind.CHECK_IN, "out": ScanKind.CHECK_OUT, "undo": ScanKind.UNDO}
ALREADY_IN, NOT_IN, NO_SEAT = ScanRefusal.ALREADY_IN, ScanRefusal.NOT_IN, ScanRefusal.NO_SEAT


@dataclass
class Scanned:
    """A scan that is in no database."""

    kind: ScanKind
    at: datetime
    nonce: str
    refusal: ScanRefusal | None = None


def at(minute: int | None) -> datetime | None:
    return None if minute is None else OPENING + timedelta(minutes=minute)


def scanned(said: str) -> list[Scanned]:
    """The kinds of scans, one a minute."""
    return [
        Scanned(KINDS[kind], OPENING + timedelta(minutes=minute), f"{minute}")
        for minute, kind in enumerate(said.split())
    ]


@pytest.mark.parametrize(
    ("said", "came", "left", "refusals"),
    [
        ("in", 0, None, [None]),
        ("in in", 0, None, [None, ALREADY_IN]),
        ("out", None, None, [NOT_IN]),
        ("undo", None, None, [NOT_IN]),
        ("in out", 0, 1, [None, None]),
        ("in out out", 0, 1, [None, None, NOT_IN]),
        ("in out in", 0, None, [None, None, None]),
        ("in undo", None, None, [None, None]),
        ("in undo undo", None, None, [None, None, NOT_IN]),
        ("in undo in", 2, None, [None, None, None]),
        ("in out undo", 0, None, [None, None, None]),
        ("in out undo undo", None, None, [None, None, None, None]),
        ("in out in undo", 0, 1, [None, None, None, None]),
        ("in in undo", None, None, [None, ALREADY_IN, None]),
    ],
)
def test_in_and_out_take_turns_and_an_undo_takes_back_the_last(
    said: str, came: int | None, left: int | None, refusals: list[ScanRefusal | None]
) -> None:
    scans = scanned(said)
    assert decide(scans) == Attendance(at(came), at(left))
    assert [scan.refusal for scan in scans] == refusals


def test_who_was_turned_away_stays_so_and_counts_for_nothing() -> None:
    scans = scanned("in in out")
    scans[0].refusal = NO_SEAT
    assert decide(scans) == Attendance(at(1), at(2))
    assert [scan.refusal for scan in scans] == [NO_SEAT, None, None]


SCANS = st.lists(
    st.builds(
        Scanned,
        st.sampled_from(ScanKind),
        st.integers(0, 4).map(lambda minute: OPENING + timedelta(minutes=minute)),
        st.integers(0, 10**6).map(str),
        st.sampled_from([None, None, None, *sorted(AT_THE_DOOR)]),
    ),
    unique_by=lambda scan: scan.nonce,
    max_size=9,
)


@given(scans=SCANS, data=st.data())
def test_the_order_of_arrival_and_what_was_thought_before_make_no_difference(
    scans: list[Scanned], data: st.DataObject
) -> None:
    mixed = [replace(scan) for scan in data.draw(st.permutations(scans))]
    assert decide(scans) == decide(mixed)
    assert in_order(mixed) == in_order(scans)
    seen = data.draw(st.integers(0, len(mixed)))
    decide(mixed[:seen])  # as one desk had it before the others came
    assert decide(mixed) == decide(scans)
    assert in_order(mixed) == in_order(scans)
