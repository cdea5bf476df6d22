"""What is done about identity providers."""

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
    association_id: Annotated[AssociationId, "Whose people sign in there."],
    slug: Annotated[
        str,
        "Its name in addresses: the provider sends browsers back to `/<confederation>/sign-in/oidc/<slug>/callback`.",
    ],
    name: Annotated[Texts, "What it is called."],
    issuer: Annotated[str, "The issuer, as its tokens name it: `https://id.example.org`."],
    client_id: Annotated[str, "What this server is called there."],
    client_secret: Annotated[
        str | None, "What this server shows there, kept encrypted; none for a public client."
    ] = None,
) -> models.IdentityProvider:
    """Let an association's people sign in at a provider. Asks for `identity.manage`, and a sign-in of late.

    A provider is believed about an address that it has verified and that is here exactly one person's, verified too;
    and only about who is the association's own and holds no role elsewhere.
    """
    return await identity_providers.add_provider(
        work, association_id, slug=slug, name=name, issuer=issuer, client_id=client_id, client_secret=client_secret
    )


@mutation(IdentityProvider, problems=(StepUpRequired, SecretKeyMissing))
async def update_identity_provider(
    work: Work,
    *,
    identity_provider_id: IdentityProviderId,
    name: Annotated[Unset | Texts, "What it is called."] = UNSET,
    issuer: Annotated[
        Unset | str, "Another issuer: the secret is to be given again, and everybody is linked anew."
    ] = UNSET,
    client_id: Annotated[
        Unset | str, "Another client: the secret is to be given again, and everybody is linked anew."
    ] = UNSET,
    client_secret: Annotated[Unset | str, "Another secret."] = UNSET,
    enabled: Annotated[Unset | bool, "Whether one may sign in there."] = UNSET,
) -> models.IdentityProvider:
    """Change an identity provider. Asks for `identity.manage`, and a sign-in of late."""
    return await identity_providers.change_provider(
        work,
        identity_provider_id,
        **given(name=name, issuer=issuer, client_id=client_id, client_secret=client_secret, enabled=enabled),
    )


@mutation(deletes=IdentityProvider)
async def delete_identity_provider(work: Work, *, identity_provider_id: IdentityProviderId) -> models.IdentityProvider:
    """Delete an identity provider. Asks for `identity.manage`."""
    return await identity_providers.remove_provider(work, identity_provider_id)
