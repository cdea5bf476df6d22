"""Persons: one record per confederation, whatever the number of their associations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from models import MANAGE_PERSONS, Association, Person, PersonReference
from services.core.checks import check_locale, check_text
from services.core.work import Work


@dataclass(frozen=True, kw_only=True)
class PersonInput:
    """A new person. `references`: their identifiers in other systems, by system."""

    given_name: str
    family_name: str
    locale: str = "fr"
    region: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)


async def register_person(
    work: Work,
    *,
    given_name: str,
    family_name: str,
    association_id: UUID,
    locale: str = "fr",
    region: str | None = None,
    references: Mapping[str, str] | None = None,
) -> Person:
    """Register a person for an association, whose staff may see them. Refused as `register_persons` is."""
    person = PersonInput(
        given_name=given_name, family_name=family_name, locale=locale, region=region, references=references or {}
    )
    return (await register_persons(work, association_id=association_id, persons=[person]))[0]


async def register_persons(work: Work, *, association_id: UUID, persons: Sequence[PersonInput]) -> list[Person]:
    """Register several persons for an association, in order. Asks for `persons.manage` there.

    AlreadyExists if a reference belongs to another person; then nobody is registered.
    """
    await work.find(Association, association_id)
    work.actor.require(MANAGE_PERSONS, association_id)
    rows = [_row(work, association_id, person, str(rank)) for rank, person in enumerate(persons)]
    work.session.add_all(rows)
    await work.flush()
    work.session.add_all(
        PersonReference(
            person_id=row.id,
            system=check_text(system, "references", most=40),
            value=check_text(value, "references", system),
            association_ids=[association_id],
        )
        for row, person in zip(rows, persons, strict=True)
        for system, value in person.references.items()
    )
    await work.flush()
    for row in rows:
        await work.record("person.registered", row, association_id=association_id)
    return rows


def _row(work: Work, association_id: UUID, person: PersonInput, *path: str) -> Person:
    return Person(
        given_name=check_text(person.given_name, *path, "givenName"),
        family_name=check_text(person.family_name, *path, "familyName"),
        locale=check_locale(person.locale, *path, "locale"),
        region=None if person.region is None else check_text(person.region, *path, "region"),
        association_ids=[association_id],
    )
