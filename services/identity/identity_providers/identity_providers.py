"""An association's identity providers: added, changed and removed by those who hold `identity.manage` in it."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import col

from models import MANAGE_IDENTITY, Association, ExternalIdentity, IdentityProvider
from services.core.checks import check_slug, check_text, check_texts
from services.core.errors import AlreadyExists, InvalidInput
from services.core.outside import requests
from services.core.outside.sealing import seal, unseal
from services.core.work import Work

_TAKEN = {"an_identity_provider_of_this_name": AlreadyExists("identity provider", path=("slug",))}


async def add_provider(
    work: Work,
    association_id: UUID,
    *,
    slug: str,
    name: Mapping[str, str],
    issuer: str,
    client_id: str,
    client_secret: str | None = None,
) -> IdentityProvider:
    """Let an association's people sign in at a provider. `client_secret`: none for a public client, which PKCE allows.

    StepUpRequired, InvalidInput, AlreadyExists, SecretKeyMissing.
    """
    association = await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_IDENTITY, association.id)
    work.actor.require_recent(work.now)
    provider = IdentityProvider(
        association_id=association.id,
        slug=check_slug(slug),
        name=check_texts(work, name, "name"),
        issuer=_issuer(work, issuer),
        client_id=check_text(client_id, "clientId", most=300),
    )
    provider.client_secret = _sealed(work, provider, client_secret)
    await work.insert(provider, refused=_TAKEN)
    await work.record("identity_provider.added", provider)
    return provider


async def change_provider(
    work: Work,
    provider_id: UUID,
    *,
    name: Mapping[str, str] | None = None,
    issuer: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    enabled: bool | None = None,
) -> IdentityProvider:
    """Change what is given. Another issuer or client names people otherwise: who was linked is linked anew.

    StepUpRequired, InvalidInput, SecretKeyMissing. A new issuer or client needs its own secret: the old one is dropped.
    """
    provider = await work.find_managed(IdentityProvider, provider_id, MANAGE_IDENTITY, "identityProviderId")
    work.actor.require_recent(work.now)
    before = (provider.issuer, provider.client_id)
    if name is not None:
        provider.name = check_texts(work, name, "name")
    if issuer is not None:
        provider.issuer = _issuer(work, issuer)
    if client_id is not None:
        provider.client_id = check_text(client_id, "clientId", most=300)
    is_another = before != (provider.issuer, provider.client_id)
    if is_another or client_secret is not None:
        # A secret goes to the issuer that it was entered for, and to no address that somebody enters later.
        provider.client_secret = _sealed(work, provider, client_secret)
    if enabled is not None:
        provider.enabled = enabled
    await work.flush()
    if is_another:
        await _forget_identities(work, provider)
    await work.record(
        "identity_provider.changed", provider, data={"is_another": is_another, "enabled": provider.enabled}
    )
    return provider


async def remove_provider(work: Work, provider_id: UUID) -> IdentityProvider:
    """Take a provider away, with who was linked. Sessions that were opened by it last until they end."""
    provider = await work.find_managed(IdentityProvider, provider_id, MANAGE_IDENTITY, "identityProviderId")
    await _forget_identities(work, provider)
    await work.remove(provider)
    await work.record("identity_provider.removed", provider)
    return provider


def secret_of(work: Work, provider: IdentityProvider) -> str | None:
    """The client's secret, to be sent to the issuer. CannotUnseal where the server's key is another one by now."""
    if provider.client_secret is None:
        return None
    return unseal(work.settings, provider.client_secret, *_about(work, provider))


def _sealed(work: Work, provider: IdentityProvider, secret: str | None) -> bytes | None:
    if secret is None:
        return None
    return seal(work.settings, check_text(secret, "clientSecret", most=1000), *_about(work, provider))


def _about(work: Work, provider: IdentityProvider) -> tuple[object, ...]:
    return work.tenant_id, "identity_provider", provider.id, "client_secret"


def _issuer(work: Work, issuer: str) -> str:
    """An issuer as its tokens name it, to the letter: without a query, in which its own address would be lost."""
    requests.check_url(issuer, "issuer", private=work.settings.private_addresses)
    if "?" in issuer:
        raise InvalidInput("an issuer without a query", issuer, path=("issuer",))
    return issuer


async def _forget_identities(work: Work, provider: IdentityProvider) -> None:
    async with work.elevated("who somebody is at a provider is theirs to see, and ends with the provider"):
        await work.session.execute(work.delete(ExternalIdentity, col(ExternalIdentity.provider_id) == provider.id))
