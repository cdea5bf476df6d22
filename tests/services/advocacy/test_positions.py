"""Participants and their positions."""

from datetime import date, timedelta
from typing import Any

import pytest

from models import AdvocacyPosition, Confidentiality, Person, Role, Stance, TimelineEntry, TimelineKind
from services.advocacy import positions
from services.advocacy.errors import TakesNoPart
from services.advocacy.positions import add_participant, take_position
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, NotSignedIn
from tests.client import Client
from tests.making import LONG_AGO, ActingAs, Maker, texts
from tests.services.advocacy.conftest import Staff
from tests.services.advocacy.looking import picture
from tests.services.looking import actions

S = Stance
IF_HEARD = texts("Si elle est entendue.", "If it is heard.")


async def test_who_takes_part_has_no_mandate_until_it_takes_a_position(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file = await make.advocacy_file()
    async with acting_as(lead.person) as work:
        await add_participant(work, file.id, ally.association.id)
        today = work.today
    (position,) = await make.all(AdvocacyPosition)
    assert (position.participant_id, position.stance, position.taken_on) == (ally.association.id, S.NO_MANDATE, today)
    (entry,) = await make.all(TimelineEntry)
    assert (entry.kind, entry.position_id, entry.happened_on) == (TimelineKind.POSITION_TAKEN, position.id, today)
    assert await actions(make) == ["advocacy_file.joined"]


async def test_an_association_joins_once_and_only_so_many_do(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await make.advocacy_file(joined_by=[ally.association])
    monkeypatch.setattr(positions, "MOST_PARTICIPANTS", 2)
    before = await picture(make)
    for joining, refused in ((ally.association, AlreadyExists), (await make.association(), InvalidInput)):
        with pytest.raises(refused) as problem:
            async with acting_as(lead.person) as work:
                await add_participant(work, file.id, joining.id)
        assert problem.value.path == ("associationId",)
    with pytest.raises(NotFound):
        async with acting_as(lead.person) as work:
            await add_participant(work, file.id, file.id)
    assert await picture(make) == before


async def test_an_association_takes_its_own_position_and_not_even_the_lead_takes_it_for_others(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff
) -> None:
    file = await make.advocacy_file(confidentiality=Confidentiality.STAFF, joined_by=[ally.association])
    other = await make.staff(Role.ADVISER, await make.association())
    before = await picture(make)
    for who, refused in ((lead.person, NotAllowed), (other, NotFound), (None, NotFound)):
        with pytest.raises(refused):
            async with acting_as(who) as work:
                await take_position(work, file.id, ally.association.id, S.OPPOSES)
    assert await picture(make) == before
    async with acting_as(ally.person) as work:
        await take_position(work, file.id, ally.association.id, S.OPPOSES)
    (position,) = await make.all(AdvocacyPosition)
    assert (position.participant_id, position.stance) == (ally.association.id, S.OPPOSES)


async def test_who_takes_no_part_has_no_position(make: Maker, acting_as: ActingAs, ally: Staff) -> None:
    file = await make.advocacy_file()
    before = await picture(make)
    for who, refused in ((ally.person, TakesNoPart), (None, NotSignedIn)):
        with pytest.raises(refused):
            async with acting_as(who) as work:
                await take_position(work, file.id, ally.association.id, S.SUPPORTS)
    assert await picture(make) == before


async def test_the_position_of_a_day_is_replaced_and_stands_once_in_the_timeline(
    make: Maker, acting_as: ActingAs, lead: Staff
) -> None:
    file = await make.advocacy_file()
    for stance, conditions in ((S.OPPOSES, None), (S.SUPPORTS_WITH_CONDITIONS, IF_HEARD)):
        async with acting_as(lead.person) as work:
            await take_position(work, file.id, lead.association.id, stance, conditions=conditions)
    (found,) = await make.all(AdvocacyPosition)
    assert (found.stance, found.conditions) == (S.SUPPORTS_WITH_CONDITIONS, IF_HEARD)
    assert await make.count(TimelineEntry, position_id=found.id) == 1
    assert await actions(make) == ["advocacy_position.taken"] * 2


@pytest.mark.parametrize(
    ("stance", "given", "path"),
    [
        (S.SUPPORTS_WITH_CONDITIONS, {}, "conditions"),
        (S.SUPPORTS_WITH_CONDITIONS, {"conditions": {}}, "conditions"),
        (S.OPPOSES, {"conditions": IF_HEARD}, "conditions"),
        (S.SUPPORTS, {"taken_on": date.max}, "takenOn"),
        (S.SUPPORTS, {"taken_on": date.min}, "takenOn"),
    ],
)
async def test_a_position_says_its_conditions_and_a_day_that_has_come(
    make: Maker, lead: Staff, stance: S, given: dict[str, Any], path: str
) -> None:
    file = await make.advocacy_file()
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        async with make.acting_as(lead.person) as work:
            await take_position(work, file.id, lead.association.id, stance, **given)
    assert refused.value.path[0] == path
    assert await picture(make) == before


async def test_positions_are_told_as_of_a_day_the_latest_of_each_association(
    make: Maker, acting_as: ActingAs, lead: Staff, ally: Staff, client: Client
) -> None:
    file = await make.advocacy_file(slug="status", joined_by=[ally.association])
    home, other = lead.association.slug, ally.association.slug
    days = [LONG_AGO + timedelta(days=days) for days in (0, 10, 20)]

    async def taken(who: Staff, person: Person, stance: S, day: date) -> None:
        async with acting_as(person) as work:
            await take_position(work, file.id, who.association.id, stance, taken_on=day)

    # Told in any order: what counts is from which day on.
    await taken(lead, lead.person, S.SUPPORTS, days[2])
    await taken(lead, lead.person, S.NO_MANDATE, days[0])
    await taken(ally, ally.person, S.OPPOSES, days[1])
    document = """query ($day: Date) { advocacyFile(slug: "status") {
        positions(asOf: $day) { stance association { slug } } positionsTaken { totalCount } } }"""

    async def told(day: date | None) -> dict[str, str]:
        found = (await client.ask(document, {"day": day and day.isoformat()})).data["advocacyFile"]
        assert found["positionsTaken"] == {"totalCount": 3}
        assert len({position["association"]["slug"] for position in found["positions"]}) == len(found["positions"])
        return {position["association"]["slug"]: position["stance"] for position in found["positions"]}

    assert await told(days[0] - timedelta(days=1)) == {}
    assert await told(days[0]) == {home: "NO_MANDATE"}
    assert await told(days[1]) == {home: "NO_MANDATE", other: "OPPOSES"}
    assert await told(days[2]) == {home: "SUPPORTS", other: "OPPOSES"}
    assert await told(None) == {home: "SUPPORTS", other: "OPPOSES"}
