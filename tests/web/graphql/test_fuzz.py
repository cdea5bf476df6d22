"""Documents made from the schema by schemathesis, asked as nobody, a member and an administrator: no failure of ours.

Every operation of the schema, its arguments of any value of their types, identifiers of what there is among them. The
same documents each time; CONFED_FUZZ=3000 (`make fuzz`) makes it a long run, in which every operation has its turns.
"""

import json
import os
import re
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.graphql import nodes
from schemathesis.specs.graphql import scalars
from starlette.applications import Starlette

from models import Person, Role
from schema.base.ids import encode_id
from schema.build import build
from services.core.database.connections import Database
from tests.access import world
from tests.client import Client
from tests.making import Maker

EXAMPLES = int(os.environ.get("CONFED_FUZZ", "20"))
OURS = re.compile(
    r"Traceback|asyncpg|sqlalchemy|\w(Error|Exception)\b(?<!Syntax Error)|object at 0x|relation \"|NoneType"
)
IDS: list[str] = ["", "x", encode_id("Event", UUID(int=0))]
"""Identifiers that are asked for; the world's are added to them."""


@pytest.fixture(scope="module")
async def asking(app: Starlette, database: Database) -> tuple[Client, list[Person | None]]:
    """A client of a confederation with a bit of everything, and who asks."""
    if "CONFED_FUZZ" in os.environ:
        whole = await world(await Maker.of_a_new_confederation(database))
        IDS.extend(whole.ids.values())
        return Client(app, whole.make), [None, whole.person("own"), whole.person("staff")]
    make = await Maker.of_a_new_confederation(database)
    home, event = await make.home(), await make.event(capacity=5, speakers=["Ana"])
    ana, staff = await make.member(), await make.staff(Role.ADMINISTRATOR, home)
    IDS.extend(encode_id(type(row).__name__, row.id) for row in (home, event, ana, staff))
    return Client(app, make), [None, ana, staff]


def _cases() -> st.SearchStrategy[Any]:
    texts = {
        "Date": st.dates().map(lambda day: day.isoformat()),
        "DateTime": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
        "Decimal": st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
        "ID": st.deferred(lambda: st.sampled_from(IDS)),
    }
    for name, values in texts.items():
        scalars.scalar(name, values.map(nodes.String))
    described = schemathesis.graphql.from_file(build().strawberry.as_str())
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    return st.sampled_from(operations).flatmap(lambda operation: operation.as_strategy())


@pytest.mark.promise("hostile-requests")
@given(case=st.deferred(_cases))
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
async def test_no_document_of_the_schema_makes_the_server_fail(
    asking: tuple[Client, list[Person | None]], case: Any
) -> None:
    client, people = asking
    for person in people:
        answer = await client.ask(case.body, person=person)
        errors = answer.json.get("errors", [])
        assert answer.status in (200, 429), answer
        assert not [error for error in errors if error["extensions"]["code"] in ("INTERNAL", "UNAVAILABLE")], errors
        assert not OURS.search(json.dumps([error["message"] for error in errors])), errors
