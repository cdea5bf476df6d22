"""Mutations of identity providers."""

from typing import Annotated

import models
from schema.base.inputs import Texts
from schema.identity.identity_provider import IdentityProvider, IdentityProviderId
from schema.mutations.declare import mutation
from schema.tenancy.federation import AssociationId
from services.core.errors import AlreadyExists, SecretKeyMissing, StepUpRequired
from services.core.unset import UNSET, Unset, given
from services.core.work import Work
from services.identity.identity_providers import identity_providers


@mutation(IdentityProvider, problems=(StepUpRequired, AlreadyExists, SecretKeyMissing))
async def create_identity_provider(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Association whose people sign in with it."],
    slug: Annotated[
        str,
        "Name in URLs: the provider's redirect URI is `/<confederation>/sign-in/oidc/<slug>/callback`.",
    ],
    name: Annotated[Texts, "Name."],
    issuer: Annotated[str, "Issuer, as in its tokens: `https://id.example.org`."],
    client_id: Annotated[str, "OAuth client ID of this server at the provider."],
    client_secret: Annotated[str | None, "OAuth client secret, stored encrypted; null for a public client."] = None,
) -> models.IdentityProvider:
    """Add an identity provider for an association's people. Requires `identity.manage` and a recent sign-in.

    Somebody is signed in if the provider has verified an address that is also verified here, by exactly one person; the
    person must belong to the association and hold no role in another one.
    """
    return await identity_providers.add_provider(
        work, association_id, slug=slug, name=name, issuer=issuer, client_id=client_id, client_secret=client_secret
    )


@mutation(IdentityProvider, problems=(StepUpRequired, SecretKeyMissing))
async def update_identity_provider(
    work: Work,
    *,
    identity_provider_id: IdentityProviderId,
    name: Annotated[Unset | Texts, "Name."] = UNSET,
    issuer: Annotated[
        Unset | str,
        "New issuer: the client secret must be given again, and everybody's link to the provider is renewed.",
    ] = UNSET,
    client_id: Annotated[
        Unset | str,
        "New OAuth client ID: the client secret must be given again, and everybody's link to the provider is renewed.",
    ] = UNSET,
    client_secret: Annotated[Unset | str, "New OAuth client secret."] = UNSET,
    enabled: Annotated[Unset | bool, "True if people may sign in with it."] = UNSET,
) -> models.IdentityProvider:
    """Change an identity provider. Requires `identity.manage` and a recent sign-in."""
    return await identity_providers.change_provider(
        work,
        identity_provider_id,
        **given(name=name, issuer=issuer, client_id=client_id, client_secret=client_secret, enabled=enabled),
    )


@mutation(deletes=IdentityProvider)
async def delete_identity_provider(work: Work, *, identity_provider_id: IdentityProviderId) -> models.IdentityProvider:
    """Delete an identity provider. Requires `identity.manage`."""
    return await identity_providers.remove_provider(work, identity_provider_id)
