"""A world to ask from every standing: people first, then for each read type samples of its rows, domain by domain.

    above (umbrella) ── sees figures only ──┐
    beside (umbrella) ─ sees persons too ───┤
                                            home            elsewhere
What is asked for is home's, and Ana's (`own`) where a person has it. Nothing here is changed by a test.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from models import Association, CancellationReason, Person, PositionClass, Role
from models.base import TenantRecord
from schema.relay import encode_id
from tests.making import Maker, texts

Row = TypeVar("Row", bound=TenantRecord)

FAR = date(2099, 12, 31)


@dataclass(frozen=True)
class World:
    """`people` by standing; `samples` by type and label: the steps that lead to the row from the root of a query."""

    make: Maker
    foreign: Maker
    home: Association
    elsewhere: Association
    above: Association
    beside: Association
    people: dict[str, Person | None]
    stranger: Person  # staff of the other confederation
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


async def standings(make: Maker) -> World:
    """The confederation with its people, and nothing else."""
    foreign = await make.other()
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
        "registrar": await make.staff(Role.REGISTRAR, home),
        "membership officer": await make.staff(Role.MEMBERSHIP_OFFICER, home),
        "coordinator": await make.staff(Role.COORDINATOR, home),
        "adviser": await make.staff(Role.ADVISER, home),
    }
    stranger = await foreign.staff(Role.ADMINISTRATOR)
    return World(make, foreign, home, elsewhere, above, beside, people, stranger)
