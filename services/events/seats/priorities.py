"""Priorities on a waiting list, which come before arrival."""

from uuid import UUID

from models import MANAGE_REGISTRATIONS, Registration, RegistrationState
from services.core.checks import check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.events import access
from services.events.errors import WrongRegistrationState
from services.events.registrations import parties
from services.events.seats import waiting_list

GREATEST_PRIORITY = 1000


async def set_priority(work: Work, registration_id: UUID, priority: int, *, reason: str) -> Registration:
    """Change a waiting registration's priority: lower numbers come first, and the default is 0.

    Asks for `registrations.manage`; the reason is journaled. WrongRegistrationState unless it is waiting.
    """
    waiting = await access.registration(work, registration_id)
    work.actor.require(MANAGE_REGISTRATIONS, waiting.association_id)
    reason = check_text(reason, "reason", most=500)
    if abs(priority) > GREATEST_PRIORITY:
        raise InvalidInput(f"-{GREATEST_PRIORITY} to {GREATEST_PRIORITY}", f"{priority}", path=("priority",))
    async with work.elevated("whoever is moved up in line makes others of it wait"):
        # A waiting list is only read for decisions, and changed, under its pool's lock.
        seats, waiting, event = await parties.locked(work, waiting)
        if waiting.state is not RegistrationState.WAITLISTED:
            raise WrongRegistrationState([RegistrationState.WAITLISTED], waiting.state)
        before, waiting.priority = waiting.priority, priority
        await work.record(
            "registration.prioritized",
            waiting,
            reason=reason,
            data={"event_id": str(waiting.event_id), "priority": priority, "before": before},
        )
        # A party that smaller ones may not pass may have blocked others.
        await waiting_list.feed(work, seats[waiting.pool_id], event)
    return waiting
