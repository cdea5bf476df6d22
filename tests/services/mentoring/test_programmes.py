"""A programme's life, and who runs it."""

from datetime import date
from typing import Any

import pytest

from models import MentoringProgramme, ProgrammeState, Role
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.mentoring.errors import WrongProgrammeState
from services.mentoring.programmes import close_programme, open_programme, plan_programme
from tests.making import ActingAs, Maker, texts
from tests.services.looking import actions
from tests.services.mentoring.looking import picture

DRAFT, OPEN, CLOSED = ProgrammeState.DRAFT, ProgrammeState.OPEN, ProgrammeState.CLOSED
FIRST = date(2026, 1, 1)


async def planned(make: Maker) -> dict[str, Any]:
    home = await make.home()
    return {"association_id": home.id, "slug": "mentoring", "name": texts("Mentorat", "Mentoring"), "starts_on": FIRST}


async def test_a_programme_is_drafted_opened_closed_and_opened_again(make: Maker, acting_as: ActingAs) -> None:
    coordinator = await make.staff(Role.COORDINATOR)
    async with acting_as(coordinator) as work:
        programme = await plan_programme(work, **await planned(make), summary=texts("Résumé", "Summary"))
    assert (programme.state, programme.published, programme.ends_on) == (DRAFT, False, None)
    for step, state in ((open_programme, OPEN), (close_programme, CLOSED), (open_programme, OPEN)):
        async with acting_as(coordinator) as work:
            programme = await step(work, programme.id)
        assert (programme.state, programme.published) == (state, True)
    entries = [f"mentoring_programme.{done}" for done in ("planned", "opened", "closed", "opened")]
    assert await actions(make) == entries


@pytest.mark.parametrize("state", ProgrammeState)
async def test_a_step_that_is_not_next_is_refused_and_changes_nothing(
    make: Maker, acting_as: ActingAs, state: ProgrammeState
) -> None:
    programme, coordinator = await make.programme(state=state), await make.staff(Role.COORDINATOR)
    step, required = (open_programme, [DRAFT, CLOSED]) if state is OPEN else (close_programme, [OPEN])
    before = await picture(make)
    with pytest.raises(WrongProgrammeState) as refused:
        async with acting_as(coordinator) as work:
            await step(work, programme.id)
    assert (refused.value.required, refused.value.found) == (required, state)
    assert await picture(make) == before


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"slug": "Mentorat !"}, ("slug",)),
        ({"name": {}}, ("name",)),
        ({"name": {"de": "Mentoring"}}, ("name", "de")),
        ({"summary": {"fr": " "}}, ("summary", "fr")),
        ({"ends_on": date(2025, 12, 31)}, ("endsOn",)),
    ],
)
async def test_input_that_breaks_a_rule_plans_nothing(
    make: Maker, acting_as: ActingAs, given: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        async with acting_as(await make.staff(Role.COORDINATOR)) as work:
            await plan_programme(work, **(await planned(make) | given))
    assert refused.value.path == path
    assert await make.count(MentoringProgramme) == 0


async def test_a_slug_names_one_programme(make: Maker, acting_as: ActingAs) -> None:
    await make.programme(await make.association(), slug="mentoring")
    with pytest.raises(AlreadyExists) as refused:
        async with acting_as(await make.staff(Role.COORDINATOR)) as work:
            await plan_programme(work, **await planned(make))
    assert refused.value.path == ("slug",)
    assert await make.count(MentoringProgramme) == 1


async def test_only_coordinators_of_the_association_plan_and_open(make: Maker, acting_as: ActingAs) -> None:
    given = await planned(make)
    draft, closed = await make.programme(state=DRAFT), await make.programme(state=CLOSED)
    elsewhere = await make.staff(Role.COORDINATOR, await make.association())
    foreigner = await (await make.other()).staff(Role.COORDINATOR)
    seen_by = [(None, NotSignedIn), (elsewhere, NotAllowed), (await make.member(), NotAllowed), (foreigner, NotFound)]
    before = await picture(make)
    for somebody, refusal in seen_by:
        with pytest.raises(refusal):
            async with acting_as(somebody) as work:
                await plan_programme(work, **given)
        with pytest.raises(refusal):
            async with acting_as(somebody) as work:
                await open_programme(work, closed.id)
        with pytest.raises(NotFound):
            async with acting_as(somebody) as work:
                await open_programme(work, draft.id)
    assert await picture(make) == before
