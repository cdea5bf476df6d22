"""Figure functions tell numbers over rows that whoever asks may not see, to everyone alike, and nothing below five."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from models import (
    CancellationReason,
    EventState,
    PositionClass,
    RegistrationGuest,
    RegistrationState,
    Sector,
    WorkingTime,
)
from models.base.figures import figures
from tests.making import Maker

TODAY = date(2026, 11, 22)
CLASSES = (PositionClass.MANAGER, PositionClass.SENIOR_MANAGER, PositionClass.SENIOR_EXECUTIVE)


@pytest.fixture
def ask(make: Maker) -> Any:
    """Calls a figure function as nobody in particular, in the test's confederation or in another."""

    async def call(function: str, *arguments: Any, of: Maker = make) -> list[tuple[Any, ...]]:
        async with of.acting_as(None) as work:
            connection = await work.connection()
            places = ", ".join(f"${place}" for place, _ in enumerate(arguments, start=1))
            rows = await connection.fetch(f"select * from figures.{function}({places})", *arguments)
            return [tuple(row) for row in rows]

    return call


async def members(make: Maker, counts: Sequence[int], **each: Any) -> None:
    """So many members of each class, in its order."""
    for position_class, count in zip(CLASSES, counts, strict=False):
        for _ in range(count):
            await make.member(position_class=position_class, **each)


async def rows_that_anybody_sees(make: Maker, table: str) -> int:
    async with make.acting_as(None) as work:
        return int(await (await work.connection()).fetchval(f"select count(*) from {table}"))


async def test_the_functions_are_those_listed(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select proname, has_function_privilege('confed_app', oid, 'execute') as open from pg_proc "
        "where pronamespace = 'figures'::regnamespace"
    )
    declared = {function.signature.partition("(")[0] for function in figures.functions if function.schema == "figures"}
    assert {row["proname"] for row in rows} == declared
    assert {row["proname"] for row in rows if row["open"]} == set(figures.public)
    assert declared - set(figures.public) == {"heads"}


async def test_heads_are_nobodys_to_see(make: Maker, ask: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask("heads", None, TODAY)


async def test_headcounts_are_told_to_those_who_see_no_member(make: Maker, ask: Any) -> None:
    home, other = await make.home(), await make.other()
    await members(make, [6, 5])
    assert await rows_that_anybody_sees(make, "membership") == 0
    assert await rows_that_anybody_sees(make, "person") == 0
    assert await ask("headcount", home.id, TODAY) == [(home.id, TODAY, 11, 0, 11)]
    assert await ask("headcount", None, TODAY) == [(None, TODAY, 11, 0, 11)]
    assert await ask("headcount_by_class", home.id, TODAY) == [("MANAGER", 6), ("SENIOR_MANAGER", 5)]
    assert await ask("headcount_by_sector", home.id, TODAY) == [("PUBLIC", 11)]
    assert await ask("headcount_by_association", None, TODAY) == [(home.id, 11)]

    assert await ask("headcount", home.id, TODAY, of=other) == [(home.id, TODAY, None, None, None)]
    for function in ("headcount_by_class", "headcount_by_sector", "headcount_by_association"):
        assert await ask(function, home.id, TODAY, of=other) == []


async def test_attendance_and_queues_are_told_to_those_who_see_no_registration(make: Maker, ask: Any) -> None:
    other = await make.other()
    event = await make.event(state=EventState.HELD)
    people = [await make.person() for _ in range(14)]
    for person in people[:6]:
        await make.registration(event, person, RegistrationState.ATTENDED)
    for person in people[6:11]:
        await make.registration(event, person, RegistrationState.NO_SHOW)
    queue = [await make.registration(event, person, RegistrationState.WAITLISTED) for person in people[11:]]
    pool = await make.pool(event)
    assert await rows_that_anybody_sees(make, "registration") == 0
    assert await ask("attendance", event.id) == [(11, 6, 5)]
    assert await ask("waiting", pool.id) == [(3,)]
    assert [await ask("place_in_queue", waiting.id) for waiting in queue] == [[(1,)], [(2,)], [(3,)]]

    assert await ask("attendance", event.id, of=other) == [(None, None, None)]
    assert await ask("waiting", pool.id, of=other) == [(0,)]
    assert await ask("place_in_queue", queue[2].id, of=other) == [(None,)]


async def test_how_seats_come_about_is_told_of_ones_own_confederation_alone(make: Maker, ask: Any) -> None:
    other = await make.other()
    event = await make.event(capacity=9)
    await make.registration(event, await make.person())
    await make.registration(event, await make.person(), RegistrationState.OFFERED, seats=2)
    waiting = await make.registration(event, await make.person(), RegistrationState.WAITLISTED, seats=7)
    await make.allotment(event, seats=3)
    pool, now = await make.pool(event), datetime(2026, 11, 22, tzinfo=UTC)
    assert await ask("availability", pool.id) == [(9, 1, 2, 3, 1, 7, 3)]
    ((reason, until),) = await ask("why_waiting", waiting.id, now, TODAY)
    assert (reason, until is not None) == ("PARTY_TOO_LARGE", True)

    assert await ask("availability", pool.id, of=other) == []
    assert await ask("why_waiting", waiting.id, now, TODAY, of=other) == []


async def test_priority_comes_before_arrival_and_formats_queue_apart(make: Maker, ask: Any) -> None:
    event = await make.event(capacity=0)
    first = await make.registration(event, await make.person(), RegistrationState.WAITLISTED)
    urgent = await make.registration(event, await make.person(), RegistrationState.WAITLISTED, priority=-1)
    await make.registration(await make.event(capacity=0), await make.person(), RegistrationState.WAITLISTED)
    assert await ask("place_in_queue", urgent.id) == [(1,)]
    assert await ask("place_in_queue", first.id) == [(2,)]


@pytest.mark.promise("fewer-than-five")
@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([5], {"MANAGER": 5}),
        ([4], {"MANAGER": None}),
        # One that is suppressed could be had by subtraction from the whole: the next smallest goes with it.
        ([7, 6, 4], {"MANAGER": 7, "SENIOR_MANAGER": None, "SENIOR_EXECUTIVE": None}),
        ([7, 4, 3], {"MANAGER": 7, "SENIOR_MANAGER": None, "SENIOR_EXECUTIVE": None}),
        ([7, 2, 1], {"MANAGER": None, "SENIOR_MANAGER": None, "SENIOR_EXECUTIVE": None}),
        ([7, 6, 5], {"MANAGER": 7, "SENIOR_MANAGER": 6, "SENIOR_EXECUTIVE": 5}),
    ],
)
async def test_cells_below_five_are_suppressed_by_subtraction_too(
    make: Maker, ask: Any, counts: list[int], told: dict[str, int | None]
) -> None:
    await members(make, counts)
    cells = await ask("headcount_by_class", None, TODAY)
    assert dict(cells) == told
    assert [count for _, count in cells] == sorted(told.values(), key=lambda count: -(count or 0))


@pytest.mark.parametrize(("without", "told"), [(0, 6), (2, None), (5, 6)])
async def test_whoever_has_no_position_is_not_told_by_what_is_left_of_the_total(
    make: Maker, ask: Any, without: int, told: int | None
) -> None:
    await members(make, [6], working_time=WorkingTime.FULL_TIME)
    for _ in range(without):
        await make.member()
    ((_, _, total, _, full_time),) = await ask("headcount", None, TODAY)
    assert (total, full_time) == (6 + without, told)
    assert dict(await ask("headcount_by_class", None, TODAY)) == {"MANAGER": told}


async def test_whole_and_parts_are_suppressed_together(make: Maker, ask: Any) -> None:
    await members(make, [4])
    assert await ask("headcount", None, TODAY) == [(None, TODAY, None, None, None)]
    await members(make, [2])
    assert await ask("headcount", None, TODAY) == [(None, TODAY, 6, 0, 6)]
    await members(make, [3], working_time=WorkingTime.PART_TIME)
    assert await ask("headcount", None, TODAY) == [(None, TODAY, 9, None, None)]
    await members(make, [2], working_time=WorkingTime.PART_TIME)
    assert await ask("headcount", None, TODAY) == [(None, TODAY, 11, 5, 6)]


@pytest.mark.parametrize(
    ("attended", "absent", "told"),
    [
        (4, 0, (None, None, None)),
        (5, 0, (5, 5, 0)),
        (0, 6, (6, 0, 6)),
        (6, 3, (9, None, None)),  # who came would tell who didn't
        (4, 6, (10, None, None)),
        (5, 5, (10, 5, 5)),
    ],
)
async def test_attendance_below_five_is_suppressed_by_subtraction_too(
    make: Maker, ask: Any, attended: int, absent: int, told: tuple[int | None, ...]
) -> None:
    event = await make.event(state=EventState.HELD)
    for state, count in ((RegistrationState.ATTENDED, attended), (RegistrationState.NO_SHOW, absent)):
        for _ in range(count):
            await make.registration(event, await make.person(), state)
    assert await ask("attendance", event.id) == [told]


async def test_a_person_in_two_associations_counts_once_and_in_both(make: Maker, ask: Any) -> None:
    umbrella = await make.umbrella()
    first, second = await make.association(under=umbrella), await make.association(under=umbrella)
    for place in range(6):
        person = await make.member(first, sector=Sector.PUBLIC)
        await make.position(person, position_class=PositionClass.SENIOR_MANAGER, starts_on=TODAY)
        if place:
            await make.membership(person, second)
    assert await ask("headcount", umbrella.id, TODAY) == [(umbrella.id, TODAY, 6, 0, 6)]
    assert await ask("headcount_by_class", umbrella.id, TODAY) == [("MANAGER", 6)]  # the oldest full-time position
    assert dict(await ask("headcount_by_association", umbrella.id, TODAY)) == {first.id: 6, second.id: 5}


async def test_figures_are_as_of_a_day(make: Maker, ask: Any) -> None:
    umbrella = await make.umbrella()
    home = await make.home()
    await make.affiliation(home, umbrella, starts_on=date(2022, 1, 1), ends_on=date(2023, 12, 31))
    for _ in range(5):
        await make.member(joined_on=date(2021, 1, 1), ends_on=date(2022, 6, 30))
        await make.member(joined_on=date(2022, 7, 1), position_class=PositionClass.MANAGER)

    async def total(of: UUID | None, day: date) -> int | None:
        ((_, _, found, _, _),) = await ask("headcount", of, day)
        return found if found is None else int(found)

    assert await total(home.id, date(2020, 12, 31)) is None
    assert await total(home.id, date(2021, 1, 1)) == 5
    assert await total(home.id, date(2022, 6, 30)) == 5
    assert await total(home.id, date(2022, 7, 1)) == 5
    assert await ask("headcount_by_class", home.id, date(2022, 6, 30)) == []
    assert await ask("headcount_by_class", home.id, date(2022, 7, 1)) == [("MANAGER", 5)]
    days = (date(2021, 12, 31), date(2022, 1, 1), date(2023, 12, 31), date(2024, 1, 1))
    assert [await total(umbrella.id, day) for day in days] == [None, 5, 5, None]


async def test_only_members_in_good_standing_count(make: Maker, ask: Any) -> None:
    await members(make, [5])
    await make.member(position_class=PositionClass.MANAGER, ends_on=date(2026, 11, 21))
    await make.member(
        position_class=PositionClass.MANAGER,
        cancelled_on=date(2026, 1, 1),
        cancellation_reason=CancellationReason.RESIGNED,
    )
    assert await ask("headcount", None, TODAY) == [(None, TODAY, 5, 0, 5)]


async def test_the_scope_of_an_umbrella_ends_on_any_graph(make: Maker, ask: Any, owner: asyncpg.Connection) -> None:
    top = await make.umbrella()
    middle = await make.umbrella(under=top)
    bottom = await make.association(under=middle)
    await make.affiliation(bottom, top)
    await make.affiliation(top, bottom)  # the operation refuses a cycle; the function would end nevertheless
    assert {id for (id,) in await ask("scope", top.id, TODAY)} == {top.id, middle.id, bottom.id}
    assert await ask("scope", top.id, TODAY, of=await make.other()) == [(top.id,)]


async def test_a_confederation_is_found_by_its_slug_before_there_is_a_tenant(make: Maker) -> None:
    async with make.database.readers.connection() as connection:
        found = await connection.fetch("select * from figures.tenant($1)", make.tenant.slug)
        assert [tuple(row) for row in found] == [(make.tenant.id, list(make.tenant.locales), make.tenant.time_zone)]
        assert await connection.fetch("select * from figures.tenant($1)", "nowhere") == []


async def test_a_ticket_is_told_from_any_other_code_in_its_own_confederation_while_it_is_good(
    make: Maker, ask: Any
) -> None:
    other, event, ana = await make.other(), await make.event(), await make.person()
    kept = await make.fresh(await make.registration(event, ana))
    gone = await make.fresh(await make.registration(event, await make.person(), RegistrationState.CANCELLED))
    part = {"event_id": event.id, "association_id": event.association_id}
    guest = await make.add(RegistrationGuest, part, registration_id=kept.id, person_id=ana.id, name="Léo")
    left = await make.add(RegistrationGuest, part, registration_id=gone.id, person_id=gone.person_id, name="Mia")
    codes = [(await make.fresh(row)).ticket_code for row in (guest, left)]
    asked = [kept.ticket_code, codes[0], gone.ticket_code, codes[1], "", kept.ticket_code.lower()]
    assert [await ask("is_ticket", code) for code in asked] == [[(True,)]] * 2 + [[(False,)]] * 4
    assert [await ask("is_ticket", code, of=other) for code in asked] == [[(False,)]] * 6


async def test_the_confederations_are_told_with_what_their_addresses_say(make: Maker, ask: Any) -> None:
    told = await ask("tenants")
    assert (make.tenant.id, make.tenant.slug, list(make.tenant.locales), make.tenant.time_zone) in told
    assert [row[:2] for row in told] == sorted((row[:2] for row in told), key=lambda row: row[1])
