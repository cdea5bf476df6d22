"""The desk: who has come."""

from datetime import datetime
from uuid import UUID

from models import EventState, Registration, RegistrationState
from services.core.checks import check_moment
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events import access
from services.events.errors import WrongEventState, WrongRegistrationState

DESK = (EventState.OPEN, EventState.CLOSED, EventState.HELD)
"""The states of an event in which attendance is taken: registration may be open at the door, and a desk that was
offline brings its scans after the event was held. With the report, the figures stand."""


async def check_in(work: Work, registration_id: UUID, *, at: datetime | None = None) -> Registration:
    """Note that somebody has come, `at` a time that isn't to come (now, unless given). Asks for `registrations.manage`.

    A second check-in is WrongRegistrationState with ATTENDED found: the desk must hear that this badge came in before,
    and when; a client that merely lost the answer repeats its request with the same idempotency key. After the event
    was held, a late scan takes back a NO_SHOW.
    """
    registration = await access.managed_registration(work, registration_id)
    at = work.now if at is None else check_moment(at, "at")
    if at > work.now:
        raise InvalidInput(f"{work.now.isoformat()} or earlier", at.isoformat(), path=("at",))
    held = await _desk(work, registration) is EventState.HELD
    expected = [RegistrationState.CONFIRMED, RegistrationState.NO_SHOW] if held else [RegistrationState.CONFIRMED]
    if registration.state not in expected:
        raise WrongRegistrationState(expected, registration.state)
    registration.state = RegistrationState.ATTENDED
    registration.checked_in_at = at
    await work.record("registration.checked_in", registration, event_id=str(registration.event_id))
    return registration


async def undo_check_in(work: Work, registration_id: UUID) -> Registration:
    """Take back a check-in: confirmed again, or a no-show where the event was held. Asks for `registrations.manage`."""
    registration = await access.managed_registration(work, registration_id)
    held = await _desk(work, registration) is EventState.HELD
    if registration.state is not RegistrationState.ATTENDED:
        raise WrongRegistrationState([RegistrationState.ATTENDED], registration.state)
    registration.state = RegistrationState.NO_SHOW if held else RegistrationState.CONFIRMED
    registration.checked_in_at = None
    await work.record("registration.check_in_undone", registration, event_id=str(registration.event_id))
    return registration


async def _desk(work: Work, registration: Registration) -> EventState:
    # Read under the registration's lock: holding the event changes its registrations before it commits, so a desk
    # that waited for that finds the event held.
    state = await access.event_state(work, registration.event_id)
    if state not in DESK:
        raise WrongEventState(list(DESK), state)
    return state
