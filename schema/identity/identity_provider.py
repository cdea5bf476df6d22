"""Identity providers: where the people of an association sign in."""

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
    """Where the people of an association sign in, with OpenID Connect. PUBLIC while enabled; STAFF of the association.

    What a browser is sent there with is no secret. The client's secret is shown to nobody.
    """

    slug: str = column("Its name in addresses.")
    name: str | None = localized("What it is called.")
    issuer: str = column("The issuer, as its tokens name it.")
    client_id: str = column("What this server is called there.")
    enabled: bool = column("Whether one may sign in there.")
    association: Association = one("Whose people it is believed about.", via="association_id")
    sign_in_url: str = expression(
        "Where a browser begins on this server; `?returnTo=` says where it goes afterwards.",
        lambda provider: "/" + context.confederation() + "/sign-in/oidc/" + provider.slug,
    )


IdentityProviderId = Annotated[UUID, Ref("IdentityProvider", "The identity provider.")]


@extends(Association)
class _AssociationProviders:
    identity_providers: list[IdentityProvider] = many(
        "Where its people sign in.", via="association_id", order=("slug",), limit=20
    )


@extends(Query)
class _Providers:
    identity_providers: list[IdentityProvider] = many(
        "Where people sign in, by association.",
        on=lambda _, row: row.confederation_id == context.tenant(),
        order=("slug",),
        limit=200,
    )
