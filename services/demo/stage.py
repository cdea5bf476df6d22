"""Shared by the demo's scenes: a confederation, its calendar and persons, and transactions at a given time."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from models import Association, AssociationKind, ContactKind, Event, Person, Sector
from services.core.actor import Actor, Tenant, load_person, system
from services.core.database.connections import Database
from services.core.work import Work, begin
from services.demo.names import REGIONS, name
from services.people.contacts import add_contact_point
from services.people.persons import PersonInput, register_persons
from services.tenancy.associations import create_association
from services.tenancy.confederations import found_confederation

DEMO = "demo"
"""The external system whose references are the handles of demo persons."""


_HOLIDAYS = {(12, day) for day in range(23, 32)} | {(1, 1), (1, 2), (6, 24), (7, 1)}


@dataclass
class Stage:
    """One confederation while its demo is written. `rng` is seeded with its slug: every load is the same."""

    database: Database
    tenant: Tenant
    today: date
    advance: Callable[[float], None] = lambda steps: None
    associations: dict[str, Association] = field(default_factory=dict)
    categories: dict[str, UUID] = field(default_factory=dict)  # of regular members, by the association's slug
    staff: dict[str, Person] = field(default_factory=dict)  # who runs an association's events, by its slug
    members: dict[str, list[Person]] = field(default_factory=dict)  # by the association's slug
    series: dict[str, UUID] = field(default_factory=dict)
    segments: dict[str, UUID] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)  # by slug
    cast: dict[str, Person] = field(default_factory=dict)  # the demo's persons, by handle

    def __post_init__(self) -> None:
        self.rng = Random(f"confed {self.tenant.slug}")  # noqa: S311 - for fictitious data, not for security

    def at(self, day: date, hour: int = 9, minute: int = 0) -> datetime:
        """An hour of a day where the confederation is, in UTC."""
        return datetime.combine(day, time(hour, minute), ZoneInfo(self.tenant.time_zone)).astimezone(UTC)

    def day_between(self, first: date, last: date) -> date:
        """A random day. One draw, however many days there are, so that later draws are the same on every load."""
        return first + timedelta(days=int(self.rng.random() * ((last - first).days + 1)))

    def ahead(self, days: int) -> date:
        """A working day relative to the load: the next one for what is to come, the one before for what is past."""
        day = self.today + timedelta(days=days)
        while day.weekday() >= 5 or (day.month, day.day) in _HOLIDAYS:
            day += timedelta(days=1 if days > 0 else -1)
        return day

    def announced(self, day: date) -> date:
        """The announcement of an event on a day: eight weeks before, and at least two weeks before the load."""
        return min(day - timedelta(days=56), self.today - timedelta(days=14))

    @asynccontextmanager
    async def platform(self, day: date) -> AsyncIterator[Work]:
        """A transaction of the system actor, at nine on a day."""
        async with begin(self.database, system(self.tenant), now=self.at(day)) as work:
            yield work

    @asynccontextmanager
    async def acting_as(self, person: Person, moment: datetime) -> AsyncIterator[Work]:
        """A transaction of a person, with the rights that they had at that moment."""
        async with begin(self.database, await self._actor(person, moment), now=moment) as work:
            yield work

    async def found(self, day: date, name: Mapping[str, str], privacy_officer: str) -> None:
        """Found the confederation."""
        async with self.platform(day) as work:
            await found_confederation(
                work,
                slug=self.tenant.slug,
                name=name,
                locales=self.tenant.locales,
                time_zone=self.tenant.time_zone,
                privacy_officer=privacy_officer,
            )

    async def association(
        self,
        work: Work,
        slug: str,
        fr: str,
        en: str,
        *,
        kind: AssociationKind = AssociationKind.ASSOCIATION,
        sector: Sector | None = None,
        about: Mapping[str, str] | None = None,
    ) -> Association:
        """Add an association to the stage."""
        made = await create_association(
            work, slug=slug, name={"fr": fr, "en": en}, kind=kind, sector=sector, about=about
        )
        self.associations[slug] = made
        return made

    async def persons(
        self,
        work: Work,
        association: str,
        count: int,
        *,
        handles: Mapping[int, str] | None = None,
        english: float = 0.15,
    ) -> list[Person]:
        """Register fictitious persons with an association. `handles`: those who are demo persons, by rank.

        Those have an address, in a domain that can't exist.
        """
        handles = handles or {}
        inputs = []
        for number in range(count):
            locale = "en" if self.rng.random() < english else "fr"
            given, family = name(self.rng, locale)
            references = {DEMO: handles[number]} if number in handles else {}
            region = self.rng.choice(REGIONS)
            inputs.append(
                PersonInput(given_name=given, family_name=family, locale=locale, region=region, references=references)
            )
        persons = await register_persons(work, association_id=self.associations[association].id, persons=inputs)
        for number, handle in handles.items():
            self.cast[handle] = persons[number]
            address = f"{handle}@{self.tenant.slug}.example"
            await add_contact_point(work, kind=ContactKind.EMAIL, value=address, person_id=persons[number].id)
        return persons

    async def _actor(self, person: Person, moment: datetime) -> Actor:
        day = moment.astimezone(ZoneInfo(self.tenant.time_zone)).date()
        async with self.database.readers.connection() as connection:
            actor = await load_person(connection, self.tenant, day, person_id=person.id)
        if actor is None:
            raise LookupError(person.id)
        return actor

    def ids(self, *slugs: str) -> list[UUID]:
        """The associations' ids, by their slugs."""
        return [self.associations[slug].id for slug in slugs]
