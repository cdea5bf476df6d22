"""Goals, sessions and notes of a pairing, private to the mentor and the mentee.

These tables are PARTICIPANTS: no permission and no elevation gives access, so every operation runs as the person. The
journal records that something was done, never its content, and no staff reads these entries.
"""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from models import Pairing, PairingGoal, PairingNote, PairingSession
from services.core.checks import check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.mentoring import access

MOST_MINUTES = 1440


async def set_goal(work: Work, pairing_id: UUID, *, title: str) -> PairingGoal:
    """Set a goal, dated today.

    For mentor and mentee while their pairing is active: NotAParticipant, WrongPairingState.
    """
    pairing = await access.active_pairing(work, pairing_id)
    goal = await work.insert(
        PairingGoal(
            pairing_id=pairing.id,
            mentor_id=pairing.mentor_id,
            mentee_id=pairing.mentee_id,
            title=check_text(title, "title"),
            set_on=work.today,
        )
    )
    await _record_goal(work, "pairing_goal.set", goal)
    return goal


async def achieve_goal(work: Work, goal_id: UUID) -> PairingGoal:
    """Mark a goal as achieved today.

    NotFound for all but mentor and mentee; WrongPairingState unless the pairing is active.
    """
    goal = await _goal(work, goal_id)
    if goal.achieved_on is None:
        goal.achieved_on = work.today
        await work.flush()
        await _record_goal(work, "pairing_goal.achieved", goal)
    return goal


async def reopen_goal(work: Work, goal_id: UUID) -> PairingGoal:
    """Mark a goal as not achieved. Refused as `achieve_goal` is."""
    goal = await _goal(work, goal_id)
    if goal.achieved_on is not None:
        goal.achieved_on = None
        await work.flush()
        await _record_goal(work, "pairing_goal.reopened", goal)
    return goal


async def record_session(
    work: Work, pairing_id: UUID, *, held_on: date, minutes: int, topic: str | None = None
) -> PairingSession:
    """Record a session that took place since the pairing became active, and not later than today.

    For mentor and mentee while the pairing is active: NotAParticipant, WrongPairingState.
    """
    pairing = await access.active_pairing(work, pairing_id)
    since = _active_since(work, pairing)
    if not since <= held_on <= work.today:
        raise InvalidInput(f"{since} to {work.today}", f"{held_on}", path=("heldOn",))
    if not 1 <= minutes <= MOST_MINUTES:
        raise InvalidInput(f"1 to {MOST_MINUTES} minutes", f"{minutes}", path=("minutes",))
    session = await work.insert(
        PairingSession(
            pairing_id=pairing.id,
            mentor_id=pairing.mentor_id,
            mentee_id=pairing.mentee_id,
            held_on=held_on,
            minutes=minutes,
            topic=None if topic is None else check_text(topic, "topic"),
        )
    )
    await work.record("pairing_session.recorded", session, data={"pairing_id": str(pairing.id)})
    return session


async def write_note(work: Work, pairing_id: UUID, *, text: str) -> PairingNote:
    """Write a private note for mentor and mentee, up to 10,000 characters. Refused as `set_goal` is."""
    pairing = await access.active_pairing(work, pairing_id)
    note = await work.insert(
        PairingNote(
            pairing_id=pairing.id,
            mentor_id=pairing.mentor_id,
            mentee_id=pairing.mentee_id,
            author_id=work.actor.required_person_id,
            text=check_text(text, "text", most=10_000),
            written_at=work.now,
        )
    )
    await work.record("pairing_note.written", note)
    return note


async def retract_note(work: Work, note_id: UUID) -> PairingNote:
    """Delete one's own note, at any time.

    NotFound for anybody else, even the other participant: the lock requires the right to change the note.
    """
    note = await work.find(PairingNote, note_id, "pairingNoteId", lock=True)
    await work.remove(note)
    await work.record("pairing_note.retracted", note)
    return note


async def _goal(work: Work, goal_id: UUID) -> PairingGoal:
    """Lock the pairing, which must be active, then the goal."""
    seen = await work.find(PairingGoal, goal_id, "pairingGoalId")
    await access.active_pairing(work, seen.pairing_id)
    return await work.find(PairingGoal, goal_id, "pairingGoalId", lock=True)


def _active_since(work: Work, pairing: Pairing) -> date:
    """The day on which the pairing became active, in the confederation's time zone."""
    if pairing.activated_at is None:
        raise ValueError(pairing.id)  # impossible: a CHECK requires it of an active pairing
    return pairing.activated_at.astimezone(ZoneInfo(work.actor.tenant.time_zone)).date()


async def _record_goal(work: Work, action: str, goal: PairingGoal) -> None:
    await work.record(action, goal, data={"pairing_id": str(goal.pairing_id)})
