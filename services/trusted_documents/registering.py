"""Registering a website's documents, and taking them back: the platform's own work, from the command line.

Whether a document is valid is the schema's to say, before it comes here.
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
"""Characters of a document: the schema reads no longer ones."""


class Added(NamedTuple):
    """A document that is there now, and whether it wasn't before."""

    document: TrustedDocument
    is_new: bool


def hash_of(text: str) -> str:
    """What a document is asked for by: the SHA-256 of its text in UTF-8, in lower-case hexadecimal."""
    return sha256(text.encode()).hexdigest()


async def add_documents(work: Work, texts: Sequence[str], *, association: str | None = None) -> Sequence[Added]:
    """Register documents, each once, for the association of this slug, or for every website of the confederation.

    One that is there already is left as it is, so that a website's every deployment may add all that it has.
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
                text=text,  # as it stands: white space around it is part of what is hashed
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
    """Take documents back, all of them or, where one isn't there, none: NotFound with the hash in its path."""
    there = {document.hash: document for document in await list_documents(work, association=association)}
    for named in dict.fromkeys(hashes):
        if named not in there:
            raise NotFound("trusted document", path=("hashes", named))
        await work.record("document.removed", there[named], data={"hash": named})
        await work.session.delete(there[named])
    await work.flush()


async def _association(work: Work, slug: str | None) -> UUID | None:
    return None if slug is None else (await work.find_by(Association, slug=slug)).id
