"""A random series of writes in one confederation, whoever watches: mutations, operations, jobs, files, attempts.

The same seed takes the same steps, but for what the clock decides. What a step finds refused is as good as any other.
"""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import orjson

from models import (
    AssociationKind,
    EventFormat,
    EventKind,
    MandateRole,
    MembershipCategory,
    Role,
)
from schema.web.graphql.allowance import Allowances
from services.core.actor import anonymous, system
from services.core.errors import Problem
from services.core.jobs import jobs
from services.core.journal.chaining import chain
from services.core.settings import Settings
from services.events.planning import life, planning
from services.events.registrations import registering
from services.membership import memberships
from services.people import mandates, persons
from services.tenancy import affiliations, associations, roles
from tests import access
from tests.access import asking, declared, matrix
from tests.access.asked import Asked
from tests.making import texts

MATRIX = matrix.read()

Step = Callable[[], Awaitable[object]]


class Walk:
    """Steps in a confederation. `taken`: how often each kind was; `done`: how many of them weren't refused."""

    def __init__(self, asked: Asked, owner: asyncpg.Connection, settings: Settings, seed: int) -> None:
        self._asked = asked
        self._owner = owner
        self._settings = settings
        self._random = random.Random(seed)
        self.taken: dict[str, int] = {}
        self.done: dict[str, int] = {}
        self.mutations: set[str] = set()

    @property
    def _make(self) -> Any:
        return self._asked.world.make

    async def step(self) -> None:
        """One of them, mutations half of the time."""
        others: list[Step] = [self.operations, self.an_event, self.work_off, self.files, self.strangers, self.reads]
        step = self.mutation if self._random.random() < 0.5 else self._random.choice(others)
        self.taken[step.__name__] = self.taken.get(step.__name__, 0) + 1
        try:
            if await step() is not False:
                self.done[step.__name__] = self.done.get(step.__name__, 0) + 1
        except Problem:
            pass

    async def mutation(self) -> bool:
        """A case of the matrix in earnest, by somebody who may; under another name in addresses each time."""
        inputs = access.inputs(self._asked.world)
        name = self._random.choice(sorted(inputs))
        case = self._random.choice(sorted(inputs[name]))
        answers = declared.answers(self._asked.world, MATRIX, name, case, inputs[name][case])
        may = sorted(answers.get(asking.payload(name), ()))
        who = self._random.choice(may or sorted(self._asked.standings))
        input = dict(inputs[name][case])
        if "slug" in input and self._random.random() < 0.5:
            input["slug"] = f"{input['slug']}-{self._random.randrange(10**6)}"
        if who in self._asked.world.people and who != "anonymous" and self._random.random() < 0.5:
            input["idempotencyKey"] = "once"
        answer = await self._asked.ask(who, asking.mutations([name]), {"i0": input})
        given = str((answer.json.get("data") or {"m0": {"__typename": ""}})["m0"]["__typename"])
        self.mutations |= {name} if given.endswith("Payload") else set()
        return given.endswith("Payload")

    async def operations(self) -> None:
        """What no mutation does yet, or otherwise: persons, members, mandates, roles, affiliations."""
        make, world = self._make, self._asked.world
        today, home = datetime.now(UTC).date(), world.home.id
        async with make.acting_as(system(make.tenant)) as work:
            person = await persons.register_person(work, association_id=home, given_name="Zoé", family_name="Roy")
        async with make.acting_as(system(make.tenant)) as work:
            category = (await make.all(MembershipCategory))[0]
            member = await memberships.admit(
                work, person_id=person.id, association_id=home, category_id=category.id, joined_on=today
            )
        kind = self._random.randrange(4)
        async with make.acting_as(system(make.tenant)) as work:
            if kind == 0:
                await memberships.resign(work, member.id)
            elif kind == 1:
                await roles.grant_role(work, person_id=person.id, association_id=home, role=Role.EDITOR)
            elif kind == 2:
                await mandates.begin_mandate(work, person.id, home, MandateRole.SECRETARY, starts_on=today)
            else:
                made = await associations.create_association(
                    work,
                    slug=f"made-{uuid4().hex}",
                    name=texts("Nouvelle", "New"),
                    kind=AssociationKind.ASSOCIATION,
                )
                await affiliations.apply_for_affiliation(
                    work, association_id=made.id, umbrella_id=world.above.id, starts_on=today
                )

    async def an_event(self) -> None:
        """Planned, published, open, filled by members; one cancels, or the event is cancelled."""
        make, soon = self._make, datetime.now(UTC) + timedelta(days=self._random.randrange(1, 30))
        async with make.acting_as(self._asked.world.person("staff")) as work:
            event = await planning.plan_event(
                work,
                association_id=self._asked.world.home.id,
                slug=f"event-{uuid4().hex}",
                title=texts("Rencontre", "Meeting"),
                kind=EventKind.CONVENTION,
                format=EventFormat.ONLINE,
                starts_at=soon,
                ends_at=soon + timedelta(hours=1),
                pools=[planning.PoolInput(EventFormat.ONLINE, 2)],
            )
        for enter in (life.publish_event, life.open_registration):
            async with make.acting_as(self._asked.world.person("staff")) as work:
                await enter(work, event.id)
        for who in ("own", "member"):
            async with make.acting_as(self._asked.world.person(who)) as work:
                await registering.register(work, event.id)
        async with make.acting_as(self._asked.world.person("ex-member")) as work:
            registered = await registering.register(work, event.id)
        if self._random.random() < 0.5:
            async with make.acting_as(self._asked.world.person("ex-member")) as work:
                await registering.cancel_registration(work, registered.id)
        else:
            async with make.acting_as(self._asked.world.person("staff")) as work:
                await life.cancel_event(work, event.id, reason=texts("Neige", "Snow"))

    async def work_off(self) -> None:
        """What is periodic, the journal's chain, and the jobs that wait here, mail and webhooks among them."""
        make, registry = self._make, jobs.registry()
        for name in sorted(registry.periodic):
            async with make.acting_as(system(make.tenant)) as work:
                await registry.periodic[name].run(work)
        async with make.acting_as(system(make.tenant)) as work:
            await chain(work)
        waiting = await self._owner.fetch(
            """delete from jobs.pgqueuer where convert_from(payload, 'UTF8')::json->>0 = $1
               returning entrypoint, convert_from(payload, 'UTF8')::json->>1 as given, id""",
            make.tenant.slug,
        )
        for row in sorted(waiting, key=lambda row: row["id"]):
            job = registry.jobs[row["entrypoint"]]
            async with make.acting_as(system(make.tenant)) as work:
                await job.run(work, **job.arguments(orjson.loads(row["given"]), settings=self._settings))

    async def files(self) -> bool:
        """An export, which is noted in the journal, or a calendar."""
        kind = self._random.choice(["registrations.csv", "registrations.xlsx"])
        answer = await self._get(f"/events/published/{kind}", **self._asked.standings["registrar"])
        calendar = await self._get("/events/published.ics")
        return bool(answer.status == calendar.status == 200)

    async def strangers(self) -> None:
        """Somebody tries to sign in again and again, and strangers use up their hour."""
        for _ in range(30):
            await self._asked.client.send(
                f"/{self._make.tenant.slug}/sign-in/link",
                orjson.dumps({"email": "ana@example.org"}),
                {"sec-fetch-site": "same-origin"},
            )
        allowances: Allowances = self._asked.app._endpoint._allowances  # type: ignore[attr-defined]
        stranger = {"client": ("127.0.0.1", 1)}, anonymous(self._make.tenant)
        left = allowances.take(*stranger, 0)
        assert left is not None
        allowances.take(*stranger, left[0])

    async def reads(self) -> None:
        """What is confidential, which is recorded; and nonsense."""
        document = (
            "{ association(slug: %s) { memberships { totalCount nodes { person { contactPoints { value } } } } } }"
        )
        slug = orjson.dumps(self._asked.world.home.slug).decode()
        await self._asked.ask("staff", document % slug)
        await self._asked.ask("staff", "{ association { nope } }")

    async def _get(self, address: str, **headers: str) -> Any:
        return await self._asked.client.send(f"/{self._make.tenant.slug}{address}", b"", headers, method="GET")
