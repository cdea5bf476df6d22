"""Identity providers at which an association's people sign in."""

from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler import context
from schema.compiler.declare import column, expression, extends, localized, many, one, read_type
from schema.reading.queries import Query
from schema.reading.relay import Node
from schema.tenancy.federation import Association


@read_type(models.IdentityProvider)
class IdentityProvider(Node):
    """An identity provider (OpenID Connect) at which an association's people sign in. PUBLIC while enabled, otherwise
    visible to STAFF of the association.

    The client secret is never shown.
    """

    slug: str = column("Name in URLs.")
    name: str | None = localized("Name.")
    issuer: str = column("Issuer, as in its tokens.")
    client_id: str = column("OAuth client ID of this server at the provider.")
    enabled: bool = column("True if people may sign in with it.")
    association: Association = one("Association whose people may sign in with it.", via="association_id")
    sign_in_url: str = expression(
        "URL on this server at which a browser starts to sign in; `?returnTo=` is the URL to return to.",
        lambda provider: "/" + context.confederation() + "/sign-in/oidc/" + provider.slug,
    )


IdentityProviderId = Annotated[UUID, Ref("IdentityProvider", "The identity provider.")]


@extends(Association)
class _AssociationProviders:
    identity_providers: list[IdentityProvider] = many(
        "Identity providers at which its people sign in.", via="association_id", order=("slug",), limit=20
    )


@extends(Query)
class _Providers:
    identity_providers: list[IdentityProvider] = many(
        "Identity providers of all associations.",
        on=lambda _, row: row.confederation_id == context.tenant(),
        order=("slug",),
        limit=200,
    )
