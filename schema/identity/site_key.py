"""Site keys. The key itself is shown only once, when it is created."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler.declare import column, connection, extends, one, read_type
from schema.reading.relay import Connection, Node
from schema.tenancy.federation import Association


@read_type(models.SiteKey)
class SiteKey(Node):
    """A key of an association's website or program. STAFF who hold `keys.manage`."""

    kind: models.SiteKeyKind = column("Kind: publishable or secret.", where=True)
    name: str = column("Name.")
    last_four: str = column("Last four characters, to recognise it by.")
    origins: list[str] = column("Origins whose browsers may use it; only for a publishable key.")
    scopes: list[str] = column("Permissions that it holds in the association; only for a secret key.")
    trusted_documents_only: bool = column("True if it may run trusted documents only.", where=True)
    made_at: datetime = column("Time at which it was created.", where=True, order=True)
    expires_at: datetime | None = column("Time at which it expires; null if it does not.", where=True)
    revoked_at: datetime | None = column("Time at which it was revoked; null if it was not.", where=True)
    last_used_on: date | None = column("Day of the last use, accurate to a day; null if never used.", where=True)
    association: Association = one("Association that owns it.", via="association_id")


SiteKeyId = Annotated[UUID, Ref("SiteKey", "The site key.")]


@extends(SiteKey)
class _SiteKeyReplaces:
    replaces: SiteKey | None = one("Key that it replaces; null if none.", via="replaces_id")


@extends(Association)
class _AssociationSiteKeys:
    site_keys: Connection[SiteKey] = connection(
        "Its site keys. Visible to STAFF who hold `keys.manage`.", via="association_id", order=("-made_at",)
    )
