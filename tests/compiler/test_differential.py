"""Random valid queries over the whole schema get one answer by all three ways, whoever asks.

CONFED_QUERIES=5000 makes it a long run.
"""

import os

from graphql import parse, validate
from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from tests.compiler.queries import Queries, Samples
from tests.compiler.ways import Asker, Expensive
from tests.compiler.world import ACTORS, World

EXAMPLES = int(os.environ.get("CONFED_QUERIES", "120"))


@settings(
    max_examples=EXAMPLES,
    derandomize="CONFED_QUERIES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_a_random_query_has_one_answer(asker: Asker, world: World, values: Samples, data: st.DataObject) -> None:
    who = data.draw(st.sampled_from(ACTORS))
    language = data.draw(st.sampled_from((None, "en", "fr;q=0.1, en-CA")))
    query = Queries(asker.built.graphql, values, lambda n: data.draw(_below(n))).query()
    note(f"{who} {language}\n{query.document}\n{query.variables}")
    assert not (errors := validate(asker.built.graphql, parse(query.document))), errors
    try:
        await asker.three_ways(
            world.slug(who),
            query.document,
            query.variables,
            query.operation_name,
            authorization=world.authorization(who),
            language=language,
            spliced=True if query.spliced else None,
        )
    except Expensive:
        reject()


_strategies: dict[int, st.SearchStrategy[int]] = {}


def _below(n: int) -> st.SearchStrategy[int]:
    return _strategies.setdefault(n, st.integers(0, n - 1))
