"""How mentoring operations come by a pairing: locked, and for whom.

Locks are taken in one order, so that no two operations wait for each other: pairing → mentor's profile. Everything
that changes a pairing, or what belongs to it, has the pairing's lock: it is done before the pairing ends, or not at
all. Whoever sees a pairing may lock it: the two, and the coordinators.
"""

from uuid import UUID

from models import MentoringRole, Pairing, PairingState
from services.core.work import Work
from services.mentoring.errors import NotAParticipant, WrongPairingState


async def pairing(work: Work, pairing_id: UUID) -> Pairing:
    """The pairing, locked, for its two and the coordinators; NotFound for anybody else."""
    return await work.find(Pairing, pairing_id, "pairingId", lock=True)


async def own_pairing(work: Work, pairing_id: UUID) -> tuple[Pairing, MentoringRole]:
    """The pairing, locked, and the actor's side of it. NotAParticipant for a coordinator, NotFound for others."""
    found = await pairing(work, pairing_id)
    side = side_of(work, found)
    if side is None:
        raise NotAParticipant
    return found, side


async def active_pairing(work: Work, pairing_id: UUID) -> Pairing:
    """The actor's own pairing, locked, while it is active: then something may be added to it."""
    found, _ = await own_pairing(work, pairing_id)
    require_state(found, PairingState.ACTIVE)
    return found


def side_of(work: Work, pairing: Pairing) -> MentoringRole | None:
    """Which side of the pairing the actor is on; None for neither."""
    sides = {pairing.mentor_id: MentoringRole.MENTOR, pairing.mentee_id: MentoringRole.MENTEE}
    return None if work.actor.person_id is None else sides.get(work.actor.person_id)


def require_state(pairing: Pairing, *required: PairingState) -> None:
    """WrongPairingState unless the pairing stands where it has to."""
    if pairing.state not in required:
        raise WrongPairingState(list(required), pairing.state)
