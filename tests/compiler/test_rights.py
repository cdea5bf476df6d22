"""Compiled reads see what the reader may see now: rights withdrawn are gone with the next request."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

import models as m
from models import Role
from schema.base.ids import encode_id
from services.core.actor import system
from services.core.database.connections import Database
from services.core.work import begin
from tests.compiler.rows import key
from tests.compiler.ways import Asker
from tests.compiler.world import World
from tests.making import Maker

PEOPLE = '{ association(slug: "here") { memberships { nodes { person { givenName } } } } }'


async def test_the_next_read_after_a_grant_is_withdrawn_sees_nothing_of_it(make: Maker, database: Database) -> None:
    here = await make.association(slug="here")
    await make.member(here, person={"given_name": "Ève"})
    staff = await make.person(reference=("demo", "staff"))
    grant = await make.grant(staff, Role.ADMINISTRATOR, here)
    asker, slug = Asker(database), make.tenant.slug
    authorization = f"Bearer demo:{slug}:staff"
    reloaded = 0
    load = asker.actors.load

    async def counted(*who: object) -> object:
        nonlocal reloaded
        reloaded += 1
        return await load(*who)  # type: ignore[arg-type]

    asker.actors.load = counted  # type: ignore[method-assign, assignment]
    seen = {"association": {"memberships": {"nodes": [{"person": {"givenName": "Ève"}}]}}}
    for _ in range(2):
        assert (await asker.ask(slug, PEOPLE, authorization=authorization)).json["data"] == seen
    assert reloaded == 1

    async with begin(database, system(make.tenant)) as work:
        await work.session.delete(await work.session.get(m.RoleGrant, (make.tenant.id, grant.id)))
        # Whoever changes rights raises the version, as services.tenancy.roles does.
        bumped = update(m.Person).where(col(m.Person.confederation_id) == make.tenant.id, col(m.Person.id) == staff.id)
        await work.session.execute(bumped.values(access_version=col(m.Person.access_version) + 1))

    nothing: dict[str, Any] = {"association": {"memberships": {"nodes": []}}}
    for _ in range(2):
        response = await asker.ask(slug, PEOPLE, authorization=authorization)
        assert response.spliced
        assert response.json["data"] == nothing
    assert reloaded == 2


async def test_a_name_of_what_is_elsewhere_or_hidden_is_answered_as_one_of_nothing(asker: Asker, world: World) -> None:
    unknown, draft, elsewhere = (encode_id("Event", key(name)) for name in ("unknown", "draft", "there"))
    slug = world.slug("anonymous")
    node = "query ($id: ID!) { node(id: $id) { id } }"
    by_slug = "query ($slug: String!) { event(slug: $slug) { id } }"
    for who in ("anonymous", "member", "ex-member"):
        authorization = world.authorization(who)
        answers = {
            (await asker.ask(slug, node, {"id": id}, authorization=authorization)).body
            for id in (unknown, draft, elsewhere)
        }
        assert len(answers) == 1
        answers = {
            (await asker.ask(slug, by_slug, {"slug": asked}, authorization=authorization)).body
            for asked in ("unknown", "draft", "there")
        }
        assert len(answers) == 1
    staff = await asker.ask(slug, by_slug, {"slug": "draft"}, authorization=world.authorization("staff"))
    assert staff.json["data"] == {"event": {"id": draft}}


@pytest.mark.promise("actor-ends-with-transaction")
async def test_the_actor_is_set_before_anything_is_read_on_a_connection_used_by_everybody(
    asker: Asker, world: World
) -> None:
    """Past the switch to a generic plan, with others in between: CASE evaluates what sets the actor first."""
    document = '{ me { givenName } event(slug: "draft") { slug } }'
    expected = {
        "anonymous": {"me": None, "event": None},
        "member": {"me": {"givenName": "Ana"}, "event": None},
        "staff": {"me": {"givenName": "Stan"}, "event": {"slug": "draft"}},
        "foreign": {"me": {"givenName": "Zoé"}, "event": None},
    }
    for _ in range(8):
        for who, data in expected.items():
            response = await asker.ask(world.slug(who), document, authorization=world.authorization(who))
            assert response.spliced
            assert response.json["data"] == data
