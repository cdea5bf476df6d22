"""How operations load a file and its parts: what the actor may not see doesn't exist for them; rows to change are
locked.

Locks are taken in one order: the file, then its parts. The file's lock protects its parts, so that nothing is added to
a file while another transaction closes it, changes its confidentiality or adds a participant.
"""

from datetime import date
from uuid import UUID

from models import MANAGE_ADVOCACY, AdvocacyFile, AdvocacyFileState, Demand
from services.advocacy.errors import WrongAdvocacyFileState
from services.core.errors import InvalidInput
from services.core.work import Work

"""Permission of an association's staff for files that it leads, and for its own position and watch in others."""

_OPEN: list[AdvocacyFileState] = [state for state in AdvocacyFileState if state is not AdvocacyFileState.CLOSED]


async def managed_file(work: Work, file_id: UUID) -> AdvocacyFile:
    """The file, locked, for the staff of the association that leads it, unless it is closed."""
    file = await work.find_managed(AdvocacyFile, file_id, MANAGE_ADVOCACY, "advocacyFileId")
    check_open(file)
    return file


async def managed_demand(work: Work, demand_id: UUID) -> tuple[AdvocacyFile, Demand]:
    """The demand and its file, locked, as in `managed_file`."""
    seen = await work.find(Demand, demand_id, "demandId")
    file = await managed_file(work, seen.file_id)
    return file, await work.find(Demand, demand_id, "demandId", lock=True)


def check_open(file: AdvocacyFile) -> None:
    """WrongAdvocacyFileState if the file is closed."""
    if file.state is AdvocacyFileState.CLOSED:
        raise WrongAdvocacyFileState(_OPEN, file.state)


def check_day(work: Work, day: date | None, *path: str, since: date = date(1900, 1, 1)) -> date:
    """Return a day from `since` to today, by default today: entries are about the past."""
    day = day or work.today
    if not since <= day <= work.today:
        raise InvalidInput(f"{since} to {work.today}", f"{day}", path=path)
    return day
