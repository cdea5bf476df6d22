"""Invitations: an association has a record in somebody's name, and gives it into their hands.

Nobody who has signed in is invited again: whoever may enter addresses could have the record opened at one of theirs.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col
from uuid_utils.compat import uuid7

from models import MANAGE_PERSONS, Association, ContactKind, ContactPoint, Invitation, Person, Session, SignInMethod
from services.core.errors import InvalidInput
from services.core.work import Work
from services.identity.errors import AlreadyClaimed, LinkNotGood, NoAddress
from services.identity.letters import INVITATION
from services.identity.sessions import hashed, open_session
from services.messages import outbox
from services.messages.outbox import Due
from services.people import access

INVITATION_LIFE = timedelta(days=14)
"""How long an invitation is good."""

_WHY = "whoever brings an invitation's secret is nobody yet"
_ADDRESS = "an invitation goes to the person's address, whoever may see it"


async def invite_person(work: Work, *, person_id: UUID, association_id: UUID) -> Invitation:
    """Invite somebody to their record. Asks for `persons.manage` in the association, which has to be one of theirs.

    It goes to their preferred address, and what was sent before is good no more. AlreadyClaimed where they have signed
    in; NoAddress where there is none.
    """
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_PERSONS, association_id)
    person = (await access.managed(work, {person_id}))[person_id]
    if association_id not in person.association_ids:
        raise InvalidInput("an association of the person's", "another", path=("associationId",))
    if person.claimed_at is not None:
        raise AlreadyClaimed
    async with work.elevated(_ADDRESS):
        point = (
            await work.session.scalars(
                work.select(ContactPoint).where(
                    col(ContactPoint.person_id) == person_id,
                    col(ContactPoint.kind) == ContactKind.EMAIL,
                    col(ContactPoint.preferred),
                )
            )
        ).one_or_none()
        if point is None:
            raise NoAddress
        before = (col(Invitation.person_id) == person_id, col(Invitation.expires_at) > work.now)
        await work.session.execute(work.update(Invitation, *before, to={"expires_at": work.now}))
    id = uuid7()
    (message_id,) = await outbox.queue(work, [Due(INVITATION, person_id, id)], association_id)
    invitation = await work.insert(
        Invitation(
            id=id,
            message_id=message_id,
            association_id=association_id,
            person_id=person_id,
            invited_by_id=work.actor.person_id,
            contact_point_id=point.id,
            expires_at=work.now + INVITATION_LIFE,
        )
    )
    await work.record("person.invited", invitation, data={"person_id": str(person_id)})
    return invitation


async def claim(work: Work, secret: str, *, device: str | None = None) -> tuple[Session, str]:
    """Take possession of one's record with the secret of an invitation: a session, and its secret.

    LinkNotGood for one that was used, is over, or never was, and where the person has signed in otherwise.
    """
    async with work.elevated(_WHY):
        query = work.select(Invitation, lock=True).where(col(Invitation.secret_hash) == hashed(secret))
        invitation = (await work.session.scalars(query)).one_or_none()
        if invitation is None or invitation.claimed_at is not None or invitation.expires_at <= work.now:
            raise LinkNotGood
        person = await work.find(Person, invitation.person_id, lock=True)
        if person.claimed_at is not None or person.deceased_on is not None:
            raise LinkNotGood
        invitation.claimed_at = work.now
        reached = work.update(
            ContactPoint,
            col(ContactPoint.id) == invitation.contact_point_id,
            col(ContactPoint.person_id) == person.id,
            col(ContactPoint.verified_at).is_(None),
            to={"verified_at": work.now},
        )
        await work.session.execute(reached)
        await work.record("invitation.claimed", invitation, data={"person_id": str(person.id)})
        return await open_session(work, person.id, SignInMethod.INVITATION, device=device)
