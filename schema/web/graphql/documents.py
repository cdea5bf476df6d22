"""Documents that a request names by a hash: trusted documents, and documents that clients sent before.

- `documentId`, `"sha256:…"` (GraphQL over HTTP, appendix A): a website's registered document (`documents add`).
- `extensions.persistedQuery` (Apollo's automatic persisted queries): a registered document, or one that some client of
  the confederation has sent with its hash. The latter are cached in this process, separately for each confederation:
  none can see or evict another's. After PERSISTED_QUERY_NOT_FOUND clients send hash and document.

A site key can be restricted to what its association, or the confederation, has registered. Other documents do not
exist for it.
"""

import time
from collections import OrderedDict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from graphql import GraphQLError

from schema.compiler.plan_cache import cache_value
from schema.compiler.run import Malformed
from schema.web.graphql.http import HTTPRefusal, RequestParams, Scope
from services.core.actor import Actor, Tenant
from services.core.database.connections import Database
from services.trusted_documents.finding import Trusted, find_trusted
from services.trusted_documents.registering import hash_of

TRUSTED_CACHE_SECONDS = 60
"""Seconds for which a trusted document is cached in the process; a removed one runs no longer than that."""
MOST_TRUSTED_DOCUMENTS = 2_000
"""Maximum number of cached trusted documents; the least recently used is evicted, and can be loaded again."""
MOST_AUTOMATIC_DOCUMENTS = 200
"""Maximum number of cached documents from clients, per confederation; the least recently used is evicted."""
MOST_AUTOMATIC_CHARACTERS = 500_000
"""Maximum number of characters of these documents together."""


class Documents:
    """The documents that this process has cached by their hashes."""

    def __init__(self, database: Database) -> None:
        self._readers = database.readers
        self._trusted: OrderedDict[tuple[UUID, str], tuple[float, Trusted]] = OrderedDict()
        self._automatic: dict[UUID, _Automatic] = {}

    async def resolved(self, params: RequestParams, actor: Actor) -> RequestParams:
        """Return the request with the text of its document. Raise Malformed or HTTPRefusal if there is none, or the key
        may not use it.
        """
        restricted = actor.key is not None and actor.key.trusted_documents_only
        named = params.named
        if params.document and restricted:
            only = "This key may run registered documents only; name one by its documentId."
            raise HTTPRefusal(403, "TRUSTED_DOCUMENTS_ONLY", only)
        if named is None:
            return params
        automatic = self._automatic.get(actor.tenant.id) or _Automatic()
        if params.document:
            if hash_of(params.document) != named.sha256:
                raise HTTPRefusal(400, "PERSISTED_QUERY_HASH_MISMATCH", "The hash does not match the query.")
            automatic.keep(named.sha256, params.document)
            self._automatic[actor.tenant.id] = automatic
            return params
        if named.is_automatic and not restricted:
            text = automatic.find(named.sha256)
            if text is not None:
                return params._replace(document=text)
        trusted = await self._find(actor.tenant, named.sha256)
        if trusted is None or (restricted and actor.key is not None and not trusted.admits(actor.key)):
            raise _not_found(is_automatic=named.is_automatic)
        return params._replace(document=trusted.text, is_trusted=True)

    async def _find(self, tenant: Tenant, sha256: str) -> Trusted | None:
        key, now = (tenant.id, sha256), time.monotonic()
        until, trusted = self._trusted.get(key, (0.0, None))
        if until > now:
            self._trusted.move_to_end(key)
            return trusted
        # Absence is not cached: a document may be registered at any moment, and strangers could fill the memory.
        trusted = await find_trusted(self._readers, tenant, sha256) if sha256 else None
        if trusted is None:
            self._trusted.pop(key, None)
        else:
            cache_value(self._trusted, key, (now + TRUSTED_CACHE_SECONDS, trusted), MOST_TRUSTED_DOCUMENTS)
        return trusted


class _Automatic:
    """Documents from clients of one confederation, by hash."""

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
        while len(self._texts) > MOST_AUTOMATIC_DOCUMENTS or self._characters > MOST_AUTOMATIC_CHARACTERS:
            _, gone = self._texts.popitem(last=False)
            self._characters -= len(gone)


def _not_found(*, is_automatic: bool) -> Exception:
    if is_automatic:  # Apollo's own message and status, on which clients rely to send hash and document
        error = GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})
        return Malformed([error])
    return HTTPRefusal(404, "PERSISTED_DOCUMENT_NOT_FOUND", "There is no document with this ID.")


def in_full(scope: Scope, params: RequestParams) -> bytes:
    """Return the request as if it had contained its document, in its body, or else in its URL."""
    given: dict[str, Any] = {"query": params.document}
    if params.operation_name is not None:
        given["operationName"] = params.operation_name
    if scope["method"] == "POST":
        return orjson.dumps(given | {"variables": params.variables})
    scope["query_string"] = urlencode(given | {"variables": orjson.dumps(params.variables)}).encode()
    return b""
