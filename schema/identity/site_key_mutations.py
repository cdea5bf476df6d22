"""Mutations of site keys by staff."""

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

_ORIGINS = "Origins whose browsers may use it, such as `https://www.example.org`; only for a publishable key."
_SCOPES = "Permissions that it holds in the association; only for a secret key. The creator must hold each of them."
_TRUSTED = "True if it may run trusted documents only."


@mutation(SiteKey, problems=(StepUpRequired,), once="secret")
async def create_site_key(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Association that owns the key."],
    kind: Annotated[models.SiteKeyKind, "Kind: publishable (may appear in a page's source) or secret."],
    name: Annotated[str, "Name."],
    origins: Annotated[Sequence[str], _ORIGINS] = (),
    scopes: Annotated[Sequence[str], _SCOPES] = (),
    trusted_documents_only: Annotated[bool, _TRUSTED] = False,
    expires_at: Annotated[datetime | None, "Time at which it expires; by default it does not."] = None,
) -> tuple[models.SiteKey, str]:
    """Create a site key. `secret` is the key itself and is shown only once. Requires `keys.manage`."""
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
        int, f"Number of days for which the old key stays valid, at most {site_keys.LONGEST_OVERLAP.days}."
    ] = site_keys.KEY_OVERLAP.days,
) -> tuple[models.SiteKey, str]:
    """Replace a key by a new one, which is returned; the old key expires after the overlap. Requires `keys.manage` and
    every permission of the key.
    """
    most = site_keys.LONGEST_OVERLAP.days + 1
    overlap = timedelta(days=max(-1, min(overlap_days, most)))
    return await site_keys.rotate_key(work, site_key_id, overlap=overlap)


@mutation(SiteKey)
async def revoke_site_key(
    work: Work,
    *,
    site_key_id: SiteKeyId,
    reason: Annotated[str | None, "Reason, kept in the journal."] = None,
) -> models.SiteKey:
    """Revoke a key at once: its next request is refused. Requires `keys.manage`."""
    return await site_keys.revoke_key(work, site_key_id, reason=reason)


@mutation(SiteKey)
async def update_site_key(
    work: Work,
    *,
    site_key_id: SiteKeyId,
    origins: Annotated[Unset | list[str], _ORIGINS] = UNSET,
    scopes: Annotated[Unset | list[str], "Permissions to keep; others cannot be added."] = UNSET,
    trusted_documents_only: Annotated[Unset | bool, _TRUSTED] = UNSET,
    expires_at: Annotated[Unset | datetime, "Time at which it expires; only earlier than before."] = UNSET,
) -> models.SiteKey:
    """Change a key's origins, remove some of its permissions, or let it expire sooner. Requires `keys.manage`."""
    return await site_keys.restrict_key(
        work,
        site_key_id,
        **given(origins=origins, scopes=scopes, trusted_documents_only=trusted_documents_only, expires_at=expires_at),
    )
