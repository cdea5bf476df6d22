"""Contact points: whose they are, who sees them, and which one is preferred."""

import asyncio
from uuid import UUID

import pytest

from models import ContactKind, ContactPoint, ContactVisibility, JournalEntry, Person, Role
from services.core.actor import system
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, NotSignedIn, Problem
from services.membership.memberships import admit
from services.people.contacts import (
    add_contact_point,
    change_visibility,
    prefer_contact_point,
    remove_contact_point,
)
from tests.making import ActingAs, Maker

EMAIL, PHONE = ContactKind.EMAIL, ContactKind.PHONE
NOBODY, STAFF = ContactVisibility.NOBODY, ContactVisibility.STAFF


async def seen(make: Maker, person: Person) -> list[str]:
    """The contact points that somebody sees."""
    return [point.value for point in await make.all_as(person, ContactPoint)]


async def preferred(make: Maker) -> set[str]:
    """Where mail and calls go."""
    return {point.value for point in await make.all(ContactPoint) if point.preferred}


async def test_what_a_person_adds_is_nobody_elses_until_they_say_so(make: Maker, acting_as: ActingAs) -> None:
    ana, staff = await make.member(), await make.staff()
    stranger = await make.staff(association=await make.association())
    async with acting_as(ana) as work:
        point = await add_contact_point(work, kind=EMAIL, value=" Ana@Example.ORG ")
    assert (point.value, point.preferred, point.verified_at) == ("Ana@example.org", True, None)
    assert [await seen(make, who) for who in (ana, staff, stranger)] == [["Ana@example.org"], [], []]
    async with acting_as(ana) as work:
        await change_visibility(work, point.id, STAFF)
    assert [await seen(make, who) for who in (ana, staff, stranger)] == [["Ana@example.org"], ["Ana@example.org"], []]
    entries = await make.all(JournalEntry)
    assert [entry.action for entry in entries] == ["contact_point.added", "contact_point.shown"]
    assert "example" not in str([entry.data for entry in entries])


async def test_what_staff_add_staff_see(make: Maker, acting_as: ActingAs) -> None:
    ana, staff, reader = await make.member(), await make.staff(), await make.staff(Role.REGISTRAR)
    async with acting_as(staff) as work:
        await add_contact_point(work, kind=PHONE, value="+1 418 555-0123 poste 12", person_id=ana.id)
        with pytest.raises(InvalidInput):
            await add_contact_point(work, kind=EMAIL, value="a@example.org", person_id=ana.id, visibility=NOBODY)
    assert [await seen(make, who) for who in (ana, reader)] == [["+14185550123;ext=12"]] * 2
    for who, refused in ((None, NotFound), (reader, NotAllowed), (await make.member(), NotFound)):
        async with acting_as(who) as work:
            with pytest.raises(refused):
                await add_contact_point(work, kind=EMAIL, value="b@example.org", person_id=ana.id)
    async with acting_as(None) as work:
        with pytest.raises(NotSignedIn):
            await add_contact_point(work, kind=EMAIL, value="b@example.org")
    assert await make.count(ContactPoint) == 1


async def test_the_first_of_a_kind_is_preferred_and_another_can_be(make: Maker, acting_as: ActingAs) -> None:
    ana, staff = await make.member(), await make.staff()
    async with acting_as(ana) as work:
        first = await add_contact_point(work, kind=EMAIL, value="first@example.org")
        second = await add_contact_point(work, kind=EMAIL, value="second@example.org", visibility=STAFF)
        await add_contact_point(work, kind=PHONE, value="4185550123")
    assert await preferred(make) == {"first@example.org", "+14185550123"}
    async with acting_as(staff) as work:  # who doesn't see the one that was
        await prefer_contact_point(work, second.id)
    assert await preferred(make) == {"second@example.org", "+14185550123"}
    async with acting_as(staff) as work:
        await remove_contact_point(work, second.id)
    assert await preferred(make) == {"first@example.org", "+14185550123"}
    async with acting_as(ana) as work:
        await remove_contact_point(work, first.id)
    assert await preferred(make) == {"+14185550123"}


async def test_two_that_are_added_at_once_leave_one_preferred(make: Maker, acting_as: ActingAs) -> None:
    ana = await make.member()

    async def add(number: int) -> None:
        async with acting_as(ana) as work:
            await add_contact_point(work, kind=EMAIL, value=f"a{number}@example.org")

    await asyncio.gather(*(add(number) for number in range(5)))
    assert (await make.count(ContactPoint), len(await preferred(make))) == (5, 1)


async def test_others_contact_points_are_not_there_or_not_ones_own_to_change(make: Maker, acting_as: ActingAs) -> None:
    ana, staff, reader = await make.member(), await make.staff(), await make.staff(Role.REGISTRAR)
    hidden = await make.contact_point(ana)
    shown = await make.contact_point(ana, kind=PHONE, value="4185550123", visibility=STAFF)
    cases: list[tuple[Person, UUID, type[Problem]]] = [
        (staff, hidden.id, NotFound),
        (reader, shown.id, NotAllowed),
        (await make.member(), shown.id, NotFound),
        (ana, UUID(int=7), NotFound),
    ]
    for who, id, refused in cases:
        for operation in (prefer_contact_point, remove_contact_point):
            async with acting_as(who) as work:
                with pytest.raises(refused):
                    await operation(work, id)
    async with acting_as(staff) as work:
        with pytest.raises(InvalidInput):
            await change_visibility(work, shown.id, NOBODY)
    assert [(point.id, point.visibility) for point in await make.all(ContactPoint)] == [
        (hidden.id, NOBODY),
        (shown.id, STAFF),
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (EMAIL, ""),
        (EMAIL, "ana"),
        (EMAIL, "ana@localhost"),
        (EMAIL, "a b@example.org"),
        (EMAIL, "a@example.org,b@example.org"),
        (EMAIL, "a@example.org>\r\nBcc: b@example.org"),
        (EMAIL, '"a"@example.org'),
        (EMAIL, "a..b@example.org"),
        (EMAIL, "a@exam_ple.org"),
        (EMAIL, "a@-example.org"),
        (EMAIL, f"{'a' * 65}@example.org"),
        (PHONE, "418"),
        (PHONE, "call me"),
        (PHONE, "4185550123\x00"),
        (PHONE, "1" * 40),
    ],
)
async def test_what_nobody_could_write_to_or_call_is_refused(
    make: Maker, acting_as: ActingAs, kind: ContactKind, value: str
) -> None:
    async with acting_as(await make.member()) as work:
        with pytest.raises(InvalidInput):
            await add_contact_point(work, kind=kind, value=value)
    assert await make.count(ContactPoint) == 0


async def test_one_address_is_one_contact_point(make: Maker, acting_as: ActingAs) -> None:
    ana, ben = await make.member(), await make.member()
    for who in (ana, ben):
        async with acting_as(who) as work:
            await add_contact_point(work, kind=EMAIL, value="family@example.org")
    with pytest.raises(AlreadyExists):
        async with acting_as(ana) as work:
            await add_contact_point(work, kind=EMAIL, value="family@example.org")
    assert await make.count(ContactPoint) == 2


async def test_who_sees_a_contact_point_follows_the_persons_links(make: Maker, acting_as: ActingAs) -> None:
    here, there = await make.association(), await make.association()
    ana, staff_there = await make.member(here), await make.staff(association=there)
    async with acting_as(ana) as work:
        await add_contact_point(work, kind=EMAIL, value="ana@example.org", visibility=STAFF)
    assert await seen(make, staff_there) == []
    category = await make.category(there)
    async with acting_as(system(make.tenant)) as work:
        await admit(work, person_id=ana.id, association_id=there.id, category_id=category.id, joined_on=work.today)
    assert await seen(make, staff_there) == ["ana@example.org"]


async def test_an_address_is_one_whatever_its_case(make: Maker, acting_as: ActingAs) -> None:
    ana, ben = await make.member(), await make.member()
    async with acting_as(ana) as work:
        await add_contact_point(work, kind=EMAIL, value="Case.Dup@example.org")
    with pytest.raises(AlreadyExists):
        async with acting_as(ana) as work:
            await add_contact_point(work, kind=EMAIL, value="case.dup@Example.org")
    async with acting_as(ben) as work:  # several people may share one
        await add_contact_point(work, kind=EMAIL, value="case.dup@example.org")
    assert sorted(point.value for point in await make.all(ContactPoint)) == [
        "Case.Dup@example.org",
        "case.dup@example.org",
    ]
