"""Guests, after registering: whoever brings somebody names them, names another instead, or brings them not."""

from uuid import UUID

from models import MANAGE_REGISTRATIONS, Registration, RegistrationGuest
from services.core.checks import check_text
from services.core.work import Work
from services.events import access
from services.events.errors import GuestScanned, PartyTooLarge
from services.events.registrations import effects, parties
from services.events.seats import waiting_list

ELEVATION_REASON = "a guest's seat is of the pool, and given back it is the next in line's"


async def add_guest(work: Work, registration_id: UUID, name: str) -> Registration:
    """Bring somebody: on a seat of the party that nobody is named for, or else on one more of the same pool.

    One's own, or as the event's staff. Another seat is had as by who registers: as long as registration is open, where
    one is free and nobody waits for it, else NotEnoughSeats. Who waits, waits with one more. PartyTooLarge for more
    than the event gives to one registration.
    """
    found = await _hosts(work, registration_id)
    name = check_text(name, "name")
    async with work.elevated(ELEVATION_REASON):
        seats, registration, event = await parties.locked(work, found)
        parties.check_standing(registration, event)
        people = 2 + len(await parties.guests_of(work, registration))
        if people > event.largest_party:
            raise PartyTooLarge(event.largest_party)
        party = parties.counted(event, registration.role, max(people, registration.seats))
        more = party > registration.seats
        parties.check_in_time(work, registration, event, more=more)
        await parties.resize(work, seats[registration.pool_id], registration, party)
        await parties.bring(work, registration, [name])
        await _changed(work, registration, "registration.guest_added")
        if more:
            # An allotment that couldn't seat the whole party has its seats back.
            await waiting_list.feed(work, seats[registration.pool_id], event)
    return registration


async def rename_guest(work: Work, guest_id: UUID, name: str) -> Registration:
    """Bring somebody else instead, or spell a name rightly; the ticket's code stays. Until the event begins."""
    guest = await work.find(RegistrationGuest, guest_id)
    found = await _hosts(work, guest.registration_id)
    name = check_text(name, "name")
    async with work.elevated(ELEVATION_REASON):
        registration, event = (await parties.locked(work, found))[1:]
        parties.check_standing(registration, event)
        parties.check_in_time(work, registration, event, more=False)
        guest = await work.find(RegistrationGuest, guest_id, lock=True)
        guest.name = name
        await work.record(
            "registration.guest_renamed",
            registration,
            on_behalf_of_id=_behalf(work, registration),
            data={"event_id": str(registration.event_id)},
        )
    return registration


async def remove_guest(work: Work, guest_id: UUID) -> Registration:
    """Bring a guest not, and give their seat back. GuestScanned where the desk knows their ticket."""
    guest = await work.find(RegistrationGuest, guest_id)
    found = await _hosts(work, guest.registration_id)
    async with work.elevated(ELEVATION_REASON):
        seats, registration, event = await parties.locked(work, found)
        parties.check_standing(registration, event)
        guest = await work.find(RegistrationGuest, guest_id, lock=True)
        await work.remove(guest, refused={"fk_scan_confederation_id_guest_id": GuestScanned()})
        # Of a role that isn't counted, nobody has a seat.
        await parties.resize(work, seats[registration.pool_id], registration, max(0, registration.seats - 1))
        await _changed(work, registration, "registration.guest_removed")
        await waiting_list.feed(work, seats[registration.pool_id], event)
    return registration


async def _hosts(work: Work, registration_id: UUID) -> Registration:
    """The registration, for its person and the event's staff: guests are not for the association that delegates."""
    found = await access.registration(work, registration_id)
    if found.person_id != work.actor.person_id:
        work.actor.require(MANAGE_REGISTRATIONS, found.association_id)
    return found


async def _changed(work: Work, registration: Registration, action: str) -> None:
    behalf = _behalf(work, registration)
    await effects.changed(work, registration, action, on_behalf_of_id=behalf, data={"seats": registration.seats})


def _behalf(work: Work, registration: Registration) -> UUID | None:
    return None if registration.person_id == work.actor.person_id else registration.person_id
