"""The convention that goes on when the demo is loaded."""

from collections import Counter

from models import Event, Registration, RegistrationState, Scan, ScanRefusal
from services.core.database.connections import Database
from tests.services.demo.test_demo import making


async def test_at_the_convention_most_have_come_one_has_left_and_two_scans_were_refused(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    (event,) = await make.all(Event, slug="congres-mille-ponts")
    registered = await make.all(Registration, event_id=event.id)
    assert Counter(row.state for row in registered) == {
        RegistrationState.ATTENDED: 15,  # a walk-in among them
        RegistrationState.CONFIRMED: 4,
    }
    assert sum(row.checked_out_at is not None for row in registered) == 1
    scans = await make.all(Scan, event_id=event.id)
    assert Counter(scan.refusal for scan in scans if scan.refusal) == {
        ScanRefusal.ALREADY_IN: 1,
        ScanRefusal.UNKNOWN_TICKET: 1,
    }
    assert {scan.device for scan in scans} == {"door-1", "door-2", None}
