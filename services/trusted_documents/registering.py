"""Register and remove a website's documents. Run by the system actor, from the command line.

The caller has validated the documents against the schema.
"""

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col

from models import Association, TrustedDocument
from services.core.checks import check_text
from services.core.errors import NotFound
from services.core.work import Work

LONGEST_DOCUMENT = 100_000
"""Maximum length of a document in characters, the same as the schema's limit."""


class Added(NamedTuple):
    """A registered document, and whether it is new."""

    document: TrustedDocument
    is_new: bool


def hash_of(text: str) -> str:
    """Return a document's hash: SHA-256 of its text in UTF-8, in lower-case hexadecimal."""
    return sha256(text.encode()).hexdigest()


async def add_documents(work: Work, texts: Sequence[str], *, association: str | None = None) -> Sequence[Added]:
    """Register documents, each once, for the association of this slug, or for every website of the confederation.

    Existing ones are unchanged, so that each deployment of a website can register all its documents.
    """
    owner = await _association(work, association)
    there = {document.hash: document for document in await list_documents(work, association=association)}
    added: list[Added] = []
    for rank, text in enumerate(texts):
        check_text(text, "texts", str(rank), most=LONGEST_DOCUMENT)
        named = hash_of(text)
        is_new = named not in there
        if is_new:
            there[named] = TrustedDocument(
                hash=named,
                text=text,  # verbatim: surrounding white space is part of the hash
                association_id=owner,
                added_at=work.now,
            )
            await work.insert(there[named])
            await work.record("document.added", there[named], data={"hash": named})
        added.append(Added(there[named], is_new))
    return added


async def list_documents(work: Work, *, association: str | None = None) -> Sequence[TrustedDocument]:
    """The documents of the association of this slug, or those of the confederation, the newest last."""
    owner = await _association(work, association)
    query = work.select(TrustedDocument).filter_by(association_id=owner)
    return (await work.session.scalars(query.order_by(col(TrustedDocument.id)))).all()


async def remove_documents(work: Work, hashes: Collection[str], *, association: str | None = None) -> None:
    """Remove documents, all or none: NotFound, with the hash in its path, if one doesn't exist."""
    there = {document.hash: document for document in await list_documents(work, association=association)}
    for named in dict.fromkeys(hashes):
        if named not in there:
            raise NotFound("trusted document", path=("hashes", named))
        await work.record("document.removed", there[named], data={"hash": named})
        await work.session.delete(there[named])
    await work.flush()


async def _association(work: Work, slug: str | None) -> UUID | None:
    return None if slug is None else (await work.find_by(Association, slug=slug)).id
