"""What advocacy tests look at."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import (
    AdvocacyFile,
    AdvocacyNotice,
    AdvocacyPosition,
    AdvocacyWatch,
    Demand,
    DemandAnswer,
    JournalEntry,
    Person,
    TimelineEntry,
)
from models.base.records import TenantRow
from tests.making import Maker

PARTS: tuple[type[TenantRow], ...] = (
    AdvocacyPosition,
    Demand,
    DemandAnswer,
    TimelineEntry,
    AdvocacyWatch,
    AdvocacyNotice,
)
FILE_AND_PARTS: tuple[type[TenantRow], ...] = (AdvocacyFile, *PARTS)
TABLES: tuple[type[TenantRow], ...] = (*FILE_AND_PARTS, JournalEntry)


async def picture(make: Maker) -> dict[str, list[dict[str, Any]]]:
    """Every row that an operation on files could have written: compared before and after a refusal."""
    found = await make.everything(*TABLES)
    return {model.__name__: [row.model_dump() for row in rows] for model, rows in zip(TABLES, found, strict=True)}


async def seen(make: Maker, who: Person | None, file_id: UUID) -> set[str]:
    """In which tables somebody sees rows of a file."""
    found = set()
    async with make.acting_as(who) as work:
        for model in FILE_AND_PARTS:
            of = {"id" if model is AdvocacyFile else "file_id": file_id}
            if (await work.session.execute(select(col(model.id)).filter_by(**of))).first():
                found.add(model.__name__)
    return found


async def told(make: Maker, who: Person) -> list[str]:
    """What somebody reads in their own notices, in order."""
    return [notice.action for notice in await make.all_as(who, AdvocacyNotice, person_id=who.id)]
