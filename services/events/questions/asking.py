"""Questions of an event's registration form: adding, changing, retiring and ordering them.

Once answered, a question is frozen: a change creates another version under the same key, and the previous one is
retired with its answers. Until then it is changed in place. Every operation asks for `events.manage`, is possible until
the event is held, and locks the event's questions (`questionnaire`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from models import MANAGE_EVENTS, Answer, Event, Question, QuestionKind, Segment
from services.core.checks import check_slug, check_texts
from services.core.errors import AlreadyExists, InvalidInput, NotFound
from services.core.unset import UNSET, Unset, given
from services.core.work import Work
from services.events.access import BEFORE_HELD
from services.events.errors import QuestionDependedOn, QuestionRetired, TooManyQuestions, WrongEventState
from services.events.questions import answer_values, questionnaire

MOST_QUESTIONS = 50
MOST_OPTIONS = 100

_OF_OPTIONS = (QuestionKind.CHOICE, QuestionKind.CHOICES)
_CONDITIONS = (QuestionKind.BOOLEAN, *_OF_OPTIONS)


@dataclass(frozen=True, kw_only=True)
class OptionInput:
    """An option to choose from. `key`: the stored value, which never changes."""

    key: str
    label: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class QuestionInput:
    """A question.

    `sensitive`: answers are readable with `needs.read` only. `segment_id`: only people in this segment are asked; None:
    everybody. `depends_on_id`: asked only if that question (yes or no, or options) is answered with `depends_on_value`;
    if several options may be chosen, with at least that one.
    """

    kind: QuestionKind
    label: Mapping[str, str]
    help: Mapping[str, str] | None = None
    options: Sequence[OptionInput] = ()
    required: bool = False
    sensitive: bool = False
    segment_id: UUID | None = None
    depends_on_id: UUID | None = None
    depends_on_value: bool | str | None = None


async def ask_question(
    work: Work, event_id: UUID, *, key: str, asked: QuestionInput, rank: int | None = None
) -> Question:
    """Add a question for people who register from now on, at the end unless `rank` says where.

    AlreadyExists for the key of a current question; a retired key continues with its next version. TooManyQuestions
    past fifty. People who have registered are not asked again.
    """
    event = await _managed(work, event_id)
    check_slug(key, "key")
    if rank is not None and not 0 <= rank <= 1_000:
        raise InvalidInput("0 to 1000", f"{rank}", path=("rank",))
    current = await questionnaire.current(work, event.id)
    if any(question.key == key for question in current):
        raise AlreadyExists("question", path=("key",))
    if len(current) >= MOST_QUESTIONS:
        raise TooManyQuestions(MOST_QUESTIONS)
    contents = await _contents(work, event, key, asked, current)
    last = max((question.rank for question in current), default=-1)
    question = await _insert(work, event, key, rank=last + 1 if rank is None else rank, contents=contents)
    await work.record("question.asked", question, data={"event_id": str(event.id), "version": question.version})
    return question


async def change_question(
    work: Work,
    question_id: UUID,
    *,
    kind: Unset | QuestionKind = UNSET,
    label: Unset | Mapping[str, str] = UNSET,
    help: Unset | Mapping[str, str] | None = UNSET,  # noqa: A002 - what the schema calls it
    options: Unset | Sequence[OptionInput] = UNSET,
    required: Unset | bool = UNSET,
    sensitive: Unset | bool = UNSET,
    segment_id: Unset | UUID | None = UNSET,
    depends_on_id: Unset | UUID | None = UNSET,
    depends_on_value: Unset | bool | str | None = UNSET,
) -> Question:
    """Change a question: in place, or as a new version if somebody answered it.

    Returns the current version. Omitted fields are unchanged, except those that lose their meaning: options of a kind
    without options, and the value of a removed condition. QuestionRetired for a version that isn't current;
    QuestionDependedOn if another question depends on an answer that would no longer exist.
    """
    question, event, current = await _found(work, question_id)
    changes = given(
        kind=kind,
        label=label,
        help=help,
        options=options,
        required=required,
        sensitive=sensitive,
        segment_id=segment_id,
        depends_on_id=depends_on_id,
        depends_on_value=depends_on_value,
    )
    asked = _changed(question, changes)
    contents = await _contents(work, event, question.key, asked, current, keeps_segment="segment_id" not in changes)
    if unmet := [other.key for other in await _dependents(work, question, current) if _is_unmet(other, contents)]:
        raise QuestionDependedOn(unmet)
    if all(getattr(question, name) == value for name, value in contents.items()):
        return question
    if await _is_answered(work, question):
        question.retired_at = work.now
        await work.flush()  # before the next version is inserted: only one may be current
        previous = question.id
        question = await _insert(work, event, question.key, rank=question.rank, contents=contents)
        await work.record(
            "question.replaced",
            question,
            data={"event_id": str(event.id), "version": question.version, "previous_id": str(previous)},
        )
    else:
        for name, value in contents.items():
            setattr(question, name, value)
        await work.flush()
        await work.record("question.changed", question, data={"event_id": str(event.id), "version": question.version})
    return question


async def retire_question(work: Work, question_id: UUID) -> Question:
    """Stop asking a question; its answers are kept. QuestionDependedOn while current questions depend on it."""
    question, event, current = await _found(work, question_id)
    if dependents := await _dependents(work, question, current):
        raise QuestionDependedOn([other.key for other in dependents])
    question.retired_at = work.now
    await work.flush()
    await work.record("question.retired", question, data={"event_id": str(event.id), "version": question.version})
    return question


async def reorder_questions(work: Work, event_id: UUID, question_ids: Sequence[UUID]) -> Event:
    """Put all of the event's current questions into this order. Order isn't frozen: it doesn't change meaning."""
    event = await _managed(work, event_id)
    current = {question.id: question for question in await questionnaire.current(work, event.id)}
    if set(question_ids) != current.keys() or len(question_ids) != len(current):
        found = f"{len(current.keys() & set(question_ids))} of {len(current)}"
        raise InvalidInput("every question that is asked, each once", found, path=("questionIds",))
    for rank, question_id in enumerate(question_ids):
        current[question_id].rank = rank
    await work.flush()
    await work.record("event.questions_reordered", event)
    return event


async def _managed(work: Work, event_id: UUID, *path: str) -> Event:
    """The event, locked, for its staff, with its questions locked."""
    event = await work.find_managed(Event, event_id, MANAGE_EVENTS, *path)
    if event.state not in BEFORE_HELD:
        raise WrongEventState(list(BEFORE_HELD), event.state)
    await questionnaire.settle(work, event.id)
    return event


async def _found(work: Work, question_id: UUID) -> tuple[Question, Event, list[Question]]:
    seen = await work.find(Question, question_id, "questionId")
    event = await _managed(work, seen.event_id)
    current = await questionnaire.current(work, event.id)
    for question in current:
        if question.id == question_id:
            return question, event, current
    raise QuestionRetired(next((question.id for question in current if question.key == seen.key), None))


async def _insert(work: Work, event: Event, key: str, *, rank: int, contents: Mapping[str, Any]) -> Question:
    versions = work.select(func.coalesce(func.max(col(Question.version)), 0), of=Question).where(
        col(Question.event_id) == event.id,
        col(Question.key) == key,
    )
    return await work.insert(
        Question(
            event_id=event.id,
            association_id=event.association_id,
            published=event.published,
            key=key,
            version=(await work.session.execute(versions)).scalar_one() + 1,
            rank=rank,
            **contents,
        )
    )


async def _is_answered(work: Work, question: Question) -> bool:
    answered = work.exists(Answer, col(Answer.question_id) == question.id)
    async with work.elevated("an answer that the actor may not see freezes its question as well"):
        return bool(await work.session.scalar(select(answered)))


# What a question is made of


def _changed(question: Question, changes: dict[str, Any]) -> QuestionInput:
    as_it_is = {
        "kind": question.kind,
        "label": question.label,
        "help": question.help,
        "options": [OptionInput(**option) for option in question.options or ()],
        "required": question.required,
        "sensitive": question.sensitive,
        "segment_id": question.segment_id,
        "depends_on_id": question.depends_on_id,
        "depends_on_value": question.depends_on_value,
    }
    if changes.get("kind", question.kind) not in _OF_OPTIONS:
        as_it_is["options"] = ()
    if changes.get("depends_on_id", question.depends_on_id) is None:
        as_it_is["depends_on_value"] = None
    return QuestionInput(**(as_it_is | changes))


async def _contents(
    work: Work,
    event: Event,
    key: str,
    asked: QuestionInput,
    current: Sequence[Question],
    *,
    keeps_segment: bool = False,
) -> dict[str, Any]:
    """The columns of a question that are frozen once it is answered.

    `keeps_segment`: its segment is unchanged, so the actor needn't see it.
    """
    if asked.segment_id is not None and not keeps_segment:
        await work.find(Segment, asked.segment_id, "segmentId")
    depends_on = await _depends_on(work, event, key, asked, current)
    return {
        "kind": asked.kind,
        "label": check_texts(work, asked.label, "label", most=500),
        "help": None if asked.help is None else check_texts(work, asked.help, "help", most=2_000),
        "options": _options(work, asked),
        "required": asked.required,
        "sensitive": asked.sensitive,
        "segment_id": asked.segment_id,
        "depends_on_id": depends_on and depends_on.id,
        "depends_on_value": depends_on and _condition(depends_on, asked.depends_on_value),
    }


def _options(work: Work, asked: QuestionInput) -> list[dict[str, Any]] | None:
    if asked.kind not in _OF_OPTIONS:
        if asked.options:
            raise InvalidInput(f"no options for a question of {asked.kind}", f"{len(asked.options)}", path=("options",))
        return None
    if not 1 <= len(asked.options) <= MOST_OPTIONS:
        raise InvalidInput(f"1 to {MOST_OPTIONS} options", f"{len(asked.options)}", path=("options",))
    keys: set[str] = set()
    options = []
    for rank, option in enumerate(asked.options):
        path = ("options", str(rank))
        check_slug(option.key, *path, "key")
        if option.key in keys:
            raise InvalidInput("each option once", option.key, path=(*path, "key"))
        keys.add(option.key)
        options.append({"key": option.key, "label": check_texts(work, option.label, *path, "label")})
    return options


async def _depends_on(
    work: Work, event: Event, key: str, asked: QuestionInput, current: Sequence[Question]
) -> Question | None:
    """The question that this one depends on: the current version, whichever version was named."""
    if asked.depends_on_id is None:
        if asked.depends_on_value is not None:
            raise InvalidInput("the question that it depends on", "none", path=("dependsOnId",))
        return None
    path = ("dependsOnId",)
    named = await work.find(Question, asked.depends_on_id, *path)
    on = next((question for question in current if question.key == named.key), None)
    if named.event_id != event.id or on is None:
        raise NotFound("question", path=path)
    if on.kind not in _CONDITIONS:
        raise InvalidInput("a question of yes or no, or of options", on.kind, path=path)
    if on.sensitive and not asked.sensitive:
        # An answer to it would reveal the answer to the other.
        raise InvalidInput("a sensitive question, as what it depends on", "one that isn't", path=("sensitive",))
    keys = await questionnaire.keys_depended_on(work, list(current))
    above = {question.key: keys.get(question.id) for question in current}
    step: str | None = on.key
    while step is not None:
        if step == key:
            raise InvalidInput("a question that doesn't depend on this one", on.key, path=path)
        step = above.get(step)
    return on


def _condition(on: Question, value: bool | str | None) -> bool | str:
    path = ("dependsOnValue",)
    try:
        wanted = answer_values.canonical(on, [value] if on.kind is QuestionKind.CHOICES and value else value)
    except answer_values.Faulty as faulty:
        raise InvalidInput(f"an answer to {on.key}", faulty.fault, path=path) from None
    if wanted is None:
        raise InvalidInput(f"an answer to {on.key}", "none", path=path)
    return wanted[0] if isinstance(wanted, list) else wanted  # type: ignore[no-any-return]


async def _dependents(work: Work, question: Question, current: Sequence[Question]) -> list[Question]:
    keys = await questionnaire.keys_depended_on(work, list(current))
    return [other for other in current if keys.get(other.id) == question.key]


def _is_unmet(dependent: Question, contents: Mapping[str, Any]) -> bool:
    """Whether a dependent question could no longer be asked, or would reveal the answer, with these contents."""
    wanted, kind = dependent.depends_on_value, contents["kind"]
    if contents["sensitive"] and not dependent.sensitive:
        return True
    if kind is QuestionKind.BOOLEAN:
        return not isinstance(wanted, bool)
    return kind not in _OF_OPTIONS or all(option["key"] != wanted for option in contents["options"])
