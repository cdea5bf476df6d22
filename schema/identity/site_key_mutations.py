"""What staff do about site keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import models
from schema.identity.site_key import SiteKey, SiteKeyId
from schema.mutations.declare import mutation
from schema.tenancy.federation import AssociationId
from services.core.errors import StepUpRequired
from services.core.unset import UNSET, Unset, given
from services.core.work import Work
from services.identity import site_keys

_ORIGINS = "Of a publishable key: the websites whose browsers may use it, `https://www.example.org`."
_SCOPES = "Of a secret key: the permissions that it holds in the association, each held by whoever makes it."
_TRUSTED = "Whether it only runs registered documents."


@mutation(SiteKey, problems=(StepUpRequired,), once="secret")
async def create_site_key(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Whose."],
    kind: Annotated[models.SiteKeyKind, "Publishable, for a page's source, or secret."],
    name: Annotated[str, "What to call it."],
    origins: Annotated[Sequence[str], _ORIGINS] = (),
    scopes: Annotated[Sequence[str], _SCOPES] = (),
    trusted_documents_only: Annotated[bool, _TRUSTED] = False,
    expires_at: Annotated[datetime | None, "When it ends; left out: without end."] = None,
) -> tuple[models.SiteKey, str]:
    """Make a site key; `secret` is the key itself, and is shown this once. Asks for `keys.manage`."""
    return await site_keys.make_key(
        work,
        association_id,
        kind=kind,
        name=name,
        origins=origins,
        scopes=scopes,
        trusted_documents_only=trusted_documents_only,
        expires_at=expires_at,
    )


@mutation(SiteKey, problems=(StepUpRequired,), once="secret")
async def rotate_site_key(
    work: Work,
    *,
    site_key_id: SiteKeyId,
    overlap_days: Annotated[
        int, f"For how many days the old key is still good, {site_keys.LONGEST_OVERLAP.days} at the most."
    ] = site_keys.KEY_OVERLAP.days,
) -> tuple[models.SiteKey, str]:
    """Make a key's successor, which is shown, and let the key end after a while. Asks for `keys.manage`, and for what
    the key may do.
    """
    most = site_keys.LONGEST_OVERLAP.days + 1
    overlap = timedelta(days=max(-1, min(overlap_days, most)))
    return await site_keys.rotate_key(work, site_key_id, overlap=overlap)


@mutation(SiteKey)
async def revoke_site_key(
    work: Work,
    *,
    site_key_id: SiteKeyId,
    reason: Annotated[str | None, "Why, for the journal."] = None,
) -> models.SiteKey:
    """End a key at once: its next request is refused. Asks for `keys.manage`."""
    return await site_keys.revoke_key(work, site_key_id, reason=reason)


@mutation(SiteKey)
async def update_site_key(
    work: Work,
    *,
    site_key_id: SiteKeyId,
    origins: Annotated[Unset | list[str], _ORIGINS] = UNSET,
    scopes: Annotated[Unset | list[str], "Those of its scopes that it keeps."] = UNSET,
    trusted_documents_only: Annotated[Unset | bool, _TRUSTED] = UNSET,
    expires_at: Annotated[Unset | datetime, "When it ends; only earlier than so far."] = UNSET,
) -> models.SiteKey:
    """Change which websites a key is for, and let it do less or end sooner. Asks for `keys.manage`."""
    return await site_keys.restrict_key(
        work,
        site_key_id,
        **given(origins=origins, scopes=scopes, trusted_documents_only=trusted_documents_only, expires_at=expires_at),
    )
