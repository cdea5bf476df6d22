"""A world to ask from every standing: people first, then for each read type samples of its rows, domain by domain.

    above (umbrella) ── sees figures only ──┐
    beside (umbrella) ─ sees persons too ───┤
                                            home            elsewhere
What is asked for is home's, and Ana's (`own`) where a person has it. Nothing here is changed by a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from models import Association, CancellationReason, Person, PositionClass, Role, SiteKeyKind
from models.base.records import TenantRow
from schema.base.ids import encode_id
from schema.web.signin.cookies import cookie_name
from services.core.actor import system
from services.core.permissions import SCOPES
from services.identity.site_keys import make_key
from tests.making import Maker, texts

Row = TypeVar("Row", bound=TenantRow)

FAR = date(2099, 12, 31)

LESSER = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""Each is a standing by its name: who has that role at home, and nothing else."""

Headers = dict[str, str]


@dataclass(frozen=True)
class World:
    """`people` by standing, None for anybody; `others`: the credentials of those who ask otherwise than by demo token.

    `strangers`: credentials of the other confederation that are good there. `samples` by type and label: the steps that
    lead to the row from the root of a query.
    """

    make: Maker
    foreign: Maker
    home: Association
    elsewhere: Association
    above: Association
    beside: Association
    people: dict[str, Person | None]
    stranger: Person  # staff of the other confederation
    others: dict[str, Headers] = field(default_factory=dict)
    strangers: dict[str, Headers] = field(default_factory=dict)
    samples: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def person(self, standing: str) -> Person:
        """Somebody of a standing: "own" is Ana."""
        person = self.people[standing]
        assert person is not None
        return person

    def add(self, label: str, row: Any) -> None:
        """A sample that its global identifier leads to: "Event draft" is the Event `draft`."""
        self.reached(*_parts(label), f'node(id: "{self.named(label, row)}")')

    def named(self, label: str, row: Any) -> str:
        """A row that others may refer to, and its global identifier."""
        assert label not in self.rows, f"There is a sample {label!r} already."
        self.rows[label] = row
        self.ids[label] = encode_id(_parts(label)[0], row.id)
        return self.ids[label]

    def reached(self, type_name: str, name: str, *steps: str) -> None:
        """A sample that the steps lead to, of a list the first item."""
        samples = self.samples.setdefault(type_name, {})
        assert name not in samples, f"There is a sample {type_name} {name!r} already."
        samples[name] = steps

    def row(self, model: type[Row], name: str) -> Row:
        """The row of a label, of the domain's own or of one that it comes after: `row(Event, "draft")`."""
        row = self.rows[f"{model.__name__} {name}".strip()]
        assert isinstance(row, model)
        return row


def _parts(label: str) -> tuple[str, str]:
    type_name, _, name = label.partition(" ")
    return type_name, name


async def standings(make: Maker, foreign: Maker | None = None) -> World:
    """The confederation with its people, and nothing else; `foreign`: the other one, where it is there already."""
    foreign = foreign or await make.other()
    home = make._home = await make.association(about=texts("De tous", "Of all"), website="https://home.example")
    elsewhere = await make.association()
    above, beside = await make.umbrella(), await make.umbrella()
    await make.affiliation(home, above)
    rate = Decimal("12.50")
    await make.affiliation(home, beside, visible_from_above=True, per_capita_rate=rate, ends_on=FAR)
    ana = await make.member(
        home, person={"given_name": "Ana", "region": "Québec"}, number="A-1", ends_on=FAR, grace_until=FAR
    )
    resigned: dict[str, Any] = {"cancelled_on": date(2021, 1, 1), "cancellation_reason": CancellationReason.RESIGNED}
    people: dict[str, Person | None] = {
        "anonymous": None,
        "own": ana,
        "member": await make.member(home, position_class=PositionClass.MANAGER),
        "ex-member": await make.member(home, **resigned),
        "member elsewhere": await make.member(elsewhere),
        "staff": await make.staff(Role.ADMINISTRATOR, home),
        "former staff": await make.staff(Role.ADMINISTRATOR, home, ends_on=date(2021, 1, 1)),
        "staff elsewhere": await make.staff(Role.ADMINISTRATOR, elsewhere),
        "staff above": await make.staff(Role.ADMINISTRATOR, above, cascades=True),
        "staff beside": await make.staff(Role.ADMINISTRATOR, beside, cascades=True),
        **{role.value.lower().replace("_", " "): await make.staff(role, home) for role in LESSER},
    }
    stranger = await foreign.staff(Role.ADMINISTRATOR)
    made = World(make, foreign, home, elsewhere, above, beside, people, stranger)
    await _with_keys_and_sessions(made)
    return made


async def _with_keys_and_sessions(world: World) -> None:
    """Those who ask by a site key or in a session; and what the stranger has, shown at this address."""
    make, foreign, slug = world.make, world.foreign, world.make.tenant.slug
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    keys_and_sessions = {
        "publishable key": await _key(make, world.home, SiteKeyKind.PUBLISHABLE),
        "secret key": await _key(make, world.home, SiteKeyKind.SECRET),
        "secret key elsewhere": await _key(make, world.elsewhere, SiteKeyKind.SECRET),
        "own in a session": in_session(slug, await make.signed_in(world.person("own"))),
        "staff in an old session": in_session(
            slug, await make.signed_in(world.person("staff"), authenticated_at=hour_ago)
        ),
    }
    world.others.update(keys_and_sessions)
    secret, away = await foreign.signed_in(world.stranger), await foreign.home()
    theirs = {
        "a session": in_session(slug, secret),
        "a session's secret": {"authorization": f"Bearer {secret}"},
        "a publishable key": await _key(foreign, away, SiteKeyKind.PUBLISHABLE),
        "a secret key": await _key(foreign, away, SiteKeyKind.SECRET),
    }
    world.strangers.update(theirs)


async def _key(make: Maker, association: Association, kind: SiteKeyKind) -> Headers:
    """A site key that may do whatever one of its kind may."""
    scopes: Sequence[str] = sorted(SCOPES) if kind is SiteKeyKind.SECRET else ()
    async with make.acting_as(system(make.tenant)) as work:
        _, secret = await make_key(work, association.id, kind=kind, name="Matrix", scopes=scopes)
    return {"authorization": f"Bearer {secret}"}


def in_session(slug: str, secret: str) -> Headers:
    """A session's cookie, as a page of the server's own sends it."""
    return {"cookie": f"{cookie_name(slug)}={secret}", "sec-fetch-site": "same-origin"}
