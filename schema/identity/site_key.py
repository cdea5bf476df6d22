"""Site keys as the staff who manage them read them: never the key itself, which is shown once."""

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
    """A key of an association's website or program. STAFF that hold `keys.manage`."""

    kind: models.SiteKeyKind = column("What it is: publishable, or secret.", where=True)
    name: str = column("What it is called.")
    last_four: str = column("Its last four characters, to recognize it by.")
    origins: list[str] = column("Of a publishable key: the websites whose browsers may use it.")
    scopes: list[str] = column("Of a secret key: the permissions that it holds in the association.")
    trusted_documents_only: bool = column("Whether it only runs registered documents.", where=True)
    made_at: datetime = column("When it was made.", where=True, order=True)
    expires_at: datetime | None = column("When it ends; null without end.", where=True)
    revoked_at: datetime | None = column("When it was revoked.", where=True)
    last_used_on: date | None = column("The day it was last used on, within a day.", where=True)
    association: Association = one("Whose it is.", via="association_id")


SiteKeyId = Annotated[UUID, Ref("SiteKey", "The site key.")]


@extends(SiteKey)
class _SiteKeyReplaces:
    replaces: SiteKey | None = one("The key that it was made to succeed.", via="replaces_id")


@extends(Association)
class _AssociationSiteKeys:
    site_keys: Connection[SiteKey] = connection(
        "Its site keys, for those who manage them.", via="association_id", order=("-made_at",)
    )
