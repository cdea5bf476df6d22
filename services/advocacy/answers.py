"""Counterparts' answers to demands: recorded with the day of the decision, and published later or not at all."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from models import AdvocacyFile, DemandAnswer, DemandState, TimelineEntry, TimelineKind
from services.advocacy.access import check_day, managed_demand
from services.advocacy.changes import changed, part_of
from services.advocacy.errors import AnswerAlreadyPublished, WrongDemandState
from services.core.checks import check_texts
from services.core.work import Work

_TABLED: list[DemandState] = [
    state for state in DemandState if state not in (DemandState.DRAFTED, DemandState.WITHDRAWN)
]


async def record_answer(
    work: Work, demand_id: UUID, *, text: Mapping[str, str], decided_on: date, published_on: date | None = None
) -> DemandAnswer:
    """Record the counterpart's decision, in its words. Asks for `advocacy.manage` in the lead association.

    Until it is published, only staff read it and nobody is notified. WrongDemandState if the demand was never tabled.
    """
    file, demand = await managed_demand(work, demand_id)
    if demand.counterpart is None:  # a withdrawn demand may have been tabled before
        raise WrongDemandState(_TABLED, demand.state)
    answer = await work.insert(
        DemandAnswer(
            **part_of(file),
            demand_id=demand.id,
            text=check_texts(work, text, "text", most=20_000),
            decided_on=check_day(work, decided_on, "decidedOn"),
        )
    )
    await work.record("demand_answer.recorded", answer, data={"file_id": str(file.id), "demand_id": str(demand.id)})
    if published_on is not None:
        await _publish(work, file, answer, published_on, "publishedOn")
    return answer


async def publish_answer(work: Work, answer_id: UUID, *, on: date | None = None) -> DemandAnswer:
    """Publish an answer to all readers of the file, dated today or `on` an earlier day.

    AnswerAlreadyPublished if it is; InvalidInput for a day before the decision. Asks for `advocacy.manage` in the lead
    association.
    """
    seen = await work.find(DemandAnswer, answer_id, "demandAnswerId")
    file, _ = await managed_demand(work, seen.demand_id)
    answer = await work.find(DemandAnswer, answer_id, "demandAnswerId", lock=True)
    if answer.published_on is not None:
        raise AnswerAlreadyPublished(answer.published_on)
    await _publish(work, file, answer, on, "on")
    return answer


async def _publish(work: Work, file: AdvocacyFile, answer: DemandAnswer, on: date | None, path: str) -> None:
    answer.published_on = check_day(work, on, path, since=answer.decided_on)
    await work.flush()
    happened = TimelineEntry(
        **part_of(file),
        kind=TimelineKind.ANSWER_PUBLISHED,
        happened_on=answer.published_on,
        demand_id=answer.demand_id,
    )
    await changed(work, file, answer, "demand_answer.published", happened, data={"demand_id": str(answer.demand_id)})
