"""What the demo's events ask, and who reads what was answered."""

from sqlalchemy import select
from sqlmodel import col

from models import Answer, Event, Question, RoleGrant
from services.core.actor import Actor, anonymous, load_person
from services.core.database.connections import Database
from services.core.work import begin
from tests.services.demo.conftest import TODAY
from tests.services.demo.test_demo import making, star, tenant


async def keys_of_answers_seen(demo: Database, who: Actor) -> set[str]:
    """The questions that somebody reads answers to."""
    async with begin(demo, who) as work:
        query = select(col(Question.key)).join(Answer, col(Answer.question_id) == col(Question.id)).distinct()
        return set(await work.session.scalars(query))


async def test_a_study_day_asks_about_diets_workshops_and_a_dinner_of_the_boards(demo: Database) -> None:
    make = await making(demo, "ccc-cmc")
    (event,) = await make.all(Event, slug="colloque-sante-trois-lacs")
    asked = {question.key: question for question in await make.all(Question, event_id=event.id)}
    assert list(asked) == ["diet", "diet-details", "workshops", "accessibility", "boards-dinner"]
    assert {key for key, question in asked.items() if question.sensitive} == {"diet", "diet-details", "accessibility"}
    assert asked["diet-details"].depends_on_id == asked["diet"].id
    assert asked["boards-dinner"].segment_id is not None


async def test_answers_are_read_by_who_runs_the_event_and_not_by_an_umbrella_that_is_shown_no_persons(
    demo: Database,
) -> None:
    make, of = await making(demo, "ccc-cmc"), await tenant(demo, "ccc-cmc")
    (event,) = await make.all(Event, slug="colloque-sante-trois-lacs")
    (grant,) = await make.all(RoleGrant, association_id=event.association_id)
    async with demo.readers.connection() as connection:
        organiser = await load_person(connection, of, TODAY, person_id=grant.person_id)
    assert organiser is not None
    everything = {"diet", "diet-details", "workshops", "accessibility", "boards-dinner"}
    assert await keys_of_answers_seen(demo, organiser) == everything
    assert await keys_of_answers_seen(demo, await star(demo, "ccc-cmc", "admin")) == set()
    assert await keys_of_answers_seen(demo, anonymous(of)) == set()
