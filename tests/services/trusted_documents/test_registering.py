"""Documents are registered for one website or for all of them, and found in their own confederation only."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from models import JournalEntry, TrustedDocument
from services.core.actor import Key, system
from services.core.errors import InvalidInput, NotFound
from services.trusted_documents.finding import find_trusted
from services.trusted_documents.registering import add_documents, hash_of, list_documents, remove_documents
from tests.making import ActingAs, Maker

ONE, TWO = "{ __typename }", "{ me { id } }\n"


async def test_a_document_is_registered_once_and_by_the_text_as_it_stands(make: Maker, acting_as: ActingAs) -> None:
    for expected in ([True, True, False], [False, False, False]):
        async with acting_as(system(make.tenant)) as work:
            added = await add_documents(work, [ONE, TWO, ONE])
            assert [each.is_new for each in added] == expected
    documents = await make.all(TrustedDocument)
    assert [(each.text, each.hash, each.association_id) for each in documents] == [
        (ONE, hash_of(ONE), None),
        (TWO, hash_of(TWO), None),
    ]
    assert hash_of(TWO) != hash_of(TWO.strip())
    recorded = await make.all(JournalEntry, action="document.added")
    assert [entry.data for entry in recorded] == [{"hash": hash_of(ONE)}, {"hash": hash_of(TWO)}]


async def test_two_websites_may_register_the_same_and_each_takes_back_its_own(make: Maker, acting_as: ActingAs) -> None:
    home, other = await make.home(), await make.association()
    readers, tenant = make.database.readers, make.tenant
    key = Key(home.id, home.id, trusted_documents_only=True)
    for slug in (home.slug, other.slug):
        async with acting_as(system(tenant)) as work:
            await add_documents(work, [ONE], association=slug)
    found = await find_trusted(readers, tenant, hash_of(ONE))
    assert found is not None
    assert (found.text, found.associations, found.is_everybodys) == (ONE, frozenset({home.id, other.id}), False)
    assert found.admits(key)
    async with acting_as(system(tenant)) as work:
        await remove_documents(work, [hash_of(ONE)], association=home.slug)
        assert await list_documents(work, association=home.slug) == []
    found = await find_trusted(readers, tenant, hash_of(ONE))
    assert found is not None
    assert not found.admits(key)
    async with acting_as(system(tenant)) as work:
        await add_documents(work, [ONE])
    found = await find_trusted(readers, tenant, hash_of(ONE))
    assert found is not None
    assert found.admits(key)


async def test_nothing_is_half_done(make: Maker, acting_as: ActingAs) -> None:
    async with acting_as(system(make.tenant)) as work:
        await add_documents(work, [ONE])
    for texts in ([TWO, " "], [TWO, "{ a\x00 }"], [TWO, "x" * 100_001]):
        with pytest.raises(InvalidInput):
            async with acting_as(system(make.tenant)) as work:
                await add_documents(work, texts)
    with pytest.raises(NotFound):
        async with acting_as(system(make.tenant)) as work:
            await add_documents(work, [TWO], association="absent")
    with pytest.raises(NotFound) as refused:
        async with acting_as(system(make.tenant)) as work:
            await remove_documents(work, [hash_of(ONE), hash_of(TWO)])
    assert refused.value.path == ("hashes", hash_of(TWO))
    assert [document.text for document in await make.all(TrustedDocument)] == [ONE]


async def test_another_confederation_finds_nothing_and_takes_nothing_back(make: Maker, acting_as: ActingAs) -> None:
    async with acting_as(system(make.tenant)) as work:
        await add_documents(work, [ONE])
    other = await make.other()
    assert await find_trusted(make.database.readers, other.tenant, hash_of(ONE)) is None
    with pytest.raises(NotFound):
        async with acting_as(system(other.tenant)) as work:
            await remove_documents(work, [hash_of(ONE)])
    assert await make.count(TrustedDocument) == 1


async def test_a_hash_leads_to_no_other_text_whoever_writes_it(
    make: Maker, acting_as: ActingAs, owner: asyncpg.Connection
) -> None:
    async with acting_as(system(make.tenant)) as work:
        await add_documents(work, [ONE])
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update trusted_document set text = $1 where hash = $2", TWO, hash_of(ONE))
    (document,) = await make.all(TrustedDocument)
    twice = TrustedDocument(**document.model_dump(exclude={"id"}))
    with pytest.raises(IntegrityError):
        await make.save(twice)
    with pytest.raises(DBAPIError):  # row security
        async with acting_as(await make.member()) as work:
            await add_documents(work, [TWO])
    assert [each.text for each in await make.all(TrustedDocument)] == [ONE]
