"""Data derived from a person's links to associations: who may see the person, and the version of their rights.

A link is a membership that isn't cancelled, or a mandate or role grant that isn't over. Row policies compare
`association_ids` of a person, their references, contact points and positions: the association that registered the
person, always first, then those of the links. `access_version` counts changes and invalidates cached rights. A link
that expires by itself stays in `association_ids` until the next change.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, all_, func, null, or_, select, union
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import col

from models import ContactPoint, Mandate, Membership, Person, PersonReference, Position, RoleGrant
from services.core.statements import matching
from services.core.work import Work


async def links_changed(work: Work, person_ids: Sequence[UUID]) -> None:
    """Recompute who may see these persons, and invalidate their cached rights."""
    async with work.elevated("other associations' links to a person decide who sees them"):
        # Without the lock, two simultaneous changes would each be computed without the other.
        await _lock(work, col(Person.id).in_(person_ids))
        anew = {"access_version": Person.access_version + 1, "association_ids": _visible_to(work)}
        changed = (
            work.update(Person, col(Person.id).in_(person_ids), to=anew)
            .returning(col(Person.id), col(Person.association_ids), col(Person.access_version))
            .cte("changed")
        )
        statement = select(changed).add_cte(
            *(
                work.update(
                    model,
                    col(model.person_id) == changed.c.id,
                    col(model.association_ids) != changed.c.association_ids,
                    to={"association_ids": changed.c.association_ids},
                ).cte(str(model.__tablename__))
                for model in (ContactPoint, PersonReference, Position)
            )
        )
        for id, association_ids, version in (await work.session.execute(statement)).all():
            _refresh(work, id, association_ids=association_ids, access_version=version)


async def affiliations_changed(work: Work, association_id: UUID) -> None:
    """Invalidate cached rights after a change of an association's affiliations.

    It changes what cascading grants reach and which associations members belong to. So everybody with a cascading
    grant, or with a membership of the association or below it, is affected.
    """
    cascading = work.select(col(RoleGrant.person_id)).where(col(RoleGrant.cascades))
    below = select(func.figures.scope(association_id, work.today))
    members = work.select(col(Membership.person_id)).where(
        col(Membership.association_id).in_(below),
        col(Membership.cancelled_on).is_(None),
    )
    async with work.elevated("whoever holds a cascading grant is nobody's to list"):
        ids = await _lock(work, col(Person.id).in_(union(cascading, members)))
        raised = work.update(Person, col(Person.id).in_(ids), to={"access_version": Person.access_version + 1})
        returned = raised.returning(col(Person.id), col(Person.access_version))
        for id, version in (await work.session.execute(returned)).all():
            _refresh(work, id, access_version=version)


async def _lock(work: Work, which: ColumnElement[bool]) -> Sequence[UUID]:
    """Lock the persons, always in the same order, to avoid deadlocks."""
    persons = work.select(col(Person.id), lock=True).where(which).order_by(col(Person.id))
    return (await work.session.scalars(persons)).all()


def _visible_to(work: Work) -> Any:
    """SQL for `association_ids` of a person's row: the registering association, then those of live links."""
    registered_by = col(Person.association_ids)[1:1]

    def of(link: Any, still: ColumnElement[bool]) -> Select[tuple[UUID]]:
        return (
            select(link.association_id)
            .where(
                matching(link.person_id, Person.id),
                col(link.association_id) != all_(registered_by),
                still,
            )
            .correlate(Person)
        )

    links = union(
        of(Membership, or_(col(Membership.cancelled_on).is_(null()), col(Membership.cancelled_on) > work.today)),
        *(
            of(link, or_(col(link.ends_on).is_(null()), col(link.ends_on) >= work.today))
            for link in (Mandate, RoleGrant)
        ),
    )
    return func.array_cat(registered_by, func.array(links.scalar_subquery()))


def _refresh(work: Work, person_id: UUID, **columns: Any) -> None:
    """Update the person in the session, if loaded, to the values in the database."""
    person = work.session.identity_map.get(identity_key(Person, (work.tenant_id, person_id)))
    if person is not None:
        for name, value in columns.items():
            set_committed_value(person, name, value)
