"""What is done about identity providers."""

from uuid import UUID

import strawberry

import models
from schema.base.inputs import TextInput, optional_texts, texts
from schema.identity.identity_provider import IdentityProvider
from schema.mutations.declare import MutationInput, key, mutation
from services.core.errors import AlreadyExists, SecretKeyMissing, StepUpRequired
from services.core.work import Work
from services.identity.identity_providers import identity_providers


@strawberry.input(description="An identity provider to add to an association.")
class AddIdentityProviderInput(MutationInput):
    """The input of `addIdentityProvider`."""

    association_id: strawberry.ID = strawberry.field(description="Whose people sign in there.")
    slug: str = strawberry.field(
        description="Its name in addresses: the provider sends browsers back to "
        "`/<confederation>/sign-in/oidc/<slug>/callback`."
    )
    name: list[TextInput] = strawberry.field(description="What it is called.")
    issuer: str = strawberry.field(description="The issuer, as its tokens name it: `https://id.example.org`.")
    client_id: str = strawberry.field(description="What this server is called there.")
    client_secret: str | None = strawberry.field(
        default=None, description="What this server shows there, kept encrypted; none for a public client."
    )


@mutation(IdentityProvider, problems=(StepUpRequired, AlreadyExists, SecretKeyMissing))
async def add_identity_provider(work: Work, input: AddIdentityProviderInput) -> models.IdentityProvider:
    """Let an association's people sign in at a provider. Asks for `identity.manage`, and a sign-in of late.

    A provider is believed about an address that it has verified and that is here exactly one person's, verified too;
    and only about who is the association's own and holds no role elsewhere.
    """
    return await identity_providers.add_provider(
        work,
        key(input.association_id, "Association", "associationId"),
        slug=input.slug,
        name=texts(input.name),
        issuer=input.issuer,
        client_id=input.client_id,
        client_secret=input.client_secret,
    )


@strawberry.input(description="An identity provider.")
class IdentityProviderInput(MutationInput):
    """The input of mutations that take an identity provider."""

    identity_provider_id: strawberry.ID = strawberry.field(description="The identity provider.")


@strawberry.input(description="What is to be changed of an identity provider. What is left out stays.")
class ChangeIdentityProviderInput(IdentityProviderInput):
    """The input of `changeIdentityProvider`."""

    name: list[TextInput] | None = strawberry.field(default=None, description="What it is called.")
    issuer: str | None = strawberry.field(
        default=None, description="Another issuer: the secret is to be given again, and everybody is linked anew."
    )
    client_id: str | None = strawberry.field(
        default=None, description="Another client: the secret is to be given again, and everybody is linked anew."
    )
    client_secret: str | None = strawberry.field(default=None, description="Another secret.")
    enabled: bool | None = strawberry.field(default=None, description="Whether one may sign in there.")


@mutation(IdentityProvider, problems=(StepUpRequired, SecretKeyMissing))
async def change_identity_provider(work: Work, input: ChangeIdentityProviderInput) -> models.IdentityProvider:
    """Change an identity provider. Asks for `identity.manage`, and a sign-in of late."""
    return await identity_providers.change_provider(
        work,
        _key(input),
        name=optional_texts(input.name),
        issuer=input.issuer,
        client_id=input.client_id,
        client_secret=input.client_secret,
        enabled=input.enabled,
    )


@strawberry.input(description="An identity provider to remove.")
class RemoveIdentityProviderInput(IdentityProviderInput):
    """The input of `removeIdentityProvider`."""


@mutation(IdentityProvider)
async def remove_identity_provider(work: Work, input: RemoveIdentityProviderInput) -> models.IdentityProvider:
    """Take an identity provider away; the payload's is null then. Asks for `identity.manage`."""
    return await identity_providers.remove_provider(work, _key(input))


def _key(input: IdentityProviderInput) -> UUID:
    return key(input.identity_provider_id, "IdentityProvider", "identityProviderId")
