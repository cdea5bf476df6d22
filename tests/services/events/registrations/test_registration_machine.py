"""Whatever happens in whatever order, the office does what the reference says, and never gives one seat too many.

CONFED_MACHINE=2000 makes it a long run of as many examples.
"""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from random import Random
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from models import SeatPool
from services.core.database.connections import Database
from services.core.work import Work
from services.events.seats import waiting_list
from tests.making import Maker
from tests.services.events.office import Office
from tests.services.events.registrations.reference import HOLDING, Entry, Reference

EXAMPLES = int(os.environ.get("CONFED_MACHINE", "25"))
LONGEST = 40  # steps

Step = tuple[str, tuple[Any, ...]]

KINDS: dict[str, tuple[int, Callable[[Random], tuple[Any, ...]]]] = {
    # How often a step is taken, and its arguments.
    "register": (12, lambda r: (_any(r), _pool(r), r.choice((1, 1, 2, 3)))),
    "register_on_behalf": (
        2,
        lambda r: (_any(r), _pool(r), r.randint(1, 4), r.choice(("PARTICIPANT", "SPEAKER", "STAFF"))),
    ),
    "group": (1, lambda r: (tuple(r.sample(range(8), r.randint(1, 3))), _pool(r), r.random() < 0.5)),
    "move": (2, lambda r: (_any(r), _any(r))),
    "cancel": (5, lambda r: (_any(r),)),
    "accept": (3, lambda r: (_any(r),)),
    "decline": (2, lambda r: (_any(r),)),
    "edit": (3, lambda r: (_any(r), _pool(r), r.choice((1, 1, 2, 3, 4)))),
    "prioritize": (1, lambda r: (_any(r), r.randint(-1, 1))),
    "wait": (2, lambda r: (r.choice((1, 5, 6, 30, 101)),)),
    "sweep": (2, lambda _: ()),
    "allot": (3, lambda r: (_pool(r), r.randint(0, 1), r.randint(1, 3), r.choice((5, 40, 40, 101)))),
    "change": (1, lambda r: (_any(r), r.randint(1, 4))),
    "release": (1, lambda r: (_any(r),)),
    "resize": (2, lambda r: (_pool(r), r.choice((1, 2, 3, 4, 6, None)))),
    "configure": (1, lambda r: (r.choice((0, 6)), r.random() < 0.5)),
    "move_on": (1, lambda r: (r.choice(("CLOSED", "OPEN", "OPEN", "POSTPONED", "HELD", "CANCELLED")),)),
}
WEIGHTS = [weight for weight, _ in KINDS.values()]


def _any(random: Random) -> int:
    return random.randint(0, 7)


def _pool(random: Random) -> int:
    return random.choice((0, 0, 0, 1))


def _step(seed: int) -> Step:
    """A step of a number: hypothesis's own choices are too much alike for a line to form, and offers to be made."""
    random = Random(seed)
    (name,) = random.choices(list(KINDS), WEIGHTS)
    return name, KINDS[name][1](random)


def _reference(seed: int) -> Reference:
    random = Random(seed)
    return Reference([random.randint(1, 5), random.randint(1, 2)], random.choice((0, 6, 6)), random.random() < 0.5)


NUMBERS = st.integers(0, 2**40)
STEPS = st.lists(NUMBERS.map(_step), min_size=LONGEST // 2, max_size=LONGEST)
REFERENCES = NUMBERS.map(_reference)
SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize="CONFED_MACHINE" not in os.environ,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


class Diverged(AssertionError):
    """The office did something else than the reference."""


@pytest.fixture(scope="module")
async def office(database: Database, database_url: str) -> AsyncIterator[Office]:
    """An office that each example has an event of its own in."""
    owner = await asyncpg.connect(database_url)
    yield await Office.opened(await Maker.of_a_new_confederation(database), owner)
    await owner.close()


@SETTINGS
@given(reference=REFERENCES, steps=STEPS)
async def test_the_office_does_what_the_reference_says(office: Office, reference: Reference, steps: list[Step]) -> None:
    await run(office, reference, steps)


@pytest.mark.xfail(raises=Diverged, strict=True, reason="who came last is served first")
@settings(SETTINGS, phases=[Phase.generate])
@given(reference=REFERENCES, steps=STEPS)
async def test_an_office_that_ignores_the_order_is_found_out(
    office: Office, monkeypatch: pytest.MonkeyPatch, reference: Reference, steps: list[Step]
) -> None:
    async def the_last_first(work: Work, pool: SeatPool, _limit: int | None) -> list[Any]:
        return (await LINE(work, pool, None))[::-1]

    monkeypatch.setattr(waiting_list, "_line", the_last_first)
    await run(office, reference, steps)


LINE = waiting_list._line


async def run(office: Office, reference: Reference, steps: Sequence[Step]) -> None:
    """Take the steps one after the other, and look at everything after each. Diverged where the two don't agree."""
    await office.begin(reference)
    note(f"{reference}")
    for name, arguments in steps:
        chosen = _aimed(reference, name, arguments)
        if chosen is None:
            continue
        expected, found = getattr(reference, name)(*chosen), await getattr(office, name)(*chosen)
        note(f"{name}{chosen}: {found or 'done'}")
        _agree(f"{name}{chosen}", expected, found)
        await _check(office, reference)


def _aimed(reference: Reference, name: str, arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The arguments with somebody or something that there is, of the kind that the step is most telling for."""
    there = {entry.person for entry in reference.entries if entry.state != "CANCELLED"}
    away = [person for person in range(8) if person not in there] or range(8)
    if name == "register":
        return _one_of(away, arguments)
    states = {
        "accept": "OFFERED",
        "decline": "OFFERED",
        "prioritize": "WAITLISTED",
        "cancel": "CONFIRMED",
        "edit": None,
    }
    if name in states:
        registered = sorted({entry.person for entry in reference.entries})
        fitting = [person for person in registered if reference.last(person).state == states[name]]
        return _one_of(fitting or registered, arguments)
    if name == "move":
        person, instead = arguments
        return _one_of(sorted({entry.person for entry in reference.entries}), (person, away[instead % len(away)]))
    if name in ("change", "release"):
        return _one_of(range(len(reference.allotments)), arguments)
    return arguments


def _one_of(candidates: Sequence[int], arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
    first, *others = arguments
    return (candidates[first % len(candidates)], *others) if candidates else None


async def _check(office: Office, reference: Reference) -> None:
    rows, counters, kept = await office.rows(), await office.counters(), await office.kept()
    # What holds whatever the reference says.
    for pool, (capacity, taken, reserved) in enumerate(counters):
        held = sum(row["seats"] for row in rows if row["pool"] == pool and row["state"] in HOLDING)
        _agree("seats taken", held, taken)
        if capacity is not None and taken + reserved > capacity:
            raise Diverged(f"{taken} taken and {reserved} kept of {capacity}")
    for which, (_, taken, _) in enumerate(kept):
        _agree("allotted", sum(r["seats"] for r in rows if r["allotment"] == which and r["state"] in HOLDING), taken)
    live = [row["person"] for row in rows if row["state"] != "CANCELLED"]
    _agree("each person once", sorted(set(live)), sorted(live))
    # Nobody is lost, and everybody stands where they should: so nobody was served before somebody ahead who fits.
    _agree("everybody", [_row(reference, entry) for entry in reference.entries], rows)
    pools = range(len(counters))
    _agree("pools", [(reference.capacity[p], reference.taken(p), reference.reserved(p)) for p in pools], counters)
    _agree("allotments", [(a.seats, reference.used(a), a.released) for a in reference.allotments], kept)


def _row(reference: Reference, entry: Entry) -> dict[str, Any]:
    told = vars(entry) | {"allotment": reference.allotments.index(entry.allotment) if entry.allotment else None}
    del told["counts"]
    return told


def _agree(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise Diverged(f"{what}: {expected} expected, {found} found")
