"""Entering persons."""

import pytest

from models import JournalEntry, Person, PersonReference, Role
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed
from services.people.persons import PersonInput, register_person, register_persons
from tests.making import ActingAs, Maker


async def test_the_association_that_enters_a_person_sees_them(make: Maker, acting_as: ActingAs) -> None:
    home, staff = await make.home(), await make.staff(Role.MEMBERSHIP_OFFICER)
    async with acting_as(staff) as work:
        person = await register_person(
            work, given_name=" Ana ", family_name="Roy", association_id=home.id, references={"hr": "7"}
        )
    async with acting_as(staff) as work:
        assert (await work.find(Person, person.id)).given_name == "Ana"
        assert (await work.find_by(PersonReference, system="hr", value="7")).person_id == person.id
    (entry,) = await make.all(JournalEntry, action="person.registered")
    assert (entry.subject_id, entry.association_id, entry.data) == (person.id, home.id, {})


async def test_a_registrar_enters_nobody(make: Maker, acting_as: ActingAs) -> None:
    home = await make.home()
    async with acting_as(await make.staff(Role.REGISTRAR)) as work:
        with pytest.raises(NotAllowed):
            await register_person(work, given_name="Ana", family_name="Roy", association_id=home.id)
    assert await make.count(Person) == 1


async def test_a_reference_names_one_person(make: Maker, acting_as: ActingAs) -> None:
    home, staff = await make.home(), await make.staff()
    persons = [PersonInput(given_name="Ana", family_name=name, references={"hr": "7"}) for name in ("Roy", "Caron")]
    with pytest.raises(AlreadyExists):
        async with acting_as(staff) as work:
            await register_persons(work, association_id=home.id, persons=persons)
    assert await make.count(Person) == 1


@pytest.mark.parametrize("wrong", [{"given_name": " "}, {"locale": "french"}, {"region": "\x00"}])
async def test_one_wrong_input_enters_nobody(make: Maker, acting_as: ActingAs, wrong: dict[str, str]) -> None:
    home = await make.home()
    right = {"given_name": "Ana", "family_name": "Roy"}
    persons = [PersonInput(**right), PersonInput(**(right | wrong))]  # type: ignore[arg-type]
    async with acting_as(await make.staff()) as work:
        with pytest.raises(InvalidInput) as refusal:
            await register_persons(work, association_id=home.id, persons=persons)
        assert refusal.value.path[0] == "1"
    assert await make.count(Person) == 1
