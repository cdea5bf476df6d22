"""Signing in at a provider, in two halves that the edge joins by requests to the issuer, outside of any transaction:

    plan = await plan_of(work, slug)          → `issuers.address`, and `start` gives the browser its handle
    answered = await take(work, slug, handle) → `issuers.identity`, and `admit` opens the session

`work` is the platform's own: whoever signs in is nobody yet.
"""

import secrets
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, null, or_, select
from sqlmodel import col

from models import (
    AttemptKind,
    ContactKind,
    ContactPoint,
    ExternalIdentity,
    IdentityProvider,
    Mandate,
    Membership,
    Person,
    RoleGrant,
    Session,
    SignInMethod,
)
from services.core.errors import NotFound
from services.core.statements import matching
from services.core.work import Work
from services.identity.attempts import begin_attempt, use_attempt
from services.identity.identity_providers.identity_providers import secret_of
from services.identity.identity_providers.issuers import Client, Identity
from services.identity.sessions import open_session
from services.people.standing import GOOD_STANDING, status_on


class Plan(NamedTuple):
    """A provider to sign in at, and what is made up for this one time."""

    provider_id: UUID
    client: Client
    nonce: str
    verifier: str


class Answered(NamedTuple):
    """An attempt that somebody came back for."""

    plan: Plan
    return_to: str | None


def redirect_uri(work: Work, slug: str) -> str:
    """Where a provider sends the browser back to: an address of its own, so that no provider gets another's code."""
    return f"{work.settings.address}/{work.actor.tenant.slug}/sign-in/oidc/{slug}/callback"


async def plan_of(work: Work, slug: str) -> Plan:
    """What to begin with at a provider. NotFound where there is none of that name, or it is disabled."""
    provider = await work.find_by(IdentityProvider, slug=slug)
    if not provider.enabled:
        raise NotFound("identity provider")
    return Plan(provider.id, _client(work, provider), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


async def start(work: Work, plan: Plan, return_to: str | None) -> str:
    """Write the attempt down. Its handle, for the browser that begins it."""
    return await begin_attempt(
        work,
        AttemptKind.OIDC,
        plan.nonce.encode(),
        verifier=plan.verifier,
        provider_id=plan.provider_id,
        return_to=return_to,
    )


async def take(work: Work, slug: str, handle: str) -> Answered | None:
    """The attempt of a handle, used up; None where there is none, or it was begun at another provider."""
    attempt = await use_attempt(work, AttemptKind.OIDC, handle)
    if attempt is None or attempt.provider_id is None or attempt.verifier is None:
        return None
    provider = await work.find(IdentityProvider, attempt.provider_id)
    if provider.slug != slug or not provider.enabled:
        return None
    plan = Plan(provider.id, _client(work, provider), attempt.challenge.decode(), attempt.verifier)
    return Answered(plan, attempt.return_to)


async def admit(work: Work, plan: Plan, identity: Identity, *, device: str | None = None) -> tuple[Session, str] | None:
    """Sign in whom the provider named; None for anybody whom it can't speak for, and for who isn't known.

    The first time by an address that the provider has verified, and that is verified here as exactly one person's;
    afterwards by the provider's own name for them. Each time the person has to be its association's.
    """
    provider = await work.find(IdentityProvider, plan.provider_id, lock=True)
    if not provider.enabled or (provider.issuer, provider.client_id) != (plan.client.issuer, plan.client.id):
        return None  # changed while somebody was there
    query = work.select(ExternalIdentity).filter_by(provider_id=provider.id, subject=identity.subject)
    known = await work.session.scalar(query)
    person_id = known.person_id if known else await _person_of(work, identity.email)
    if person_id is None or not await _speaks_for(work, provider, person_id):
        return None
    if known is None:
        linked = ExternalIdentity(
            person_id=person_id,
            provider_id=provider.id,
            subject=identity.subject,
            linked_at=work.now,
        )
        await work.insert(linked)
        await work.record(
            "external_identity.linked",
            linked,
            association_id=provider.association_id,
            data={"person_id": str(person_id)},
        )
    return await open_session(work, person_id, SignInMethod.OIDC, device=device)


async def _person_of(work: Work, email: str | None) -> UUID | None:
    """Whose the address is, if it is verified and one living person's."""
    if email is None:
        return None
    found = await work.session.scalars(
        work.select(col(ContactPoint.person_id))
        .join(Person, matching(ContactPoint.person_id, Person.id))
        .where(
            col(ContactPoint.kind) == ContactKind.EMAIL,
            func.lower(col(ContactPoint.value)) == email,
            col(ContactPoint.verified_at).is_not(None),
            col(Person.deceased_on).is_(None),
        )
        .distinct()
        .limit(2)
    )
    persons = found.all()
    return persons[0] if len(persons) == 1 else None


async def _speaks_for(work: Work, provider: IdentityProvider, person_id: UUID) -> bool:
    """Whether the person is the association's, and has no rights that are another's to give.

    The association's administrators decide what the provider says. Were it believed about somebody with a role
    elsewhere, they would lend themselves that role.
    """

    def links(link: type[Membership | Mandate | RoleGrant], *still: ColumnElement[bool]) -> ColumnElement[bool]:
        return work.exists(link, col(link.person_id) == person_id, *still)

    def lasts(link: type[Mandate | RoleGrant]) -> ColumnElement[bool]:
        return (col(link.starts_on) <= work.today) & or_(col(link.ends_on).is_(null()), col(link.ends_on) >= work.today)

    def here(link: type[Membership | Mandate | RoleGrant]) -> ColumnElement[bool]:
        return col(link.association_id) == provider.association_id

    is_theirs = or_(
        links(Membership, here(Membership), status_on(work.today).in_(GOOD_STANDING)),
        links(Mandate, here(Mandate), lasts(Mandate)),
        links(RoleGrant, here(RoleGrant), lasts(RoleGrant)),
    )
    # A role that begins tomorrow counts as well: a session lasts longer than that.
    ends_on = col(RoleGrant.ends_on)
    elsewhere = links(RoleGrant, ~here(RoleGrant), or_(ends_on.is_(null()), ends_on >= work.today))
    return bool(await work.session.scalar(select(is_theirs & ~elsewhere)))


def _client(work: Work, provider: IdentityProvider) -> Client:
    return Client(provider.issuer, provider.client_id, secret_of(work, provider), redirect_uri(work, provider.slug))
