"""The desk, one person at a time: who comes, who leaves, and who walks in. Each is a scan with a nonce of its own."""

from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models import EventFormat, EventState, Registration, RegistrationState, Scan, ScanKind
from services.core.checks import check_moment
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events import access
from services.events.desk.scans import DESK_STATES, last_at, take
from services.events.errors import NotEnoughSeats, NotInside, WrongEventState, WrongRegistrationState
from services.events.registrations import registering

_NEXT = timedelta(microseconds=1)


async def check_in(work: Work, registration_id: UUID, *, at: datetime | None = None) -> Registration:
    """Note that somebody has come, `at` a time that isn't to come (now, unless given). Asks for `registrations.manage`.

    A second check-in is WrongRegistrationState with ATTENDED found: the desk must hear that this badge came in before,
    and when; a client that merely lost the answer repeats its request with the same idempotency key. Who has left may
    come back. After the event was held, a late scan takes back a NO_SHOW.
    """
    registered = await access.managed_registration(work, registration_id)
    if at is not None and check_moment(at, "at") > work.now:
        raise InvalidInput(f"{work.now.isoformat()} or earlier", at.isoformat(), path=("at",))
    state = await _desk(work, registered)
    held = state is EventState.HELD
    expected = [RegistrationState.CONFIRMED, RegistrationState.NO_SHOW] if held else [RegistrationState.CONFIRMED]
    if registered.state not in expected and registered.checked_out_at is None:
        raise WrongRegistrationState(expected, registered.state)
    await _scan(work, state, registered, ScanKind.CHECK_IN, at)
    if registered.checked_in_at is None or registered.checked_out_at is not None:
        assert at is not None  # what is scanned now counts last
        raise InvalidInput("a time after the desk's last scan of them", at.isoformat(), path=("at",))
    return registered


async def undo_check_in(work: Work, registration_id: UUID) -> Registration:
    """Take back the last scan of who is checked in: they left after all not, or had not come. Asks for
    `registrations.manage`.

    Who never came is confirmed again, or a no-show where the event was held.
    """
    registered = await access.managed_registration(work, registration_id)
    state = await _desk(work, registered)
    if registered.state is not RegistrationState.ATTENDED:
        raise WrongRegistrationState([RegistrationState.ATTENDED], registered.state)
    await _scan(work, state, registered, ScanKind.UNDO)
    return registered


async def check_out(work: Work, registration_id: UUID) -> Registration:
    """Note that somebody leaves. Asks for `registrations.manage`.

    WrongRegistrationState for who isn't checked in, NotInside for who left before.
    """
    registered = await access.managed_registration(work, registration_id)
    state = await _desk(work, registered)
    if registered.state is not RegistrationState.ATTENDED:
        raise WrongRegistrationState([RegistrationState.ATTENDED], registered.state)
    if registered.checked_out_at is not None:
        raise NotInside(registered.checked_out_at)
    await _scan(work, state, registered, ScanKind.CHECK_OUT)
    return registered


async def walk_in(
    work: Work, event_id: UUID, person_id: UUID, *, format: EventFormat | None = None, reason: str | None = None
) -> Registration:
    """Register somebody who stands at the door and check them in, both or neither. Asks for `registrations.manage`.

    As in `register_on_behalf`, but that nobody is put in line at the door: NotEnoughSeats.
    """
    registered = await registering.register_on_behalf(work, event_id, person_id, format=format, reason=reason)
    if registered.state is not RegistrationState.CONFIRMED:
        raise NotEnoughSeats(registered.seats, 0)
    return await check_in(work, registered.id)


async def _scan(
    work: Work, state: EventState, registered: Registration, kind: ScanKind, at: datetime | None = None
) -> None:
    if at is None:
        # Who acts now acts on all that the desk has seen, be some of it by a clock that is ahead of ours.
        seen = await last_at(work, registered)
        at = work.now if seen is None else max(work.now, seen + _NEXT)
    scan = Scan(
        event_id=registered.event_id,
        association_id=registered.association_id,
        nonce=uuid7().hex,
        kind=kind,
        code=registered.ticket_code,
        registration_id=registered.id,
        at=at,
        received_at=work.now,
        scanned_by_id=work.actor.person_id,
    )
    await take(work, state, {registered.id: registered}, [scan])


async def _desk(work: Work, registered: Registration) -> EventState:
    # Read under the registration's lock: holding the event changes its registrations before it commits, so a desk
    # that waited for that finds the event held.
    state = await access.event_state(work, registered.event_id)
    if state not in DESK_STATES:
        raise WrongEventState(list(DESK_STATES), state)
    return state
