"""The gate: simultaneous registrations for one event are decided in batches.

When registration for a popular event opens, one transaction per person would queue for one row, with a commit for each.
A batch is decided in one transaction, in order of arrival, by the same rules and the same function as a single
registration (`models.take_seats`). The outcome is the same as one after the other, which a test checks. Registrations
that need more (questions, prices, an existing registration) are decided individually.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import col

from models import Event, EventFormat, JournalEntry, MailKind, Person, Price, Question, Registration, RegistrationState
from services.core.actor import Actor
from services.core.batching import Apart
from services.core.errors import Problem
from services.core.statements import matching
from services.core.work import Work
from services.events import mail
from services.events.errors import AlreadyRegistered
from services.events.registrations import eligibility
from services.events.registrations.registering import entering
from services.events.seats import pools

Decision = UUID | Problem | None
"""A registration, a refusal, or None: to be decided individually."""

_KIND = {
    RegistrationState.CONFIRMED: MailKind.CONFIRMATION,
    RegistrationState.WAITLISTED: MailKind.WAITING_LIST,
}


async def register_each(
    work: Work, event_id: UUID, actors: Sequence[Actor], *, format: EventFormat | None = None
) -> list[Decision]:
    """Give each of the persons a seat, or the next place on the waiting list, in this order. `work` is the system's.

    By every rule of `registration.register`, for one seat without guests. Persons whose rights changed since the actor
    was loaded are decided individually; so is everybody if the event isn't public. Apart if another transaction
    interfered: then the batch is rolled back.
    """
    decided: dict[UUID, Decision] = {}
    event = await _simple_event(work, event_id)
    if event is not None:
        people = await _people(work, actors)
        reasons = await eligibility.reasons_against_each(work, event, list(people), is_priced=False)
        admitted = []
        for id, person in people.items():
            against = next(iter(reasons[id]), None)
            if against is None:
                admitted.append(person)
            elif not isinstance(
                against, AlreadyRegistered
            ):  # decided individually, so that the answer names the registration
                decided[id] = against
        if admitted:
            decided |= await _enter(work, event, admitted, format)
    # A person's second request in a batch finds nothing here and is decided individually, after the first.
    return [decided.pop(actor.required_person_id, None) for actor in actors]


async def _simple_event(work: Work, event_id: UUID) -> Event | None:
    """The event, if it is public, and has no questions and no prices."""

    def has(part: Any) -> Any:
        return exists().where(matching(part.event_id, Event.id))

    query = work.select(Event).where(
        col(Event.id) == event_id,
        col(Event.published),
        ~has(Question),
        ~has(Price),
    )
    return (await work.session.scalars(query)).one_or_none()


async def _people(work: Work, actors: Sequence[Actor]) -> Mapping[UUID, Any]:
    """The persons, in order of arrival, whose rights haven't changed since they were loaded."""
    versions: dict[UUID, int] = {}
    for actor in actors:
        versions.setdefault(actor.required_person_id, actor.version)
    query = work.select(
        col(Person.id), col(Person.access_version), col(Person.given_name), col(Person.family_name)
    ).where(col(Person.id).in_(versions))
    found = {row.id: row for row in await work.session.execute(query)}
    return {id: found[id] for id, version in versions.items() if id in found and found[id].access_version == version}


async def _enter(
    work: Work, event: Event, people: Sequence[Any], format: EventFormat | None
) -> Mapping[UUID, Decision]:
    """Write seats or waiting-list places, journal entries and messages.

    Apart if the event's state has changed meanwhile.
    """
    taken = await pools.take_each(work, event.id, [person.id for person in people], format=format)
    if len(taken) < len(people) or any(each.event_state is not event.state for each in taken.values()):
        raise Apart
    registrations, entries, messages = [], [], []
    for person in people:
        row = entering(work, event, person, taken[person.id])
        state: RegistrationState = row["state"]
        entry = work.entry(
            f"registration.{state.lower()}",
            Registration,
            row["id"],
            association_id=event.association_id,
            by=person.id,
            concerns_id=person.id,
            data={"event_id": str(event.id), "pool_id": str(row["pool_id"])},
        )
        registrations.append(row)
        entries.append(entry)
        messages.append(mail.Told(row["id"], person.id, _KIND[state], entry["id"]))
    # Another server has registered one of them meanwhile: then everybody is decided individually.
    await work.insert_all(Registration, registrations, refused={"one_live_registration": Apart()})
    await work.insert_all(JournalEntry, entries)
    await mail.announce_each(work, event, messages)
    return {row["person_id"]: row["id"] for row in registrations}
