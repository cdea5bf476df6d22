"""Mentoring programmes: planned, opened, closed, and opened again for the next cohort."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from models import MANAGE_MENTORING, Association, MentoringProgramme, ProgrammeState
from services.core.checks import check_period, check_slug, check_texts
from services.core.errors import AlreadyExists
from services.core.work import Work
from services.mentoring.errors import WrongProgrammeState

NEXT_PROGRAMME_STATE: dict[ProgrammeState, ProgrammeState] = {
    ProgrammeState.DRAFT: ProgrammeState.OPEN,
    ProgrammeState.OPEN: ProgrammeState.CLOSED,
    ProgrammeState.CLOSED: ProgrammeState.OPEN,
}
"""Where a programme may go from where it is: never back to a draft, because others have read it."""


async def plan_programme(
    work: Work,
    *,
    association_id: UUID,
    slug: str,
    name: Mapping[str, str],
    starts_on: date,
    ends_on: date | None = None,
    summary: Mapping[str, str] | None = None,
) -> MentoringProgramme:
    """Draft a programme. Asks for `mentoring.manage` in the association; a taken slug is AlreadyExists.

    `ends_on`: its last day; None: it is always open.
    """
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_MENTORING, association_id)
    check_period(starts_on, ends_on)
    programme = await work.insert(
        MentoringProgramme(
            association_id=association_id,
            slug=check_slug(slug),
            name=check_texts(work, name, "name"),
            summary=None if summary is None else check_texts(work, summary, "summary", most=2000),
            starts_on=starts_on,
            ends_on=ends_on,
        ),
        refused={
            "uq_mentoring_programme_confederation_id_slug": AlreadyExists("mentoring programme", path=("slug",)),
        },
    )
    await work.record("mentoring_programme.planned", programme)
    return programme


async def open_programme(work: Work, programme_id: UUID) -> MentoringProgramme:
    """Take profiles and propose pairings, for everybody to read. Also reopens. Asks for `mentoring.manage`."""
    return await _enter(work, programme_id, ProgrammeState.OPEN, "mentoring_programme.opened")


async def close_programme(work: Work, programme_id: UUID) -> MentoringProgramme:
    """Take no more profiles and proposals. The pairings that there are go on. Asks for `mentoring.manage`."""
    return await _enter(work, programme_id, ProgrammeState.CLOSED, "mentoring_programme.closed")


async def _enter(work: Work, programme_id: UUID, state: ProgrammeState, action: str) -> MentoringProgramme:
    programme = await work.find_managed(MentoringProgramme, programme_id, MANAGE_MENTORING, "mentoringProgrammeId")
    if NEXT_PROGRAMME_STATE[programme.state] is not state:
        raise WrongProgrammeState(
            [before for before, step in NEXT_PROGRAMME_STATE.items() if step is state], programme.state
        )
    programme.state = state
    await work.flush()
    await work.record(action, programme)
    return programme


def require_open(programme: MentoringProgramme) -> None:
    """WrongProgrammeState unless profiles and proposals are taken.

    Read without a lock: what is done while somebody else closes the programme was done before they did.
    """
    if programme.state is not ProgrammeState.OPEN:
        raise WrongProgrammeState([ProgrammeState.OPEN], programme.state)
