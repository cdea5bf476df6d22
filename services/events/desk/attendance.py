"""What a ticket's scans come to: whether somebody came, is in, and since when. Rules without a database.

Scans count in the order of their own times, whenever they arrived; of two at the same instant, the lesser nonce is
first. So a desk that was offline brings its scans late and everybody agrees on what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from models import ScanKind, ScanRefusal

AT_THE_DOOR = frozenset(
    {
        ScanRefusal.UNKNOWN_TICKET,
        ScanRefusal.NO_SEAT,
        ScanRefusal.CANCELLED,
        ScanRefusal.EVENT_NOT_ON,
        ScanRefusal.UNREADABLE,
        ScanRefusal.WRONG_CLOCK,
    }
)
"""Refusals about the ticket or the scan itself as it arrived: somebody was turned away, and that stays so."""


class Scanned(Protocol):
    """A scan of the ticket, as far as it matters here."""

    nonce: str
    kind: ScanKind
    at: datetime
    refusal: ScanRefusal | None


@dataclass(frozen=True)
class Attendance:
    """`checked_in_at`: the first entry that was not taken back. `checked_out_at`: the exit, while nobody came back."""

    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None

    @property
    def is_in(self) -> bool:
        """Whether they are inside."""
        return self.checked_in_at is not None and self.checked_out_at is None


def in_order(scans: Sequence[Scanned]) -> list[Scanned]:
    """The scans in the order that they count in."""
    return sorted(scans, key=lambda scan: (scan.at, scan.nonce))


def decide(scans: Sequence[Scanned]) -> Attendance:
    """Judge every scan of one ticket anew, but for those refused `AT_THE_DOOR`, and tell what they come to.

    In and out take turns. UNDO takes back the last accepted scan that is not taken back yet.
    """
    standing = [Attendance()]  # after each accepted scan that is not taken back
    for scan in in_order(scans):
        if scan.refusal in AT_THE_DOOR:
            continue
        now = standing[-1]
        scan.refusal = None
        if scan.kind is ScanKind.UNDO:
            if len(standing) > 1:
                standing.pop()
            else:
                scan.refusal = ScanRefusal.NOT_IN
        elif scan.kind is ScanKind.CHECK_OUT:
            if now.is_in:
                standing.append(replace(now, checked_out_at=scan.at))
            else:
                scan.refusal = ScanRefusal.NOT_IN
        elif now.is_in:
            scan.refusal = ScanRefusal.ALREADY_IN
        else:
            standing.append(Attendance(now.checked_in_at or scan.at))
    return standing[-1]
