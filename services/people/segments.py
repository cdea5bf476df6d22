"""Segments: definitions of groups of people, and the one statement that evaluates them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Table,
    and_,
    any_,
    bindparam,
    distinct,
    func,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import SQLModel

from models import (
    MANAGE_SEGMENTS,
    Association,
    ManagementLevel,
    MandateRole,
    MembershipStatus,
    PositionClass,
    Sector,
    Segment,
    SegmentClause,
)
from models.base.figures import RULE_OF_FIVE
from services.core.checks import check_locale, check_localized, check_slug, check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.people.standing import GOOD_STANDING, status_on

Day = BindParameter[date]
_association, _clause, _mandate, _membership, _person, _position = (
    SQLModel.metadata.tables[name]
    for name in ("association", "segment_clause", "mandate", "membership", "person", "position")
)


@dataclass(frozen=True, kw_only=True)
class ClauseInput:
    """Conditions that must all be met. `with_affiliates` belongs to `within_id`."""

    within_id: UUID | None = None
    with_affiliates: bool = False
    sector: Sector | None = None
    mandate_role: MandateRole | None = None
    position_class: PositionClass | None = None
    level: ManagementLevel | None = None
    membership_status: MembershipStatus | None = None
    locale: str | None = None
    region: str | None = None


async def create_segment(
    work: Work,
    *,
    association_id: UUID,
    slug: str,
    name: Mapping[str, str],
    clauses: Sequence[ClauseInput],
    published: bool = False,
) -> Segment:
    """Define a segment of an association. Asks for `segments.manage` there; a taken slug is AlreadyExists."""
    await work.find(Association, association_id)
    work.actor.require(MANAGE_SEGMENTS, association_id)
    check_slug(slug)
    if not clauses:
        raise InvalidInput("one clause at least", "none", path=("clauses",))
    for rank, clause in enumerate(clauses):
        _check(clause, "clauses", str(rank))
        if clause.within_id is not None:
            await work.find(Association, clause.within_id)
    segment = await work.insert(
        Segment(
            association_id=association_id,
            slug=slug,
            name=check_localized(name, "name"),
            published=published,
        )
    )
    work.session.add_all(
        SegmentClause(
            segment_id=segment.id,
            association_id=association_id,
            published=published,
            rank=rank,
            **vars(clause),
        )
        for rank, clause in enumerate(clauses)
    )
    await work.flush()
    await work.record("segment.created", segment, data={"slug": slug, "clauses": len(clauses)})
    return segment


def _check(clause: ClauseInput, *path: str) -> None:
    """Refuse an empty clause: it would mean everybody, which is surely a mistake."""
    if clause == ClauseInput(with_affiliates=clause.with_affiliates):
        raise InvalidInput("one condition at least", "none", path=path)
    if clause.with_affiliates and clause.within_id is None:
        raise InvalidInput("an association that the affiliates are of", "none", path=(*path, "within"))
    if clause.locale is not None:
        check_locale(clause.locale, *path, "locale")
    if clause.region is not None:
        check_text(clause.region, *path, "region")


async def preview(work: Work, segment_id: UUID) -> int | None:
    """Number of persons in a segment today; None below five. Asks for `segments.manage`."""
    segment = await work.find(Segment, segment_id)
    work.actor.require(MANAGE_SEGMENTS, segment.association_id)
    members = persons_in([segment_id], work.today).subquery()
    async with work.elevated("whoever is in a segment is counted, not shown"):
        count = await work.session.scalar(select(func.count(distinct(members.c.person_id))))
    return count if count is not None and count >= RULE_OF_FIVE else None


def persons_in(segment_ids: Sequence[UUID], as_of: date) -> Select[tuple[UUID, UUID]]:
    """Who is in which of the segments on a day, as a select of (segment_id, person_id), each pair once.

    To be run inside `work.elevated`: it reads persons whom the actor may not see. Somebody is in a segment who meets
    all conditions of any of its clauses. A clause's association, sector, mandate and status speak of one and the same
    link of the person:

    * with a mandate role: a mandate held that day, in an association in scope and of the sector;
    * else, with an association or a status: a membership there, in good standing unless a status is given;
    * else, with a class or a level: a position held that day, in the sector;
    * else, with nothing but a sector: a membership in good standing there, or a position held in it.

    A class or level beside a mandate or membership asks for a position as well. Locale and region are the person's.
    A condition on `person_id` around the select reaches the tables: asking about one person is cheap.
    """
    return _members().params(segment_ids=list(segment_ids), as_of=as_of)


@cache
def _members() -> Select[tuple[UUID, UUID]]:
    """The statement itself.

    Building it costs more than running it, so it is built once, of tables instead of models.
    """
    as_of: Day = bindparam("as_of", type_=Date)
    asked = bindparam("segment_ids", type_=ARRAY(PG_UUID(as_uuid=True)))
    clause = select(_clause).where(_clause.c.segment_id == any_(asked)).cte("clause")
    c, there = clause.c, _in_scope(clause, as_of)
    asks_position = or_(c.position_class.is_not(null()), c.level.is_not(null()))
    asks_membership = or_(c.within_id.is_not(null()), c.membership_status.is_not(null()))
    asks_link = or_(c.mandate_role.is_not(null()), asks_membership)
    fits = and_(*_position_fits(clause, as_of))
    linked = union(
        _by_mandate(clause, there, as_of).where(c.mandate_role.is_not(null())),
        _by_membership(clause, there, as_of).where(
            c.mandate_role.is_(null()), or_(asks_membership, and_(c.sector.is_not(null()), ~asks_position))
        ),
        select(c.id.label("clause_id"), _position.c.person_id)
        .join_from(clause, _position, fits)
        .where(~asks_link, or_(asks_position, c.sector.is_not(null()))),
        select(c.id.label("clause_id"), _person.c.id.label("person_id"))
        .join_from(clause, _person, _person.c.confederation_id == c.confederation_id)
        .where(~asks_link, ~asks_position, c.sector.is_(null())),
    ).subquery("linked")
    # Beside a mandate or membership, the position is a further condition.
    second = select(1).where(fits, _position.c.person_id == linked.c.person_id).correlate(clause, linked).exists()
    return (
        select(c.segment_id, _person.c.id.label("person_id"))
        .join_from(clause, linked, linked.c.clause_id == c.id)
        .join(_person, and_(_person.c.confederation_id == c.confederation_id, _person.c.id == linked.c.person_id))
        .where(
            or_(_person.c.deceased_on.is_(null()), _person.c.deceased_on > as_of),
            or_(c.locale.is_(null()), c.locale == _person.c.locale),
            or_(c.region.is_(null()), c.region == _person.c.region),
            or_(~asks_link, ~asks_position, second),
        )
        .distinct()
    )


def _in_scope(clause: CTE, as_of: Day) -> CTE:
    """Associations to which a clause's link may belong: its own, with its affiliates, or any; of its sector."""
    c = clause.c
    # The function's result includes the association itself; without an association it is null.
    reached = func.figures.scope(c.within_id, as_of).table_valued("id").render_derived("reached")
    return (
        select(c.id.label("clause_id"), _association.c.confederation_id, _association.c.id)
        .join_from(clause, reached, or_(c.with_affiliates, reached.c.id.is_not_distinct_from(c.within_id)))
        .join(
            _association,
            and_(
                _association.c.confederation_id == c.confederation_id,
                or_(c.within_id.is_(null()), _association.c.id == reached.c.id),
                or_(c.sector.is_(null()), _association.c.sector == c.sector),
            ),
        )
        .cte("there")
    )


def _by_mandate(clause: CTE, there: CTE, as_of: Day) -> Select[Any]:
    c = clause.c
    member_there = select(1).where(
        _membership.c.confederation_id == _mandate.c.confederation_id,
        _membership.c.association_id == _mandate.c.association_id,
        _membership.c.person_id == _mandate.c.person_id,
        status_on(as_of) == c.membership_status,
    )
    return (
        select(c.id.label("clause_id"), _mandate.c.person_id)
        .join_from(clause, there, there.c.clause_id == c.id)
        .join(_mandate, _of(_mandate, there))
        .where(
            _mandate.c.role == c.mandate_role,
            *_held(_mandate, as_of),
            or_(c.membership_status.is_(null()), member_there.correlate(clause, _mandate).exists()),
        )
    )


def _by_membership(clause: CTE, there: CTE, as_of: Day) -> Select[Any]:
    c, status = clause.c, status_on(as_of)
    return (
        select(c.id.label("clause_id"), _membership.c.person_id)
        .join_from(clause, there, there.c.clause_id == c.id)
        .join(_membership, _of(_membership, there))
        .where(or_(status == c.membership_status, and_(c.membership_status.is_(null()), status.in_(GOOD_STANDING))))
    )


def _position_fits(clause: CTE, as_of: Day) -> list[ColumnElement[bool]]:
    """A clause's conditions on a position. The sector applies to the position unless to an association or mandate."""
    c, p = clause.c, _position.c
    return [
        p.confederation_id == c.confederation_id,
        *_held(_position, as_of),
        or_(c.position_class.is_(null()), p.position_class == c.position_class),
        or_(c.level.is_(null()), p.level == c.level),
        or_(c.sector.is_(null()), c.mandate_role.is_not(null()), c.within_id.is_not(null()), p.sector == c.sector),
    ]


def _of(link: Table, there: CTE) -> ColumnElement[bool]:
    return and_(link.c.confederation_id == there.c.confederation_id, link.c.association_id == there.c.id)


def _held(held: Table, as_of: Day) -> list[ColumnElement[bool]]:
    return [held.c.starts_on <= as_of, or_(held.c.ends_on.is_(null()), held.c.ends_on >= as_of)]
