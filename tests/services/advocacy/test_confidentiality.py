"""Who reads a file and everything in it, as its confidentiality and its participants change."""

from dataclasses import dataclass
from typing import Any

import pytest

from models import (
    AdvocacyFile,
    Confidentiality,
    DemandState,
    Person,
    Role,
    TimelineKind,
)
from services.advocacy.files import change_confidentiality
from services.advocacy.positions import add_participant
from tests.making import ActingAs, Maker
from tests.services.advocacy.conftest import Staff
from tests.services.advocacy.looking import FILE_AND_PARTS, PARTS, picture, seen

C = Confidentiality
# Watches and notices are an association's here: notices are for its staff.
ALL = {"AdvocacyFile", *(part.__name__ for part in PARTS)}
TO_READ = ALL - {"AdvocacyNotice"}
NOTHING: set[str] = set()


async def full_file(make: Maker, lead: Staff, ally: Staff, confidentiality: C = C.PUBLIC) -> AdvocacyFile:
    """A file that both take part in, with one of everything."""
    file = await make.advocacy_file(confidentiality=confidentiality, joined_by=[ally.association])
    demand = await make.demand(file, DemandState.TABLED)
    await make.demand_answer(demand)
    await make.stance(file, lead.association)
    await make.entry(file, TimelineKind.LETTER)
    await make.watch(file, lead.association)
    await make.notice(file, lead.association)
    return file


@dataclass(frozen=True)
class Readers:
    """Somebody of every relation to the file."""

    lead: Person
    member: Person
    below: Person  # a member of an association affiliated with the ally
    ally: Person
    other_member: Person
    other_staff: Person
    stranger: Person  # staff of another confederation


@pytest.fixture
async def readers(make: Maker, lead: Staff, ally: Staff) -> Readers:
    """Each of them."""
    elsewhere = await make.association()
    return Readers(
        lead=lead.person,
        member=await make.member(lead.association),
        below=await make.member(await make.association(under=ally.association)),
        ally=ally.person,
        other_member=await make.member(elsewhere),
        other_staff=await make.staff(Role.ADMINISTRATOR, elsewhere),
        stranger=await (await make.other()).staff(),
    )


@pytest.mark.parametrize("confidentiality", C)
async def test_a_file_is_read_with_everything_in_it_by_those_it_is_for(
    make: Maker, lead: Staff, ally: Staff, readers: Readers, confidentiality: C
) -> None:
    file = await full_file(make, lead, ally, confidentiality)
    members = TO_READ if confidentiality is not C.STAFF else NOTHING
    everybody = TO_READ if confidentiality is C.PUBLIC else NOTHING
    expected = {
        "lead": ALL,
        "member": members,
        "below": members,
        "ally": TO_READ,
        "other_member": everybody,
        "other_staff": everybody,
        "stranger": NOTHING,
    }
    found = {name: await seen(make, person, file.id) for name, person in vars(readers).items()}
    assert found == expected
    assert await seen(make, None, file.id) == everybody


async def test_everything_in_a_file_changes_its_readers_with_the_file(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff, readers: Readers
) -> None:
    file = await full_file(make, lead, ally)
    for confidentiality, anybody, members in (
        (C.MEMBERS, NOTHING, TO_READ),
        (C.STAFF, NOTHING, NOTHING),
        (C.PUBLIC, TO_READ, TO_READ),
    ):
        async with acting_as(lead.person) as work:
            assert (await change_confidentiality(work, file.id, confidentiality)).confidentiality is confidentiality
        assert await seen(make, None, file.id) == anybody
        assert await seen(make, readers.below, file.id) == members
    for model in PARTS:
        found: Any = await make.all(model)
        assert {row.confidentiality for row in found} == {C.PUBLIC}, model


async def test_a_file_that_is_as_confidential_already_does_not_change(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file = await full_file(make, lead, ally)
    before = await picture(make)
    async with acting_as(lead.person) as work:
        await change_confidentiality(work, file.id, C.PUBLIC)
    assert await picture(make) == before


async def test_who_joins_reads_what_is_there_with_nothing_but_the_leads_rights(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff, readers: Readers
) -> None:
    file = await full_file(make, lead, ally, C.STAFF)
    joining = await make.association()
    staff = await make.staff(Role.ADVISER, joining)
    assert await seen(make, staff, file.id) == NOTHING
    async with acting_as(lead.person) as work:
        await add_participant(work, file.id, joining.id)
    assert await seen(make, staff, file.id) == TO_READ
    participants = [lead.association.id, ally.association.id, joining.id]
    for model in FILE_AND_PARTS:
        found: Any = await make.all(model)
        assert found
        assert all(row.association_ids == participants for row in found), model
    assert await seen(make, readers.other_staff, file.id) == NOTHING
