"""One confederation with somebody of every standing, and a row of every table, domain by domain.

    above (umbrella) ── sees figures only ──┐
    beside (umbrella) ─ sees persons too ───┤
                                            home            elsewhere
The rows are home's, and Ana's (`own`) where a person has them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from models import Affiliation, Association, CancellationReason, Confederation, Person, PositionClass, Role
from models.base.records import TenantRow
from services.core.actor import Actor, anonymous
from tests.making import Maker

Row = TypeVar("Row", bound=TenantRow)

OPEN = ("closed", "published")
"""The two ways that rows which can be published come in."""

NOBODY: set[str] = set()
EVERYBODY = {
    "anonymous", "own", "member", "ex-member", "staff", "former staff",
    "staff elsewhere", "staff above", "staff beside", "registrar", "coordinator", "adviser",
}  # fmt: skip
OWN = {"own"}
# `staff above` sees figures of the association, `staff beside` its persons too.
STAFF = {"staff", "staff above", "staff beside"}
STAFF_FOR_PERSONS = {"staff", "staff beside"}
EVENT_STAFF = STAFF | {"registrar"}
DESK = STAFF_FOR_PERSONS | {"registrar"}


@dataclass
class World:
    """`people` and `actors` by standing; `rows` by table and, where it can be published, way."""

    make: Maker
    home: Association
    elsewhere: Association
    above: Association
    affiliation: Affiliation  # of home with `beside`
    people: dict[str, Person]
    rows: dict[str, TenantRow | Confederation] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def add(self, row: TenantRow | Confederation, way: str = "") -> None:
        """The row that facts speak of by its table, and way where the table has several."""
        label = f"{row.__tablename__} {way}".strip()
        assert label not in self.rows, f"There is a row {label!r} already."
        self.rows[label] = row

    def row(self, model: type[Row], way: str = "") -> Row:
        """A row of a domain that this one comes after."""
        row = self.rows[f"{model.__tablename__} {way}".strip()]
        assert isinstance(row, model)
        return row

    async def act(self) -> None:
        """Give everybody the rights that they have once all rows are there."""
        actors = {standing: await self.make.actor(person) for standing, person in self.people.items()}
        self.actors = {"anonymous": anonymous(self.make.tenant), **actors}


async def standings(make: Maker) -> World:
    """The confederation with its people, and nothing else."""
    foreign = await make.other()
    home, elsewhere = await make.home(), await make.association()
    above, beside = await make.umbrella(), await make.umbrella()
    await make.affiliation(home, above)
    affiliation = await make.affiliation(home, beside, visible_from_above=True)
    resigned: dict[str, Any] = {"cancelled_on": date(2021, 1, 1), "cancellation_reason": CancellationReason.RESIGNED}
    people = {
        "own": await make.member(home, position_class=PositionClass.MANAGER, person={"reference": ("payroll", "1")}),
        "member": await make.member(home),
        "ex-member": await make.member(home, **resigned),
        "staff": await make.staff(Role.ADMINISTRATOR, home),
        "former staff": await make.staff(Role.ADMINISTRATOR, home, ends_on=date(2021, 1, 1)),
        "staff elsewhere": await make.staff(Role.ADMINISTRATOR, elsewhere),
        "staff above": await make.staff(Role.ADMINISTRATOR, above, cascades=True),
        "staff beside": await make.staff(Role.ADMINISTRATOR, beside, cascades=True),
        "registrar": await make.staff(Role.REGISTRAR, home),
        "coordinator": await make.staff(Role.COORDINATOR, home),
        "adviser": await make.staff(Role.ADVISER, home),
        "foreign staff": await foreign.staff(Role.ADMINISTRATOR),
    }
    return World(make, home, elsewhere, above, affiliation, people)
