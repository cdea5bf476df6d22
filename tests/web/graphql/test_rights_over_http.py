"""Rights withdrawn and days gone by: what the next request with the same token answers."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Self
from zoneinfo import ZoneInfo

import pytest

import schema.web.graphql.actors
import schema.web.graphql.endpoint
import services.core.work
from models import CancellationReason, Event, EventState, Membership, Person, Role, RoleGrant
from schema.base.ids import encode_id
from services.core.actor import load_person
from services.membership.memberships import cancel_membership
from services.tenancy.roles import end_role
from tests.client import Answer, Client
from tests.making import ActingAs, Maker

REGISTRATIONS = "query ($slug: String!) { event(slug: $slug) { registrations { totalCount nodes { name } } } }"
OPEN = """mutation ($input: OpenRegistrationInput!) { openRegistration(input: $input) { __typename } }"""
NEEDS_GRAPHQL_CORE = "__schema { queryType { name } }"


class Desk:
    """A registrar, and an event with a registration."""

    def __init__(self, client: Client, registrar: Person, grant: RoleGrant, event: Event) -> None:
        self.client = client
        self.registrar = registrar
        self.grant = grant
        self.event = event

    async def sees(self, more: str = "") -> int:
        """How many registrations of the event the registrar sees."""
        document = REGISTRATIONS.replace("{", f"{{ {more} ", 1)
        answer = await self.client.ask(document, {"slug": self.event.slug}, person=self.registrar)
        total: int = answer.data["event"]["registrations"]["totalCount"]
        return total

    async def opens(self) -> str:
        """What the registrar is answered who tries to open the registration."""
        variables = {"input": {"eventId": encode_id("Event", self.event.id), "dryRun": True}}
        answer = await self.client.ask(OPEN, variables, person=self.registrar)
        kind: str = answer.data["openRegistration"]["__typename"]
        return kind


@pytest.fixture
async def desk(client: Client, make: Maker) -> Desk:
    """A registrar's desk, asked once, so that the registrar's rights are kept."""
    registrar = await make.person()
    today = datetime.now(ZoneInfo(make.tenant.time_zone)).date()
    grant = await make.grant(registrar, Role.REGISTRAR, ends_on=today)
    event = await make.event(state=EventState.PUBLISHED)
    await make.registration(event, await make.member())
    desk = Desk(client, registrar, grant, event)
    assert (await desk.sees(), await desk.opens()) == (1, "OpenRegistrationPreview")
    return desk


@pytest.mark.promise("withdrawn-at-once")
@pytest.mark.parametrize("more", ["", NEEDS_GRAPHQL_CORE])
async def test_a_role_that_has_ended_shows_nothing_on_the_next_read(
    desk: Desk, make: Maker, acting_as: ActingAs, more: str
) -> None:
    async with acting_as(await make.staff()) as work:
        await end_role(work, desk.grant.id)
    assert await desk.sees(more) == 0


async def test_a_role_that_has_ended_allows_nothing_in_the_next_mutation(
    desk: Desk, make: Maker, acting_as: ActingAs
) -> None:
    async with acting_as(await make.staff()) as work:
        await end_role(work, desk.grant.id)
    assert await desk.opens() == "NotAllowed"


async def test_a_role_is_gone_the_day_after_its_last(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow(monkeypatch)
    assert (await desk.sees(), await desk.sees(NEEDS_GRAPHQL_CORE), await desk.opens()) == (0, 0, "NotAllowed")


async def test_rights_are_worked_out_once_for_a_token_and_once_for_a_change(
    desk: Desk, make: Maker, acting_as: ActingAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []

    async def watched(*args: Any, **kwargs: Any) -> Any:
        loaded.append(kwargs)
        return await load_person(*args, **kwargs)

    monkeypatch.setattr("schema.web.graphql.actors.load_person", watched)
    assert [await desk.sees() for _ in range(5)] == [1] * 5
    assert len(loaded) == 0
    async with acting_as(await make.staff()) as work:
        await end_role(work, desk.grant.id)
    assert [await desk.sees() for _ in range(5)] == [0] * 5
    assert len(loaded) == 1


async def test_what_members_see_is_gone_with_the_membership(client: Client, make: Maker, acting_as: ActingAs) -> None:
    ana = await make.person()
    membership = await make.membership(ana)
    document = "{ me { givenName memberships { status } } }"
    assert (await client.ask(document, person=ana)).data["me"]["memberships"] == [{"status": "CURRENT"}]
    async with acting_as(await make.staff()) as work:
        await cancel_membership(
            work, membership.id, reason=CancellationReason.RESIGNED, on=work.today - timedelta(days=1)
        )
    assert (await make.fresh(membership)).cancelled_on is not None
    async with acting_as(ana) as work:
        assert work.actor.memberships == frozenset()
    kept = await client.ask(document, person=ana)
    assert kept.data["me"]["memberships"] == [{"status": "CANCELLED"}]
    assert await make.count(Membership) == 1


@pytest.mark.parametrize(
    "document",
    [
        "{ me { id } }",
        f"{{ {NEEDS_GRAPHQL_CORE} me {{ id }} }}",
        'mutation { registerForEvent(input: {eventId: "x"}) { __typename } }',
    ],
)
async def test_the_credentials_of_somebody_who_died_are_nobodys(client: Client, make: Maker, document: str) -> None:
    ana = await make.member()
    before: Answer = await client.ask(document, person=ana)
    assert before.status == 200
    ana = await make.fresh(ana)
    ana.deceased_on = date(2026, 1, 1)
    ana.access_version += 1
    await make.save(ana)
    for _ in range(2):
        after = await client.ask(document, person=ana)
        assert (after.status, after.headers["www-authenticate"]) == (401, "Bearer")
        assert after.json["errors"][0]["extensions"] == {"code": "UNKNOWN_CREDENTIALS"}
        assert "data" not in after.json


def tomorrow(patch: pytest.MonkeyPatch) -> None:
    """Let it be this time tomorrow, for the application."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            moment = datetime.now(UTC) + timedelta(days=1)
            return cls.fromisoformat(moment.astimezone(tz or UTC).isoformat())

    for module in (schema.web.graphql.actors, schema.web.graphql.endpoint, services.core.work):
        patch.setattr(module, "datetime", Later)
