"""What two of the demo's events ask those who register, and what these have answered."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col

from models import Event, Person, QuestionKind, Registration
from services.core.statements import matching
from services.core.work import Work
from services.demo.stage import Stage
from services.events.planning.audience import segments_of
from services.events.questions.answers import LIVE_STATES, answer_questions
from services.events.questions.asking import OptionInput, QuestionInput, ask_question

_STUDY_DAY, _HEALTH = "colloque-sante-trois-lacs", "cadres-sante-trois-lacs"
_TRAINING, _LAURENTIA = "formation-negociation-laurentie", "cadres-agences-laurentie"
_DIETS = ("all", "vegetarian", "vegan", "gluten-free", "other")
_WORKSHOPS = ("recognition", "autonomy", "workload")


async def study_day(stage: Stage) -> None:
    """A diet, for who sees to it alone, and what else to know of it; workshops to choose."""
    async with stage.acting_as(stage.staff[_HEALTH], stage.at(stage.today - timedelta(days=4))) as work:
        event = await work.find_by(Event, slug=_STUDY_DAY)
        diet = await ask_question(
            work,
            event.id,
            key="diet",
            asked=QuestionInput(
                kind=QuestionKind.CHOICE,
                label=_texts("Votre régime alimentaire", "Your diet"),
                help=_texts("Pour le repas de midi.", "For lunch."),
                options=_options(
                    _DIETS,
                    ("Je mange de tout", "Végétarien", "Végane", "Sans gluten", "Autre"),
                    ("I eat everything", "Vegetarian", "Vegan", "Gluten-free", "Other"),
                ),
                required=True,
                sensitive=True,
            ),
        )
        await ask_question(
            work,
            event.id,
            key="diet-details",
            asked=QuestionInput(
                kind=QuestionKind.TEXT,
                label=_texts("Que faut-il savoir de votre régime ?", "What should we know about your diet?"),
                required=True,
                sensitive=True,
                depends_on_id=diet.id,
                depends_on_value="other",
            ),
        )
        await ask_question(
            work,
            event.id,
            key="workshops",
            asked=QuestionInput(
                kind=QuestionKind.CHOICES,
                label=_texts("Les ateliers qui vous intéressent", "The workshops that you are interested in"),
                options=_options(
                    _WORKSHOPS,
                    ("La reconnaissance", "L'autonomie", "La charge de travail"),
                    ("Recognition", "Autonomy", "Workload"),
                ),
            ),
        )
        await ask_question(
            work,
            event.id,
            key="accessibility",
            asked=QuestionInput(
                kind=QuestionKind.LONG_TEXT,
                label=_texts("De quoi avez-vous besoin pour participer ?", "What do you need to take part?"),
                sensitive=True,
            ),
        )
        governors = stage.segments["governors"]
        await ask_question(
            work,
            event.id,
            key="boards-dinner",
            asked=QuestionInput(
                kind=QuestionKind.BOOLEAN,
                label=_texts("Restez-vous au souper des conseils ?", "Will you stay for the boards' dinner?"),
                segment_id=governors,
            ),
        )
        registered = await _registered(work, event)
        on_boards = {person.id for _, person in registered if await segments_of(work, [governors], person.id)}
    for rank, (registration_id, person) in enumerate(registered):
        if rank % 5 == 4:
            continue  # who hasn't come round to it
        diet_key = stage.rng.choice(_DIETS)
        given: dict[str, Any] = {
            "diet": diet_key,
            "workshops": sorted(stage.rng.sample(_WORKSHOPS, 1 + rank % 2)),
        }
        if diet_key == "other":
            given["diet-details"] = "Allergie aux noix"
        if rank == 1:
            given["accessibility"] = "Une salle accessible en fauteuil roulant, s'il vous plaît."
        if person.id in on_boards:
            given["boards-dinner"] = rank % 2 == 0
        await _answer(stage, person, registration_id, given)


async def training(stage: Stage) -> None:
    """A figure, and of who has done it before, what for."""
    async with stage.acting_as(stage.staff[_LAURENTIA], stage.at(stage.today - timedelta(days=4))) as work:
        event = await work.find_by(Event, slug=_TRAINING)
        years = QuestionInput(
            kind=QuestionKind.NUMBER, label=_texts("Années dans un poste de cadre", "Years in a management position")
        )
        again = QuestionInput(
            kind=QuestionKind.BOOLEAN,
            label=_texts("Avez-vous déjà négocié vos conditions ?", "Have you negotiated your conditions before?"),
            required=True,
        )
        await ask_question(work, event.id, key="years", asked=years)
        before = await ask_question(work, event.id, key="negotiated-before", asked=again)
        hopes = QuestionInput(
            kind=QuestionKind.LONG_TEXT,
            label=_texts("Qu'est-ce qui a manqué ?", "What was missing?"),
            depends_on_id=before.id,
            depends_on_value=True,
        )
        await ask_question(work, event.id, key="what-was-missing", asked=hopes)
        registered = await _registered(work, event)
    for rank, (registration_id, person) in enumerate(registered[:10]):
        given = {"years": f"{stage.rng.randrange(2, 49) / 2:g}", "negotiated-before": rank % 3 == 0}
        if rank % 3 == 0:
            given["what-was-missing"] = "Des chiffres sur ce que gagnent les autres."
        await _answer(stage, person, registration_id, given)


def _texts(fr: str, en: str) -> Mapping[str, str]:
    return {"fr": fr, "en": en}


def _options(keys: Sequence[str], fr: Sequence[str], en: Sequence[str]) -> list[OptionInput]:
    return [OptionInput(key=key, label=_texts(*label)) for key, *label in zip(keys, fr, en, strict=True)]


async def _registered(work: Work, event: Event) -> list[tuple[UUID, Person]]:
    """Who is registered and may still answer, by arrival."""
    query = (
        work.select(col(Registration.id), Person)
        .join(Person, matching(Registration.person_id, Person.id))
        .where(
            col(Registration.event_id) == event.id,
            col(Registration.state).in_(LIVE_STATES),
        )
        .order_by(col(Registration.arrival))
    )
    return [(id, person) for id, person in await work.session.execute(query)]


async def _answer(stage: Stage, person: Person, registration_id: UUID, given: Mapping[str, Any]) -> None:
    async with stage.acting_as(person, stage.at(stage.today - timedelta(days=3), 12)) as work:
        await answer_questions(work, registration_id, given)


STEPS = (study_day, training)
