"""The search for the dearest document, without a server: it goes up, over documents that the schema has."""

import pytest
from graphql import parse, validate

from schema.build import build
from schema.compiler.run import Malformed, NotSpliced
from tests.benchmarks.dearest import Search, document_of


@pytest.mark.parametrize("seed", range(3))
def test_every_document_on_the_way_is_one_of_the_schema(seed: int) -> None:
    built = build()
    search, accepted = Search(built.graphql, seed), 0
    document = search.start()
    for _ in range(40):
        text = document_of(document)
        assert validate(built.graphql, parse(text)) == []
        try:
            built.operations.find(text, None).plan({})
            accepted += 1
        except (Malformed, NotSpliced):
            pass
        changed = search.changed(document)
        document = changed if len(document_of(changed)) < 3_000 else document
    assert accepted > 10


def test_a_way_leads_up_and_is_the_same_each_time() -> None:
    def pages(document: str) -> float | None:
        return float(document.count("first: 500")) if len(document) < 2_000 else None

    def counts(document: str) -> float | None:
        return float(document.count("totalCount")) if len(document) < 3_000 else None

    schema = build().graphql
    most, document = Search(schema, 8).climb(pages, counts, 400)
    assert document.count("first: 500") > 1
    assert most == document.count("totalCount") > 1
    assert Search(schema, 8).climb(pages, counts, 400) == (most, document)
