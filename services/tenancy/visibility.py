"""What follows from a person's links to associations, kept in step with them: who sees the person, what they may do.

A link is a membership that isn't cancelled, a mandate or a role grant that isn't over. `association_ids` of a person,
their references, contact points and positions are what the row policies compare: the association that registered the
person, always first, then those of the links. `access_version` counts the changes: whoever kept an older answer about
the person's rights asks again. A link that runs out by itself stays in `association_ids` until the next change.
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
    """Work out again who sees these persons, and make every kept answer about their rights an old one."""
    async with work.elevated("other associations' links to a person decide who sees them"):
        # Two links that change at once would each be worked out without the other: one waits, and then sees both.
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
    """A changed affiliation of an association changes what cascading grants reach, and whose members are within what.

    Everybody who has such a grant, or a membership of the association or below it, is worked out again.
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
    """Lock the persons, always in the same order, so that two who lock several don't wait for each other."""
    persons = work.select(col(Person.id), lock=True).where(which).order_by(col(Person.id))
    return (await work.session.scalars(persons)).all()


def _visible_to(work: Work) -> Any:
    """The registering association, then those of live links, as SQL over the person's row."""
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
    """What the session has loaded of the person is as the database has it now."""
    person = work.session.identity_map.get(identity_key(Person, (work.tenant_id, person_id)))
    if person is not None:
        for name, value in columns.items():
            set_committed_value(person, name, value)
