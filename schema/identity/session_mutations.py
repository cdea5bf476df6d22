"""What is done about sessions and invitations. Signing in and out is not GraphQL: see `schema.web.signin.links`."""

import strawberry

import models
from schema.identity.session import Invitation, Session
from schema.mutations.declare import MutationInput, key, mutation
from schema.people.contact import ContactPoint
from services.core.errors import StepUpRequired
from services.core.work import Work
from services.identity import invitations, links, sessions
from services.identity.errors import AlreadyClaimed, NoAddress, NotInASession


@strawberry.input(description="A session to end.")
class RevokeSessionInput(MutationInput):
    """The input of `revokeSession`."""

    session_id: strawberry.ID = strawberry.field(description="The session.")


@mutation(Session)
async def revoke_session(work: Work, input: RevokeSessionInput) -> models.Session:
    """End a session of one's own: its next request is refused, and what it watches ends."""
    return await sessions.revoke(work, key(input.session_id, "Session", "sessionId"))


@strawberry.input(description="Nothing more is to be said.")
class RevokeOtherSessionsInput(MutationInput):
    """The input of `revokeOtherSessions`."""


@mutation(Session, problems=(NotInASession,))
async def revoke_other_sessions(work: Work, input: RevokeOtherSessionsInput) -> models.Session:
    """End all sessions of one's own but the one that asks, which the payload shows."""
    return await sessions.revoke_others(work)


@strawberry.input(description="Nothing more is to be said.")
class RequestStepUpInput(MutationInput):
    """The input of `requestStepUp`."""


@mutation(Session, problems=(NotInASession, NoAddress))
async def request_step_up(work: Work, input: RequestStepUpInput) -> models.Session:
    """Have a link mailed to oneself that shows once more who one is, in the session that asks.

    Some things ask for that (`StepUpRequired`). A passkey does it as well.
    """
    return await links.ask_to_step_up(work)


@strawberry.input(description="A mail address to verify.")
class RequestVerificationInput(MutationInput):
    """The input of `requestVerification`."""

    contact_point_id: strawberry.ID = strawberry.field(description="The mail address.")


@mutation(ContactPoint, problems=(NotInASession, StepUpRequired))
async def request_verification(work: Work, input: RequestVerificationInput) -> models.ContactPoint:
    """Have a link mailed to an address of one's own that shows it to be so. From then on it opens one's record."""
    return await links.ask_to_verify(work, key(input.contact_point_id, "ContactPoint", "contactPointId"))


@strawberry.input(description="Whom to invite to their record.")
class InvitePersonInput(MutationInput):
    """The input of `invitePerson`."""

    person_id: strawberry.ID = strawberry.field(description="The person.")
    association_id: strawberry.ID = strawberry.field(description="The association that invites, one of theirs.")


@mutation(Invitation, problems=(AlreadyClaimed, NoAddress))
async def invite_person(work: Work, input: InvitePersonInput) -> models.Invitation:
    """Invite somebody by mail to take possession of their record. Asks for `persons.manage` in the association."""
    return await invitations.invite_person(
        work,
        person_id=key(input.person_id, "Person", "personId"),
        association_id=key(input.association_id, "Association", "associationId"),
    )
