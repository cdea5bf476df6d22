"""The corpus of hostile requests: each is answered as its table has it, and the server answers the next one."""

import json
import re

import pytest

from tests.client import Client
from tests.making import Maker
from tests.web.graphql.corpus.cases import CASES

GRAPHQL = "application/graphql-response+json"
OURS = re.compile(
    r"Traceback|asyncpg|sqlalchemy|orjson|graphql\.|builtins|\w(Error|Exception)\b|object at|recursion|\(\$\d"
    r"|relation \"|column \"|UTF8|UUID\(|datetime|NoneType|INTERNAL|Did you mean",
)
"""What only the inside of a server says, and what would help to guess."""


@pytest.mark.promise("hostile-requests")
@pytest.mark.parametrize("accept", [GRAPHQL, "application/json"])
async def test_hostile_requests_are_answered_as_the_table_has_it(client: Client, make: Maker, accept: str) -> None:
    path = f"/{make.tenant.slug}/graphql"
    expected, found = {}, {}
    for case in CASES:
        address = f"{path}?{case.query}" if case.query else path
        answer = await client.send(address, case.body, {"accept": accept, **case.headers}, method=case.method)
        errors = answer.json.get("errors", [])
        assert not OURS.search(json.dumps([error["message"] for error in errors])), case.name
        found[case.name] = (answer.status, errors[0]["extensions"]["code"] if errors else None)
        expected[case.name] = (200 if case.is_document and accept != GRAPHQL else case.status, case.code)
        assert (await client.ask("{ confederation { slug } }")).status == 200, case.name
    assert found == expected


def test_each_hostile_request_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
