"""Follow-up reports and the avenues that they propose."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import models
from schema.base.ids import Ref
from schema.compiler.declare import column, extends, localized, many, one, read_type
from schema.events.event import Event
from schema.reading.relay import Node


@read_type(models.Avenue)
class Avenue(Node):
    """Something that a report proposes to pursue. PUBLIC with its report."""

    number: int = column("Its number in the report.")
    title: str | None = localized("What it proposes.")


AvenueId = Annotated[UUID, Ref("Avenue", "The avenue.")]


@read_type(models.Report)
class Report(Node):
    """An event's follow-up report. PUBLIC once published, else STAFF of the event's association."""

    summary: str | None = localized("What was said.")
    published_at: datetime | None = column("When it was published.")
    avenues: list[Avenue] = many("What it proposes to pursue, in order.", via="report_id", order=("number",))
    event: Event | None = one("The event.", via="event_id")


@extends(Event)
class _EventReport:
    report: Report | None = one("Its follow-up report.", on=lambda event, row: row.event_id == event.id)
