"""Who is found at the desk, by what is said of them; and who finds nobody."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from models import Event, EventState, Person, Registration, RegistrationGuest, Role
from tests.making import ActingAs, Maker

NAMES = [
    "Geneviève Gagnon",
    "Gaétan Genest",
    "Marie-Ève Tremblay",
    "Jean-François St-Pierre",
    "Luc Roy",
    "Ève Royer",
    "Zoé L'Œuvre-Côté",
    "Łukasz Ørsted",
]


class Desk:
    """An event with everybody of `NAMES`."""

    def __init__(self, make: Maker, event: Event, registrar: Person) -> None:
        self.make = make
        self.event = event
        self.registrar = registrar

    async def registered(self, name: str, **columns: Any) -> Registration:
        """Somebody of this name."""
        return await self.make.registration(self.event, await self.make.person(), name=name, **columns)

    async def finds(self, said: str | None, who: Person | None = None, most: int | None = None) -> list[str]:
        """The names found, best first."""
        async with self.make.acting_as(who or self.registrar) as work:
            connection = await work.connection()
            rows = await connection.fetch("select name from found_at_desk($1, $2, $3)", self.event.id, said, most)
        return [row["name"] for row in rows]


@pytest.fixture
async def desk(make: Maker) -> Desk:
    """The desk."""
    desk = Desk(make, await make.event(), await make.staff(Role.REGISTRAR))
    for name in NAMES:
        await desk.registered(name)
    return desk


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Gagnon", "Geneviève Gagnon"),
        ("genevieve", "Geneviève Gagnon"),
        ("GENEVIÈVE GAGNON", "Geneviève Gagnon"),
        ("gag gen", "Geneviève Gagnon"),
        ("gen gag", "Geneviève Gagnon"),
        ("gangon", "Geneviève Gagnon"),
        ("genest", "Gaétan Genest"),
        ("tremblai", "Marie-Ève Tremblay"),
        ("marie eve", "Marie-Ève Tremblay"),
        ("trembley marie", "Marie-Ève Tremblay"),
        ("st pierre", "Jean-François St-Pierre"),
        ("jean-françois", "Jean-François St-Pierre"),
        ("fran", "Jean-François St-Pierre"),
        ("roy", "Luc Roy"),
        ("royer", "Ève Royer"),
        ("l’oeuvre", "Zoé L'Œuvre-Côté"),
        ("cote", "Zoé L'Œuvre-Côté"),
        ("lukasz", "Łukasz Ørsted"),
        ("orsted", "Łukasz Ørsted"),
        ("Tre%", "Marie-Ève Tremblay"),
    ],
)
async def test_the_best_is_first(desk: Desk, said: str, found: str) -> None:
    assert (await desk.finds(said))[0] == found


async def test_whose_name_begins_so_comes_before_whose_is_alike(desk: Desk) -> None:
    assert (await desk.finds("roy"))[:2] == ["Luc Roy", "Ève Royer"]
    assert await desk.finds("xyzzy") == []
    assert await desk.finds("g", most=0) == await desk.finds("g", most=-1) == []


async def test_where_nothing_is_said_the_first_by_name_are_told_accents_or_not(desk: Desk) -> None:
    everybody = [
        "Ève Royer",
        "Gaétan Genest",
        "Geneviève Gagnon",
        "Jean-François St-Pierre",
        "Luc Roy",
        "Łukasz Ørsted",
        "Marie-Ève Tremblay",
        "Zoé L'Œuvre-Côté",
    ]
    for nothing in (None, "", " ", "_"):
        assert await desk.finds(nothing) == everybody
    assert await desk.finds(None, most=2) == everybody[:2]


async def test_a_ticket_is_found_by_its_code_or_the_beginning_of_it(desk: Desk) -> None:
    ticket = await desk.registered("Somebody Else", ticket_code="ABCD1234567890ABCDEF")
    for said in (ticket.ticket_code, "abcd 1234", "ABCD"):
        assert (await desk.finds(said))[0] == "Somebody Else"
    assert "Somebody Else" not in await desk.finds("ABC")


async def test_a_guest_leads_to_who_brings_them(desk: Desk) -> None:
    host = await desk.registered("Somebody Else")
    guest = await desk.make.add(
        RegistrationGuest,
        {},
        registration_id=host.id,
        event_id=desk.event.id,
        association_id=desk.event.association_id,
        person_id=host.person_id,
        name="Guy Dubé-Hôte",
    )
    for said in ("dube", "hote guy", guest.ticket_code):
        assert await desk.finds(said) == ["Somebody Else"]
    await desk.registered("Dubé Somebody")
    assert sorted(await desk.finds("dube")) == ["Dubé Somebody", "Somebody Else"]


async def test_no_more_than_twenty_are_told(desk: Desk) -> None:
    for number in range(25):
        await desk.registered(f"Ana Twin {number:02}")
    assert len(await desk.finds("twin")) == len(await desk.finds("twin", most=500)) == 20
    assert await desk.finds("twin", most=3) == ["Ana Twin 00", "Ana Twin 01", "Ana Twin 02"]


async def test_who_does_not_run_the_desk_finds_nobody(desk: Desk) -> None:
    make = desk.make
    mine = await desk.registered("Myself Alone")
    (own,) = await make.all(Person, id=mine.person_id)
    ex = await make.staff(Role.ADMINISTRATOR, starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1))
    elsewhere = await make.staff(Role.ADMINISTRATOR, await make.association())
    stranger = await (await make.other()).staff(Role.ADMINISTRATOR)
    for who in (own, ex, elsewhere, stranger, await make.member()):
        for said in ("gagnon", "Myself Alone", mine.ticket_code, "", None):
            assert await desk.finds(said, who) == []
    assert await desk.finds("myself") == ["Myself Alone"]


async def test_settings_that_say_another_tenant_or_nothing_open_nothing(desk: Desk, owner: asyncpg.Connection) -> None:
    """Past every operation, as who could send SQL as the application would."""
    other = await desk.make.other()
    association = str(desk.event.association_id)
    for tenant, desks in ((str(other.tenant.id), f"{{{association}}}"), (str(desk.make.tenant.id), ""), ("", "")):
        async with owner.transaction():
            await owner.execute("set local role confed_app")
            await owner.execute(
                "select set_config('confed.tenant', $1, true), set_config('confed.registrations_read', $2, true)",
                tenant,
                desks,
            )
            assert await owner.fetch("select name from found_at_desk($1, 'gagnon', 20)", desk.event.id) == []
            # Nor does a function of the asker's own see a row before the policy has admitted it.
            await owner.execute(
                """create or replace function pg_temp.leak(said text) returns boolean language plpgsql cost 0.0001 as
                   $$ begin raise exception 'leaked %', said; end $$"""
            )
            assert await owner.fetch("select from registration where pg_temp.leak(name)") == []


async def test_other_events_are_not_searched(desk: Desk, acting_as: ActingAs) -> None:
    another = await desk.make.event(state=EventState.CLOSED)
    await desk.make.registration(another, await desk.make.person(), name="Geneviève Gagnon")
    assert await desk.finds("gagnon", most=2) == ["Geneviève Gagnon"]
