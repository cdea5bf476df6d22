"""What a file asks for: numbered demands, some from the avenues of follow-up reports, each with a life of its own."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col

from models import AdvocacyFile, Avenue, Demand, DemandState, TimelineEntry, TimelineKind
from services.advocacy.access import check_day, managed_demand, managed_file
from services.advocacy.changes import changed, part_of
from services.advocacy.errors import WrongDemandState
from services.core.checks import check_text, check_texts
from services.core.errors import AlreadyExists, InvalidInput
from services.core.work import Work

MOST_DEMANDS = 200
"""How many demands a file has at the most."""

_S = DemandState

NEXT_DEMAND_STATES: dict[DemandState, tuple[DemandState, ...]] = {
    _S.DRAFTED: (_S.TABLED, _S.WITHDRAWN),
    _S.TABLED: (_S.IN_NEGOTIATION, _S.AGREED, _S.REFUSED, _S.WITHDRAWN),
    _S.IN_NEGOTIATION: (_S.AGREED, _S.REFUSED, _S.WITHDRAWN),
    _S.REFUSED: (_S.TABLED, _S.WITHDRAWN),
    _S.AGREED: (),
    _S.WITHDRAWN: (),
}
"""Where a demand may go from where it is: one that is refused may be tabled again, with whomever."""

_ACTIONS = {
    _S.TABLED: "demand.tabled",
    _S.IN_NEGOTIATION: "demand.negotiated",
    _S.AGREED: "demand.agreed",
    _S.REFUSED: "demand.refused",
    _S.WITHDRAWN: "demand.withdrawn",
}


async def draft_demand(
    work: Work,
    file_id: UUID,
    *,
    title: Mapping[str, str],
    details: Mapping[str, str] | None = None,
    avenue_id: UUID | None = None,
) -> Demand:
    """Draft the file's next demand, in words of its own. `avenue_id`: the avenue that it comes from.

    Asks for `advocacy.manage` in the lead; an avenue is refused as in `take_up_avenue`.
    """
    file = await managed_file(work, file_id)
    texts = check_texts(work, title, "title", most=500)
    more = None if details is None else check_texts(work, details, "details", most=5000)
    if avenue_id is not None:
        await _published(work, avenue_id)
    return await _draft(work, file, texts, more, avenue_id)


async def take_up_avenue(work: Work, file_id: UUID, avenue_id: UUID) -> Demand:
    """Make an avenue of a published report the file's next demand, in the report's words.

    Asks for `advocacy.manage` in the lead. InvalidInput for an avenue of a report that isn't published: it may be
    written anew. AlreadyExists where the file took it up before, whatever became of it.
    """
    file = await managed_file(work, file_id)
    avenue = await _published(work, avenue_id)
    return await _draft(work, file, avenue.title, None, avenue_id)


async def change_demand(
    work: Work,
    demand_id: UUID,
    state: DemandState,
    *,
    on: date | None = None,
    counterpart: str | None = None,
    due_on: date | None = None,
) -> Demand:
    """Take a demand the next step of its life, today or `on` an earlier day. Asks for `advocacy.manage` in the lead.

    It is tabled with a counterpart, the earlier one by default, who is to answer by `due_on`; both are InvalidInput in
    any other step. WrongDemandState where the step isn't one in `NEXT_DEMAND_STATES`.
    """
    file, demand = await managed_demand(work, demand_id)
    if state is _S.DRAFTED:
        raise InvalidInput(f"one of {', '.join(_ACTIONS)}", state, path=("state",))
    if state not in NEXT_DEMAND_STATES[demand.state]:
        raise WrongDemandState([before for before, steps in NEXT_DEMAND_STATES.items() if state in steps], demand.state)
    day = check_day(work, on, "on", since=demand.state_on)
    if state is _S.TABLED:
        _table(demand, day, counterpart, due_on)
    else:
        for name, given in (("counterpart", counterpart), ("dueOn", due_on)):
            if given is not None:
                raise InvalidInput(f"none, except with {_S.TABLED}", f"{given}", path=(name,))
    before, demand.state, demand.state_on = demand.state, state, day
    await work.flush()
    await changed(work, file, demand, _ACTIONS[state], _happened(file, demand), data={"before": before, "on": f"{day}"})
    return demand


def _table(demand: Demand, day: date, counterpart: str | None, due_on: date | None) -> None:
    if counterpart is not None:
        demand.counterpart = check_text(counterpart, "counterpart")
    if demand.counterpart is None:
        raise InvalidInput("with whom it is tabled", "nobody", path=("counterpart",))
    if due_on is not None and due_on < day:
        raise InvalidInput(f"{day} or later", f"{due_on}", path=("dueOn",))
    demand.due_on = due_on


async def _published(work: Work, avenue_id: UUID) -> Avenue:
    avenue = await work.find(Avenue, avenue_id, "avenueId")
    if not avenue.published:
        raise InvalidInput("an avenue of a published report", "one of a draft", path=("avenueId",))
    return avenue


async def _draft(
    work: Work,
    file: AdvocacyFile,
    title: dict[str, str],
    details: dict[str, str] | None,
    avenue_id: UUID | None,
) -> Demand:
    # The file's lock lets one in at a time, and demands stay: each number follows the last, without gaps.
    last = work.select(func.max(Demand.number), of=Demand).where(col(Demand.file_id) == file.id)
    number = 1 + (await work.session.scalar(last) or 0)
    if number > MOST_DEMANDS:
        raise InvalidInput(f"{MOST_DEMANDS} demands at the most", "one more", path=("advocacyFileId",))
    demand = await work.insert(
        Demand(
            **part_of(file),
            number=number,
            title=title,
            details=details,
            origin_id=avenue_id,
            state=_S.DRAFTED,
            state_on=work.today,
        ),
        refused={"an_avenue_once_a_file": AlreadyExists("demand", path=("avenueId",))},
    )
    await changed(work, file, demand, "demand.drafted", _happened(file, demand), data={"number": number})
    return demand


def _happened(file: AdvocacyFile, demand: Demand) -> TimelineEntry:
    return TimelineEntry(
        **part_of(file),
        kind=TimelineKind.DEMAND_CHANGED,
        happened_on=demand.state_on,
        demand_id=demand.id,
        demand_state=demand.state,
    )
