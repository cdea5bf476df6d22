"""Positions that persons hold with employers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models import MANAGE_PERSONS, ManagementLevel, Position, PositionClass, Sector, WorkingTime
from services.core.checks import check_period, check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.people import access


@dataclass(frozen=True, kw_only=True)
class PositionInput:
    """A position of a person, for a period; `ends_on` is its last day. `reports_to_id` is another position."""

    person_id: UUID
    employer: str
    title: str
    position_class: PositionClass
    working_time: WorkingTime
    sector: Sector
    starts_on: date
    level: ManagementLevel | None = None
    ends_on: date | None = None
    reports_to_id: UUID | None = None


async def begin_position(
    work: Work,
    person_id: UUID,
    *,
    employer: str,
    title: str,
    position_class: PositionClass,
    working_time: WorkingTime,
    sector: Sector,
    starts_on: date,
    level: ManagementLevel | None = None,
    ends_on: date | None = None,
    reports_to_id: UUID | None = None,
) -> Position:
    """Add a current or past position. Refused as `begin_positions` is."""
    position = PositionInput(
        person_id=person_id,
        employer=employer,
        title=title,
        position_class=position_class,
        working_time=working_time,
        sector=sector,
        starts_on=starts_on,
        level=level,
        ends_on=ends_on,
        reports_to_id=reports_to_id,
    )
    return (await begin_positions(work, [position]))[0]


async def begin_positions(work: Work, positions: Sequence[PositionInput]) -> list[Position]:
    """Add several positions, in order. Asks for `persons.manage` in an association of each person."""
    # Locked: a position copies who may see its person, and that must not change meanwhile.
    persons = await access.managed(work, {position.person_id for position in positions})
    for superior_id in {position.reports_to_id for position in positions if position.reports_to_id is not None}:
        await work.find(Position, superior_id)
    rows = []
    for rank, position in enumerate(positions):
        check_period(position.starts_on, position.ends_on, str(rank), "endsOn")
        rows.append(
            Position(
                **vars(position)
                | {
                    "employer": check_text(position.employer, str(rank), "employer"),
                    "title": check_text(position.title, str(rank), "title"),
                },
                association_ids=list(persons[position.person_id].association_ids),
            )
        )
    work.session.add_all(rows)
    await work.flush()
    for row in rows:
        await _record(work, "position.begun", row)
    return rows


async def end_position(work: Work, position_id: UUID, *, ends_on: date | None = None) -> Position:
    """End a position; its last day is today, or `ends_on`.

    Asks for `persons.manage` in an association of the person.
    """
    position = await work.find(Position, position_id)
    access.require_any(work, MANAGE_PERSONS, position.association_ids)
    position = await work.find(Position, position_id, lock=True)
    last = ends_on or work.today
    check_period(position.starts_on, last)
    if position.ends_on is not None and position.ends_on < last:
        raise InvalidInput(f"{position.ends_on} or earlier", f"{last}", path=("endsOn",))
    position.ends_on = last
    await work.flush()
    await _record(work, "position.ended", position)
    return position


async def _record(work: Work, action: str, position: Position) -> None:
    """Journal a change of a position. The association that registered the person may read the entry."""
    registered_by = next(iter(position.association_ids), None)
    await work.record(action, position, association_id=registered_by, data={"person_id": str(position.person_id)})
