"""Find a trusted document by its hash, only in the confederation that registered it."""

from typing import NamedTuple
from uuid import UUID

import orjson

from services.core.actor import Key, Tenant
from services.core.database.connections import Readers


class Trusted(NamedTuple):
    """A document, and who registered it: certain associations, or the confederation for everybody."""

    text: str
    associations: frozenset[UUID]
    is_everybodys: bool

    def admits(self, key: Key) -> bool:
        """Whether a key that is restricted to trusted documents may run this one."""
        return self.is_everybodys or key.association_id in self.associations


_FIND = """
select case when set_config('confed.tenant', $1, true) is not null then (
  select json_agg(json_build_array(text, association_id)) from trusted_document
  where confederation_id = $1::text::uuid and hash = $2
) end
"""


async def find_trusted(readers: Readers, tenant: Tenant, sha256: str) -> Trusted | None:
    """Find a document, with anonymous rights; None if none has this hash."""
    found = orjson.loads(await readers.fetch(_FIND, [str(tenant.id), sha256]) or b"[]")
    if not found:
        return None
    owners = [owner for _, owner in found]
    return Trusted(found[0][0], frozenset(UUID(owner) for owner in owners if owner), None in owners)
