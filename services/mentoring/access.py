"""How mentoring operations load a pairing: locked, with access checked.

Locks are taken in one order, to avoid deadlocks: pairing → mentor's profile. Every change of a pairing, or of what
belongs to it, holds the pairing's lock, so nothing is added once it has ended. Everybody who may see a pairing may lock
it: the two, and the coordinators.
"""

from uuid import UUID

from models import MentoringRole, Pairing, PairingState
from services.core.work import Work
from services.mentoring.errors import NotAParticipant, WrongPairingState


async def pairing(work: Work, pairing_id: UUID) -> Pairing:
    """The pairing, locked, for its mentor, its mentee and the coordinators; NotFound for anybody else."""
    return await work.find(Pairing, pairing_id, "pairingId", lock=True)


async def own_pairing(work: Work, pairing_id: UUID) -> tuple[Pairing, MentoringRole]:
    """The pairing, locked, and the actor's side of it. NotAParticipant for a coordinator, NotFound for others."""
    found = await pairing(work, pairing_id)
    side = side_of(work, found)
    if side is None:
        raise NotAParticipant
    return found, side


async def active_pairing(work: Work, pairing_id: UUID) -> Pairing:
    """The actor's own pairing, locked; WrongPairingState unless it is active."""
    found, _ = await own_pairing(work, pairing_id)
    require_state(found, PairingState.ACTIVE)
    return found


def side_of(work: Work, pairing: Pairing) -> MentoringRole | None:
    """The actor's role in the pairing; None if they have none."""
    sides = {pairing.mentor_id: MentoringRole.MENTOR, pairing.mentee_id: MentoringRole.MENTEE}
    return None if work.actor.person_id is None else sides.get(work.actor.person_id)


def require_state(pairing: Pairing, *required: PairingState) -> None:
    """WrongPairingState unless the pairing is in one of the required states."""
    if pairing.state not in required:
        raise WrongPairingState(list(required), pairing.state)
