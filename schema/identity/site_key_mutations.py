"""What staff do about site keys."""

from datetime import datetime, timedelta

import strawberry

import models
from schema.identity.site_key import SiteKey
from schema.mutations.declare import MutationInput, key, mutation
from services.core.errors import StepUpRequired
from services.core.work import Work
from services.identity import site_keys

_ORIGINS = "Of a publishable key: the websites whose browsers may use it, `https://www.example.org`."
_SCOPES = "Of a secret key: the permissions that it holds in the association, each held by whoever makes it."
_TRUSTED = "Whether it only runs registered documents."


@strawberry.input(description="A site key to make.")
class MakeSiteKeyInput(MutationInput):
    """The input of `makeSiteKey`."""

    association_id: strawberry.ID = strawberry.field(description="Whose.")
    kind: models.SiteKeyKind = strawberry.field(description="Publishable, for a page's source, or secret.")
    name: str = strawberry.field(description="What to call it.")
    origins: list[str] = strawberry.field(default_factory=list, description=_ORIGINS)
    scopes: list[str] = strawberry.field(default_factory=list, description=_SCOPES)
    trusted_documents_only: bool = strawberry.field(default=False, description=_TRUSTED)
    expires_at: datetime | None = strawberry.field(default=None, description="When it ends; left out: without end.")


@mutation(SiteKey, problems=(StepUpRequired,), once="secret")
async def make_site_key(work: Work, input: MakeSiteKeyInput) -> tuple[models.SiteKey, str]:
    """Make a site key; `secret` is the key itself, and is shown this once. Asks for `keys.manage`."""
    return await site_keys.make_key(
        work,
        key(input.association_id, "Association", "associationId"),
        kind=input.kind,
        name=input.name,
        origins=input.origins,
        scopes=input.scopes,
        trusted_documents_only=input.trusted_documents_only,
        expires_at=input.expires_at,
    )


@strawberry.input(description="A site key.")
class SiteKeyInput(MutationInput):
    """The input of mutations that take a site key."""

    site_key_id: strawberry.ID = strawberry.field(description="Which key.")


@strawberry.input(description="A site key to replace by another.")
class RotateSiteKeyInput(SiteKeyInput):
    """The input of `rotateSiteKey`."""

    overlap_days: int = strawberry.field(
        default=site_keys.KEY_OVERLAP.days,
        description=f"For how many days the old key is still good, {site_keys.LONGEST_OVERLAP.days} at the most.",
    )


@mutation(SiteKey, problems=(StepUpRequired,), once="secret")
async def rotate_site_key(work: Work, input: RotateSiteKeyInput) -> tuple[models.SiteKey, str]:
    """Make a key's successor, which is shown, and let the key end after a while. Asks for `keys.manage`, and for what
    the key may do.
    """
    most = site_keys.LONGEST_OVERLAP.days + 1
    overlap = timedelta(days=max(-1, min(input.overlap_days, most)))
    return await site_keys.rotate_key(work, key(input.site_key_id, "SiteKey", "siteKeyId"), overlap=overlap)


@strawberry.input(description="A site key to revoke.")
class RevokeSiteKeyInput(SiteKeyInput):
    """The input of `revokeSiteKey`."""

    reason: str | None = strawberry.field(default=None, description="Why, for the journal.")


@mutation(SiteKey)
async def revoke_site_key(work: Work, input: RevokeSiteKeyInput) -> models.SiteKey:
    """End a key at once: its next request is refused. Asks for `keys.manage`."""
    return await site_keys.revoke_key(work, key(input.site_key_id, "SiteKey", "siteKeyId"), reason=input.reason)


@strawberry.input(description="What a site key is for from now on; what is left out stays.")
class RestrictSiteKeyInput(SiteKeyInput):
    """The input of `restrictSiteKey`."""

    origins: list[str] | None = strawberry.field(default=None, description=_ORIGINS)
    scopes: list[str] | None = strawberry.field(default=None, description="Those of its scopes that it keeps.")
    trusted_documents_only: bool | None = strawberry.field(default=None, description=_TRUSTED)
    expires_at: datetime | None = strawberry.field(default=None, description="When it ends; only earlier than so far.")


@mutation(SiteKey)
async def restrict_site_key(work: Work, input: RestrictSiteKeyInput) -> models.SiteKey:
    """Change which websites a key is for, and let it do less or end sooner. Asks for `keys.manage`."""
    return await site_keys.restrict_key(
        work,
        key(input.site_key_id, "SiteKey", "siteKeyId"),
        origins=input.origins,
        scopes=input.scopes,
        trusted_documents_only=input.trusted_documents_only,
        expires_at=input.expires_at,
    )
