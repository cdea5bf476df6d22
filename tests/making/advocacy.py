"""Advocacy files, and everything in them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models import (
    AdvocacyFile,
    AdvocacyFileState,
    AdvocacyNotice,
    AdvocacyPosition,
    AdvocacyTheme,
    AdvocacyWatch,
    Association,
    Confidentiality,
    Demand,
    DemandAnswer,
    DemandState,
    JournalEntry,
    Person,
    Stance,
    TimelineEntry,
    TimelineKind,
)
from tests.making.base import LONG_AGO, number, texts
from tests.making.people import PeopleMaker


class AdvocacyMaker(PeopleMaker):
    """Makes files, each part as confidential as its file."""

    async def advocacy_file(
        self,
        association: Association | None = None,
        confidentiality: Confidentiality = Confidentiality.PUBLIC,
        state: AdvocacyFileState = AdvocacyFileState.OPEN,
        joined_by: Sequence[Association] = (),
        **columns: Any,
    ) -> AdvocacyFile:
        """A file since long ago, led by the association. Nobody has taken a position."""
        association = association or await self.home()
        count = number()
        return await self.add(
            AdvocacyFile,
            columns,
            association_id=association.id,
            association_ids=[association.id, *(other.id for other in joined_by)],
            slug=f"file-{count}",
            title=texts(f"Dossier n° {count}", f"File No. {count}"),
            theme=AdvocacyTheme.WORKLOAD,
            state=state,
            confidentiality=confidentiality,
            opened_on=LONG_AGO,
            closed_on=LONG_AGO if state is AdvocacyFileState.CLOSED else None,
        )

    async def stance(
        self,
        file: AdvocacyFile,
        association: Association,
        stance: Stance = Stance.SUPPORTS,
        taken_on: date = LONG_AGO,
        **columns: Any,
    ) -> AdvocacyPosition:
        """An association's position on a file."""
        of = {"participant_id": association.id, "stance": stance, "taken_on": taken_on}
        return await self.add(AdvocacyPosition, columns, **_part_of(file), **of)

    async def demand(self, file: AdvocacyFile, state: DemandState = DemandState.DRAFTED, **columns: Any) -> Demand:
        """The file's next demand, in its state since long ago; one that was tabled has a counterpart."""
        count = 1 + await self.count(Demand, file_id=file.id)
        return await self.add(
            Demand,
            columns,
            **_part_of(file),
            number=count,
            title=texts(f"Revendication n° {count}", f"Demand No. {count}"),
            state=state,
            state_on=LONG_AGO,
            counterpart=None if state is DemandState.DRAFTED else "Ministère des Lacs",
        )

    async def demand_answer(self, demand: Demand, *, published: bool = True, **columns: Any) -> DemandAnswer:
        """An answer that was decided yesterday."""
        return await self.add(
            DemandAnswer,
            columns,
            **_part_of(demand, demand.file_id),
            demand_id=demand.id,
            text=texts("Accordé.", "Granted."),
            decided_on=_yesterday(),
            published_on=_yesterday() if published else None,
        )

    async def entry(
        self, file: AdvocacyFile, kind: TimelineKind = TimelineKind.MEETING, **columns: Any
    ) -> TimelineEntry:
        """Something that happened yesterday."""
        said = {"happened_on": _yesterday(), "title": texts("Rencontre", "Meeting")}
        return await self.add(TimelineEntry, columns, **_part_of(file), kind=kind, **said)

    async def watch(self, file: AdvocacyFile, watcher: Person | Association) -> AdvocacyWatch:
        """Somebody keeps an eye on the file."""
        return await self.add(AdvocacyWatch, {}, **_part_of(file), **_watcher(watcher), since=LONG_AGO)

    async def notice(self, file: AdvocacyFile, watcher: Person | Association, **columns: Any) -> AdvocacyNotice:
        """Somebody is told of a change of the file."""
        action, now = "advocacy_file.moved", datetime.now(UTC)
        said = {"subject_type": "AdvocacyFile", "subject_id": file.id, "association_id": file.association_id}
        entry = await self.add(JournalEntry, {}, at=now, action=action, actor="system", **said)
        told = _part_of(file) | _watcher(watcher)
        return await self.add(AdvocacyNotice, columns, **told, entry_id=entry.id, action=action, at=now)


def _part_of(row: AdvocacyFile | Demand, file_id: Any = None) -> dict[str, Any]:
    """What a part has of its file, or of another part."""
    carried = {name: getattr(row, name) for name in ("association_id", "association_ids", "confidentiality")}
    return {"file_id": file_id or row.id, **carried}


def _watcher(watcher: Person | Association) -> dict[str, Any]:
    return {"person_id" if isinstance(watcher, Person) else "watcher_id": watcher.id}


def _yesterday() -> date:
    """A day that is past wherever the confederation is."""
    return (datetime.now(UTC) - timedelta(days=1)).date()
