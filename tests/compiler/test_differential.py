"""Random valid queries over the whole schema get one answer by all three ways, whoever asks.

The seeds are always the same ones; `make soak` tries thousands (CONFED_QUERIES).
"""

import os
from random import Random

from graphql import parse, validate

from tests.compiler.queries import Queries, Samples
from tests.compiler.ways import Asker, Expensive
from tests.compiler.world import ACTORS, World

EXAMPLES = int(os.environ.get("CONFED_QUERIES", "40"))
LANGUAGES = (None, "en", "fr;q=0.1, en-CA")


async def test_a_random_query_has_one_answer(asker: Asker, world: World, values: Samples) -> None:
    asked = 0
    for seed in range(EXAMPLES):
        chance = Random(f"query {seed}")
        who, language = chance.choice(sorted(ACTORS)), chance.choice(LANGUAGES)
        query = Queries(asker.built.graphql, values, lambda n, chance=chance: chance.randrange(n)).query()  # type: ignore[misc]
        try:
            assert not (errors := validate(asker.built.graphql, parse(query.document))), errors
            await asker.three_ways(
                world.slug(who),
                query.document,
                query.variables,
                query.operation_name,
                authorization=world.authorization(who),
                language=language,
                spliced=True if query.spliced else None,
            )
            asked += 1
        except Expensive:
            continue
        except BaseException as error:
            error.add_note(f"Seed {seed}: {who} {language}\n{query.document}\n{query.variables}")
            raise
    assert asked > EXAMPLES * 2 // 3, "Most of what was drawn was too much to ask."
