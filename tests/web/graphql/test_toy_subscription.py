"""A subscription of a domain that there isn't: it declares a topic and a field, and nothing below it is changed."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import strawberry
from sqlalchemy import func

import schema.web.graphql.streams
from models import Association, ContactKind, ContactPoint, Person
from models.base.topics import Topics, topic
from schema.base.ids import encode_id
from schema.compiler import bind, declare
from schema.compiler.bind import Catalog
from schema.compiler.bindings import Argument
from schema.compiler.context import Context
from schema.compiler.declare import column, extends, many, one, read_type, watched
from schema.compiler.run import Operations
from schema.compiler.watching import Watch
from schema.reading.requests import Request
from schema.web.graphql.http import Asked
from schema.web.graphql.streams import Streams
from services.core.actor import Actor
from tests.making import Maker

SOON = 20


@pytest.fixture
def streams(make: Maker, monkeypatch: pytest.MonkeyPatch) -> Streams:
    """Streams over the toy's schema alone; only a word wakes them."""
    monkeypatch.setattr(declare, "READ_TYPES", {})
    monkeypatch.setattr(bind, "READ_TYPES", declare.READ_TYPES)
    monkeypatch.setattr("models.base.topics.topics.by_table", Topics().by_table)
    for name in ("RESTING", "LOOKING"):
        monkeypatch.setattr(schema.web.graphql.streams, name, 10 * SOON)

    # What the domain says beside its models,
    topic(Association, Association, by=Association.id)
    topic(ContactPoint, Person, by=ContactPoint.person_id)

    # and beside its types.
    @read_type(Association)
    class ToyAssociation:
        """An association."""

        website: str | None = column("Its website.")

    @read_type(ContactPoint)
    class ToyAddress:
        """An address."""

        value: str = column("The address.")

    @read_type()
    class Query:
        """What can be asked."""

    @watched
    class Subscription:
        """What can be watched."""

    by_argument = one(
        "An association.",
        on=lambda _, row, association_id: row.id == func.key_of("ToyAssociation:", association_id),
        arguments={"association_id": Argument(strawberry.ID, "Which.")},
        watch=Watch(Association, "association_id"),
    )
    of_the_person = many("One's own addresses.", on=lambda _, row: row.preferred, watch=Watch(Person))
    for root in (Query, Subscription):

        @extends(root)
        class _Toy:
            toy: ToyAssociation | None = by_argument
            mine: list[ToyAddress] = of_the_person

    made = strawberry.Schema(query=Query, subscription=Subscription)
    catalog = Catalog(made._schema)
    return Streams(Operations(catalog), catalog, make.database)


async def watch(
    streams: Streams, make: Maker, actor: Actor, document: str, **variables: Any
) -> AsyncGenerator[Any, None]:
    """The answers, as data."""

    async def reload() -> Actor:
        return actor

    request = Request(make.database, Context(actor, datetime.now(UTC), ("fr",)), reload)
    async for answer in streams.answers(Asked(document, variables, None), request):
        yield orjson.loads(answer)["data"]


async def test_a_row_that_an_argument_names_is_watched(streams: Streams, make: Maker) -> None:
    home, other = await make.home(), await make.association()
    document = "subscription ($id: ID!) { toy(associationId: $id) { website } }"
    actor = await make.actor(await make.staff())
    answers = watch(streams, make, actor, document, id=encode_id("ToyAssociation", home.id))
    assert await anext(answers) == {"toy": {"website": home.website}}
    following = asyncio.ensure_future(anext(answers))
    for association, site in ((other, "https://other.example"), (home, "https://home.example")):
        assert not following.done()
        association.website = site
        await make.save(association)
        async with make.acting_as(await make.staff()) as work:
            await work.record("toy.changed", association)
    assert await asyncio.wait_for(following, SOON) == {"toy": {"website": "https://home.example"}}
    await answers.aclose()


async def test_what_is_of_the_person_who_watches_is_watched_without_an_argument(streams: Streams, make: Maker) -> None:
    ana, ben = await make.member(), await make.member()
    answers = watch(streams, make, await make.actor(ana), "subscription { mine { value } }")
    assert await anext(answers) == {"mine": []}
    following = asyncio.ensure_future(anext(answers))
    for person, value in ((ben, "ben@example.org"), (ana, "ana@example.org")):
        async with make.acting_as(person) as work:
            await work.insert(
                ContactPoint(
                    person_id=person.id,
                    kind=ContactKind.EMAIL,
                    value=value,
                    preferred=True,
                )
            )
    assert await asyncio.wait_for(following, SOON) == {"mine": [{"value": "ana@example.org"}]}
    await answers.aclose()


def test_a_field_that_does_not_say_what_it_depends_on_can_not_be_watched() -> None:
    @watched
    class Subscription:
        """What can be watched."""

    with pytest.raises(TypeError, match="silent can't be watched"):

        @extends(Subscription)
        class _Toy:
            silent: str | None = column("Nothing.")
