"""Participants of a file, and their positions over time."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from models import (
    MANAGE_ADVOCACY,
    MOST_PARTICIPANTS,
    AdvocacyFile,
    AdvocacyPosition,
    Association,
    Stance,
    TimelineEntry,
    TimelineKind,
)
from services.advocacy.access import check_day, check_open, managed_file
from services.advocacy.changes import changed, part_of
from services.advocacy.errors import TakesNoPart
from services.core.checks import check_texts
from services.core.errors import AlreadyExists, InvalidInput, NotFound
from services.core.work import Work


async def add_participant(work: Work, file_id: UUID, association_id: UUID) -> AdvocacyFile:
    """Add a participant, with the position NO_MANDATE. Asks for `advocacy.manage` in the lead association.

    From now on, its members and staff may read what members and staff of participants may read. AlreadyExists if it
    takes part already, InvalidInput past `MOST_PARTICIPANTS`.
    """
    file = await managed_file(work, file_id)
    await work.find(Association, association_id, "associationId")
    if association_id in file.association_ids:
        raise AlreadyExists("participant", path=("associationId",))
    if len(file.association_ids) >= MOST_PARTICIPANTS:
        raise InvalidInput(f"{MOST_PARTICIPANTS} participants at the most", "one more", path=("associationId",))
    file.association_ids = [*file.association_ids, association_id]
    await work.flush()  # the parts' copies are updated by their foreign keys
    await changed(work, file, file, "advocacy_file.joined", data={"participant_id": str(association_id)})
    await enter(work, file, association_id)
    return file


async def take_position(
    work: Work,
    file_id: UUID,
    association_id: UUID,
    stance: Stance,
    *,
    conditions: Mapping[str, str] | None = None,
    taken_on: date | None = None,
) -> AdvocacyPosition:
    """Set an association's position on a file from a day on, by default today. Its position of that day is replaced.

    Asks for `advocacy.manage` in that association: the lead association can't set others' positions. TakesNoPart if it
    doesn't take part; InvalidInput if conditions are missing with SUPPORTS_WITH_CONDITIONS, or given otherwise.
    """
    await work.find(AdvocacyFile, file_id, "advocacyFileId")
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_ADVOCACY, association_id)
    conditional = stance is Stance.SUPPORTS_WITH_CONDITIONS
    if conditional != (conditions is not None):
        required = "conditions" if conditional else "no conditions"
        raise InvalidInput(f"{required} with {stance}", "none" if conditional else "some", path=("conditions",))
    texts = None if conditions is None else check_texts(work, conditions, "conditions", most=2000)
    day = check_day(work, taken_on, "takenOn")
    async with work.elevated("a position is the participant's, and the lock of the file its lead's"):
        file = await work.find(AdvocacyFile, file_id, "advocacyFileId", lock=True)
    check_open(file)
    if association_id not in file.association_ids:
        raise TakesNoPart(association_id)
    position, happened = await _of_the_day(work, file, association_id, day), None
    if position is None:
        position, happened = _new(file, association_id, stance, day)
    position.stance, position.conditions = stance, texts
    work.session.add(position)
    await work.flush()
    await changed(
        work,
        file,
        position,
        "advocacy_position.taken",
        happened,
        data={"participant_id": str(association_id), "stance": stance, "taken_on": f"{day}"},
    )
    return position


async def enter(work: Work, file: AdvocacyFile, association_id: UUID) -> None:
    """Add a new participant's first position, NO_MANDATE. Watchers are notified of the new participant instead."""
    position, happened = _new(file, association_id, Stance.NO_MANDATE, work.today)
    await work.insert(position)
    work.session.add(happened)
    await work.flush()


async def _of_the_day(work: Work, file: AdvocacyFile, association_id: UUID, day: date) -> AdvocacyPosition | None:
    try:
        return await work.find_by(
            AdvocacyPosition, lock=True, file_id=file.id, participant_id=association_id, taken_on=day
        )
    except NotFound:
        return None


def _new(file: AdvocacyFile, association_id: UUID, stance: Stance, day: date) -> tuple[AdvocacyPosition, TimelineEntry]:
    position = AdvocacyPosition(**part_of(file), participant_id=association_id, stance=stance, taken_on=day)
    kind = TimelineKind.POSITION_TAKEN
    return position, TimelineEntry(**part_of(file), kind=kind, happened_on=day, position_id=position.id)
