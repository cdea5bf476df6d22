"""Persons, with their memberships, positions, mandates and roles; and the segments that mean some of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from models import (
    Association,
    CategoryKind,
    ContactKind,
    ContactPoint,
    Mandate,
    MandateRole,
    Membership,
    MembershipCategory,
    Person,
    PersonReference,
    Position,
    PositionClass,
    Role,
    RoleGrant,
    Sector,
    Segment,
    SegmentClause,
    WorkingTime,
)
from tests.making.base import LONG_AGO, name, number, past_row_security, texts
from tests.making.federation import FederationMaker


class PeopleMaker(FederationMaker):
    """Makes persons and segments."""

    async def person(self, *, reference: tuple[str, str] | None = None, **columns: Any) -> Person:
        """Somebody who is in no association. `reference`: a system, and their name in it."""
        person = await self.add(Person, columns, given_name="Ana", family_name=f"Tremblay-{number()}")
        if reference is not None:
            await self._refer(person, reference)
        return person

    async def _refer(self, person: Person, reference: tuple[str, str]) -> None:
        system_name, value = reference
        ids = person.association_ids
        await self.add(PersonReference, {}, person_id=person.id, system=system_name, value=value, association_ids=ids)

    async def member(
        self,
        association: Association | None = None,
        *,
        position_class: PositionClass | None = None,
        sector: Sector | None = None,
        working_time: WorkingTime = WorkingTime.FULL_TIME,
        person: Mapping[str, Any] | None = None,
        **membership: Any,
    ) -> Person:
        """A person with a membership (its columns), and a position where a class or sector is given.

        `person`: columns of the person.
        """
        association = association or await self.home()
        about, of_it = dict(person or {}), {"joined_on": LONG_AGO, **membership}
        category = of_it.pop("category", None) or await self.category(association)
        reference = about.pop("reference", None)
        about["association_ids"] = sorted({*about.get("association_ids", ()), association.id})
        member = Person(
            confederation_id=self.tenant.id,
            **{"given_name": "Ana", "family_name": f"Tremblay-{number()}", "access_version": 2, **about},
        )
        joined = Membership(
            confederation_id=self.tenant.id,
            **{"association_id": association.id, "category_id": category.id, "starts_on": of_it["joined_on"], **of_it},
            person_id=member.id,
        )
        async with past_row_security(self.database) as session:
            session.add(member)
            await session.flush()
            session.add(joined)
        if reference is not None:
            await self._refer(member, reference)
        if position_class is not None or sector is not None:
            position_class = position_class or PositionClass.MANAGER
            sector = sector or Sector.PUBLIC
            await self.position(member, position_class=position_class, sector=sector, working_time=working_time)
        return member

    async def membership(
        self,
        person: Person,
        association: Association | None = None,
        *,
        category: MembershipCategory | None = None,
        joined_on: date = LONG_AGO,
        **columns: Any,
    ) -> Membership:
        """A membership without end unless `ends_on` says so; the association's staff see the person from then on."""
        association = association or await self.home()
        category = category or await self.category(association)
        membership = await self.add(
            Membership,
            columns,
            person_id=person.id,
            association_id=association.id,
            category_id=category.id,
            joined_on=joined_on,
            starts_on=joined_on,
        )
        await self.seen_by(person, association)
        return membership

    async def seen_by(self, person: Person, association: Association) -> None:
        """The association's staff see the person, their positions and their references."""
        person.association_ids = sorted({*person.association_ids, association.id})
        person.access_version += 1
        async with past_row_security(self.database) as session:
            session.add(person)
            for model in (ContactPoint, Position, PersonReference):
                of_the_person = (
                    col(model.confederation_id) == person.confederation_id,
                    col(model.person_id) == person.id,
                )
                await session.execute(
                    update(model).where(*of_the_person).values(association_ids=person.association_ids)
                )

    async def category(self, association: Association | None = None, **columns: Any) -> MembershipCategory:
        """The association's first category, made when it has none; another one where columns are given."""
        association = association or await self.home()
        if not columns and (found := self._first_categories.get(association.id)):
            return found
        made = await self.add(
            MembershipCategory,
            columns,
            association_id=association.id,
            slug=f"category-{number()}",
            name=texts("Régulier", "Regular"),
            kind=CategoryKind.REGULAR,
        )
        self._first_categories.setdefault(association.id, made)
        return made

    async def position(self, person: Person, **columns: Any) -> Position:
        """A full-time manager's post in the public sector, since long ago."""
        return await self.add(
            Position,
            columns,
            person_id=person.id,
            employer="Ministère de la Culture",
            title="Directrice",
            position_class=PositionClass.MANAGER,
            working_time=WorkingTime.FULL_TIME,
            sector=Sector.PUBLIC,
            starts_on=LONG_AGO,
            association_ids=person.association_ids,
        )

    async def contact_point(self, person: Person, **columns: Any) -> ContactPoint:
        """A preferred mail address that nobody else sees."""
        return await self.add(
            ContactPoint,
            columns,
            person_id=person.id,
            kind=ContactKind.EMAIL,
            value=f"person-{number()}@example.org",
            preferred=True,
            association_ids=person.association_ids,
        )

    async def mandate(
        self,
        person: Person,
        association: Association | None = None,
        role: MandateRole = MandateRole.GOVERNOR,
        published: bool = True,
        **columns: Any,
    ) -> Mandate:
        """A seat or an office since long ago, published under the person's name."""
        association = association or await self.home()
        return await self.add(
            Mandate,
            columns,
            person_id=person.id,
            association_id=association.id,
            role=role,
            published=published,
            published_name=name(person) if published else None,
            starts_on=LONG_AGO,
        )

    async def staff(
        self,
        role: Role = Role.ADMINISTRATOR,
        association: Association | None = None,
        cascades: bool = False,
        **grant: Any,
    ) -> Person:
        """A person with a role in an association, and a member of none."""
        person = await self.person(given_name="Benoît")
        await self.grant(person, role, association, cascades=cascades, **grant)
        return person

    async def grant(
        self, person: Person, role: Role = Role.ADMINISTRATOR, association: Association | None = None, **columns: Any
    ) -> RoleGrant:
        """A role since long ago."""
        association = association or await self.home()
        return await self.add(
            RoleGrant, columns, person_id=person.id, association_id=association.id, role=role, starts_on=LONG_AGO
        )

    async def segment(
        self,
        *clauses: Mapping[str, Any],
        association: Association | None = None,
        published: bool = True,
        **columns: Any,
    ) -> Segment:
        """A segment of any of the clauses, each the columns of a SegmentClause: `{"sector": Sector.PUBLIC}`."""
        association = association or await self.home()
        count = number()
        segment = await self.add(
            Segment,
            columns,
            association_id=association.id,
            published=published,
            slug=f"segment-{count}",
            name=texts(f"Public n° {count}", f"Audience No. {count}"),
        )
        for rank, clause in enumerate(clauses):
            await self.add(
                SegmentClause,
                clause,
                segment_id=segment.id,
                association_id=association.id,
                published=published,
                rank=rank,
            )
        return segment
