"""Series of events, whose editions are numbered."""

from collections.abc import Mapping
from uuid import UUID

from models import MANAGE_EVENTS, Association, EventSeries
from services.core.checks import check_slug, check_texts
from services.core.errors import AlreadyExists
from services.core.work import Work


async def create_series(work: Work, *, association_id: UUID, slug: str, name: Mapping[str, str]) -> EventSeries:
    """Create a series. Asks for `events.manage` in the association; a taken slug is AlreadyExists."""
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_EVENTS, association_id)
    series = await work.insert(
        EventSeries(
            association_id=association_id,
            slug=check_slug(slug),
            name=check_texts(work, name, "name"),
        ),
        refused={"uq_event_series_confederation_id_slug": AlreadyExists("event series", path=("slug",))},
    )
    await work.record("event_series.created", series)
    return series
