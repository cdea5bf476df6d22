"""Documents that a request names by a hash instead of sending them: trusted ones, and those that clients sent before.

- `documentId`, `"sha256:…"` (GraphQL over HTTP, appendix A): a website's registered document (`documents add`).
- `extensions.persistedQuery` (Apollo's automatic persisted queries): a registered document as well, or one that some
  client of the confederation has sent with its hash. Those are kept in this process, for each confederation apart: none
  learns of another's, or pushes it out. Whoever meets PERSISTED_QUERY_NOT_FOUND sends both.

A site key can be restricted to what its association, or the confederation, has registered. It is told of nothing else.
"""

import time
from collections import OrderedDict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from graphql import GraphQLError

from schema.compiler.kept import keep
from schema.compiler.run import Malformed
from schema.web.graphql.http import Asked, HTTPRefusal, Scope
from services.core.actor import Actor, Tenant
from services.core.database.connections import Database
from services.trusted_documents.finding import Trusted, find_trusted
from services.trusted_documents.registering import hash_of

TRUSTED_SECONDS = 60
"""How long a trusted document is kept in the process; one that is taken back is run no longer than that."""
TRUSTED = 2_000
"""Trusted documents kept; the least recently used goes, and is found again in the database."""
AUTOMATIC = 200
"""Documents that clients have sent, kept for each confederation; the least recently used goes."""
AUTOMATIC_CHARACTERS = 500_000
"""How long these are together at the most."""


class Documents:
    """The documents that this process knows by their hashes."""

    def __init__(self, database: Database) -> None:
        self._readers = database.readers
        self._trusted: OrderedDict[tuple[UUID, str], tuple[float, Trusted]] = OrderedDict()
        self._automatic: dict[UUID, _Automatic] = {}

    async def resolved(self, asked: Asked, actor: Actor) -> Asked:
        """The same with the text of its document. Malformed or HTTPRefusal where there is none, or not for this key."""
        restricted = actor.key is not None and actor.key.trusted_documents_only
        named = asked.named
        if asked.document and restricted:
            only = "This key runs nothing but registered documents, by their documentId."
            raise HTTPRefusal(403, "TRUSTED_DOCUMENTS_ONLY", only)
        if named is None:
            return asked
        automatic = self._automatic.get(actor.tenant.id) or _Automatic()
        if asked.document:
            if hash_of(asked.document) != named.sha256:
                raise HTTPRefusal(400, "PERSISTED_QUERY_HASH_MISMATCH", "This is not the hash of the query.")
            automatic.keep(named.sha256, asked.document)
            self._automatic[actor.tenant.id] = automatic
            return asked
        if named.is_automatic and not restricted:
            text = automatic.find(named.sha256)
            if text is not None:
                return asked._replace(document=text)
        trusted = await self._find(actor.tenant, named.sha256)
        if trusted is None or (restricted and actor.key is not None and not trusted.admits(actor.key)):
            raise _not_found(is_automatic=named.is_automatic)
        return asked._replace(document=trusted.text, is_trusted=True)

    async def _find(self, tenant: Tenant, sha256: str) -> Trusted | None:
        key, now = (tenant.id, sha256), time.monotonic()
        until, trusted = self._trusted.get(key, (0.0, None))
        if until > now:
            self._trusted.move_to_end(key)
            return trusted
        # What isn't there isn't remembered: it may be registered at any moment, and strangers could fill the memory.
        trusted = await find_trusted(self._readers, tenant, sha256) if sha256 else None
        if trusted is None:
            self._trusted.pop(key, None)
        else:
            keep(self._trusted, key, (now + TRUSTED_SECONDS, trusted), TRUSTED)
        return trusted


class _Automatic:
    """Documents that clients of one confederation have sent, by their hashes."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def find(self, sha256: str) -> str | None:
        text = self._texts.get(sha256)
        if text is not None:
            self._texts.move_to_end(sha256)
        return text

    def keep(self, sha256: str, text: str) -> None:
        if sha256 not in self._texts:
            self._characters += len(text)
        self._texts[sha256] = text
        self._texts.move_to_end(sha256)
        while len(self._texts) > AUTOMATIC or self._characters > AUTOMATIC_CHARACTERS:
            _, gone = self._texts.popitem(last=False)
            self._characters -= len(gone)


def _not_found(*, is_automatic: bool) -> Exception:
    if is_automatic:  # in Apollo's own words and status, which clients wait for to send both
        error = GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})
        return Malformed([error])
    return HTTPRefusal(404, "PERSISTED_DOCUMENT_NOT_FOUND", "There is no document of this id here.")


def in_full(scope: Scope, asked: Asked) -> bytes:
    """The request as if it had sent its document: its body; where it has none, the address is changed."""
    given: dict[str, Any] = {"query": asked.document}
    if asked.operation_name is not None:
        given["operationName"] = asked.operation_name
    if scope["method"] == "POST":
        return orjson.dumps(given | {"variables": asked.variables})
    scope["query_string"] = urlencode(given | {"variables": orjson.dumps(asked.variables)}).encode()
    return b""
