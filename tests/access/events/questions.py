"""Questions of an event that is published and of a draft, and Ana's answers."""

from typing import Any

from models import Event, QuestionKind, Registration, Segment
from tests.access.world import World
from tests.making import texts

AFTER = ("events.planning", "events.registrations", "people.segments")

WAYS = {"published": "published", "closed": "draft"}


async def rows(world: World) -> None:
    """Of each event one that decides whether another is asked, which has a value of everything."""
    make = world.make
    confirmed = world.row(Registration, "confirmed")
    for way, event in WAYS.items():
        of = world.row(Event, event)
        meal = await make.question(of, "meal", QuestionKind.BOOLEAN, sensitive=True)
        world.named(f"Question meal of {way}", meal)
        dishes = await make.question(
            of,
            "dishes",
            QuestionKind.CHOICES,
            options=["fish", "tofu"],
            depends_on=meal,
            depends_on_value=True,
            help=texts("Un ou plusieurs", "One or more"),
            sensitive=True,
            segment_id=world.row(Segment, way).id,
        )
        world.add(f"Question {way}", dishes)
        on = f'node(id: "{world.ids[f"Question {way}"]}") {{ ... on Question'
        world.reached("QuestionOption", f"of {way}", on, "options")
        if way == "published":
            world.add("Answer sensitive", await make.answer(confirmed, dishes, ["fish"]))
    workshop = await make.question(world.row(Event, "published"), "workshop")
    world.named("Question workshop", workshop)
    world.add("Answer open", await make.answer(confirmed, workshop, "Le statut"))


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff ask, and what people answer."""
    ids = world.ids
    asked = {"kind": "TEXT", "label": [{"locale": "FR", "text": "Quoi ?"}]}

    after = {
        "segmentId": ids["Segment published"],
        "dependsOnId": ids["Question meal of published"],
        "dependsOnValue": "true",
        "sensitive": True,
    }

    def event(**given: Any) -> dict[str, dict[str, Any]]:
        return {f"of {name}": {"eventId": ids[f"Event {name}"]} | given for name in ("published", "draft")}

    def question(**given: Any) -> dict[str, dict[str, Any]]:
        return {way: {"questionId": ids[f"Question {way}"]} | given for way in WAYS}

    def order(way: str) -> list[str]:
        workshop = [ids["Question workshop"]] if way == "published" else []
        return [*workshop, ids[f"Question {way}"], ids[f"Question meal of {way}"]]

    return {
        "createQuestion": event(key="asked", **asked)
        | {"after another": event(key="asked", **asked, **after)["of published"]},
        "updateQuestion": question(**asked) | {"after another": question(**asked, **after)["published"]},
        "retireQuestion": question(),
        "reorderQuestions": {
            f"of {name}": {"eventId": ids[f"Event {name}"], "questionIds": order(way)} for way, name in WAYS.items()
        },
        "answerQuestions": {
            "confirmed": {
                "registrationId": ids["Registration confirmed"],
                "answers": [{"key": "workshop", "value": "Le mentorat"}],
            }
        },
    }
