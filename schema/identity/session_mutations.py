"""What is done about sessions and invitations. Signing in and out is not GraphQL: see `schema.web.signin.links`."""

from typing import Annotated

import models
from schema.identity.session import Invitation, Session, SessionId
from schema.mutations.declare import mutation
from schema.people.contact import ContactPoint, ContactPointId
from schema.people.person import PersonId
from schema.tenancy.federation import AssociationId
from services.core.errors import StepUpRequired
from services.core.work import Work
from services.identity import invitations, links, sessions
from services.identity.errors import AlreadyClaimed, NoAddress, NotInASession


@mutation(Session)
async def revoke_session(work: Work, *, session_id: SessionId) -> models.Session:
    """End a session of one's own: its next request is refused, and what it watches ends."""
    return await sessions.revoke(work, session_id)


@mutation(Session, problems=(NotInASession,))
async def revoke_other_sessions(work: Work) -> models.Session:
    """End all sessions of one's own but the one that asks, which the payload shows."""
    return await sessions.revoke_others(work)


@mutation(Session, problems=(NotInASession, NoAddress))
async def request_step_up(work: Work) -> models.Session:
    """Have a link mailed to oneself that shows once more who one is, in the session that asks.

    Some things ask for that (`StepUpRequired`). A passkey does it as well.
    """
    return await links.ask_to_step_up(work)


@mutation(ContactPoint, problems=(NotInASession, StepUpRequired))
async def request_verification(
    work: Work, *, contact_point_id: Annotated[ContactPointId, "The mail address."]
) -> models.ContactPoint:
    """Have a link mailed to an address of one's own that shows it to be so. From then on it opens one's record."""
    return await links.ask_to_verify(work, contact_point_id)


@mutation(Invitation, problems=(AlreadyClaimed, NoAddress))
async def invite_person(
    work: Work,
    *,
    person_id: PersonId,
    association_id: Annotated[AssociationId, "The association that invites, one of theirs."],
) -> models.Invitation:
    """Invite somebody by mail to take possession of their record. Asks for `persons.manage` in the association."""
    return await invitations.invite_person(work, person_id=person_id, association_id=association_id)
