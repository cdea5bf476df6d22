"""An event's rules of registration: how long offers last, the size of parties, and which roles take seats."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col

from models import AttendeeRole, Event, Registration, RegistrationState
from services.core.errors import InvalidInput
from services.core.unset import UNSET, Unset
from services.core.work import Work
from services.events import access
from services.events.access import BEFORE_HELD
from services.events.errors import RoleInUse, WrongEventState
from services.events.seats import pools, waiting_list

LONGEST_OFFER = 720  # hours
LARGEST_PARTY = 50


@dataclass(frozen=True, kw_only=True)
class RegistrationRules:
    """The rules of registration, with their defaults.

    `offer_hours`: how long a freed seat is offered to the next person waiting; None: they are confirmed at once.
    `largest_party`: maximum seats per registration. `smaller_parties_may_pass`: whether a party that fits may get seats
    before a larger one ahead of it that doesn't. `counts_speakers`, `counts_staff`: whether these roles take seats.
    """

    offer_hours: int | None = None
    largest_party: int = 1
    smaller_parties_may_pass: bool = False
    counts_speakers: bool = True
    counts_staff: bool = True


def check_rules(rules: RegistrationRules) -> RegistrationRules:
    """InvalidInput for a number out of range."""
    if rules.offer_hours is not None and not 1 <= rules.offer_hours <= LONGEST_OFFER:
        raise InvalidInput(f"1 to {LONGEST_OFFER} hours", f"{rules.offer_hours}", path=("offerHours",))
    if not 1 <= rules.largest_party <= LARGEST_PARTY:
        raise InvalidInput(f"1 to {LARGEST_PARTY} seats", f"{rules.largest_party}", path=("largestParty",))
    return rules


async def configure_registration(
    work: Work,
    event_id: UUID,
    *,
    offer_hours: Unset | int | None = UNSET,
    largest_party: int | None = None,
    smaller_parties_may_pass: bool | None = None,
    counts_speakers: bool | None = None,
    counts_staff: bool | None = None,
) -> Event:
    """Change the rules of an event that was not held yet; omitted ones are unchanged.

    `offer_hours`: None for no offers. Open offers keep their expiry, and existing parties their size. RoleInUse if a
    role's seats are to be counted differently while somebody is registered in it. Asks for `events.manage`.
    """
    event = await access.managed_event(work, event_id)
    if event.state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), event.state)
    given = {
        "largest_party": largest_party,
        "smaller_parties_may_pass": smaller_parties_may_pass,
        "counts_speakers": counts_speakers,
        "counts_staff": counts_staff,
    }
    before = {name: getattr(event, name) for name in ("offer_hours", *given)}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if offer_hours is not UNSET:
        changes["offer_hours"] = offer_hours
    rules = check_rules(RegistrationRules(**(before | changes)))
    async with work.elevated("the rules of registration are about people whom those who manage an event may not see"):
        # Under the pools' locks no registration is half done: each follows the old rules or these.
        seats = await pools.lock_all(work, of=event_id)
        for role, name in ((AttendeeRole.SPEAKER, "counts_speakers"), (AttendeeRole.STAFF, "counts_staff")):
            if getattr(rules, name) != before[name] and (registered := await _registered_as(work, event_id, role)):
                raise RoleInUse(role, registered)
        changed = {name: value for name, value in vars(rules).items() if value != before[name]}
        for name, value in changed.items():
            setattr(event, name, value)
        await work.record("event.configured", event, data=changed)
        for pool in seats:
            # Smaller parties that had to wait may get seats now.
            await waiting_list.feed(work, pool, event)
    return event


async def _registered_as(work: Work, event_id: UUID, role: AttendeeRole) -> int:
    query = work.select(func.count(), of=Registration).where(
        col(Registration.event_id) == event_id,
        col(Registration.role) == role,
        col(Registration.state).not_in([RegistrationState.CANCELLED, RegistrationState.REFUSED]),
    )
    return (await work.session.scalars(query)).one()
