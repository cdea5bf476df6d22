"""Mutations of sessions and invitations. Signing in and out is plain HTTP: see `schema.web.signin.links`."""

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
    """Revoke one of one's own sessions: its next request is refused and its subscriptions end."""
    return await sessions.revoke(work, session_id)


@mutation(Session, problems=(NotInASession,))
async def revoke_other_sessions(work: Work) -> models.Session:
    """Revoke all of one's own sessions but the current one, which the payload returns."""
    return await sessions.revoke_others(work)


@mutation(Session, problems=(NotInASession, NoAddress))
async def request_step_up(work: Work) -> models.Session:
    """Send a link to oneself by mail that proves one's identity again, in the current session.

    Some operations require it (`StepUpRequired`). A passkey does the same.
    """
    return await links.ask_to_step_up(work)


@mutation(ContactPoint, problems=(NotInASession, StepUpRequired))
async def request_verification(
    work: Work, *, contact_point_id: Annotated[ContactPointId, "Mail address."]
) -> models.ContactPoint:
    """Send a link that verifies one of one's own mail addresses. A verified address can be used to sign in."""
    return await links.ask_to_verify(work, contact_point_id)


@mutation(Invitation, problems=(AlreadyClaimed, NoAddress))
async def invite_person(
    work: Work,
    *,
    person_id: PersonId,
    association_id: Annotated[AssociationId, "Inviting association, one of the person's."],
) -> models.Invitation:
    """Invite a person by mail to sign in to their record. Requires `persons.manage` in the association."""
    return await invitations.invite_person(work, person_id=person_id, association_id=association_id)
