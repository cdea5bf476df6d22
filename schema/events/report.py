"""Follow-up reports of events and the avenues that they propose."""

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
    """A line of action that a report proposes. PUBLIC with its report."""

    number: int = column("Number in the report.")
    title: str | None = localized("Title of the proposal.")


AvenueId = Annotated[UUID, Ref("Avenue", "The avenue.")]


@read_type(models.Report)
class Report(Node):
    """An event's follow-up report. PUBLIC once published, before that visible to STAFF of the event's association."""

    summary: str | None = localized("Summary of what was said at the event.")
    published_at: datetime | None = column("Time of publication; null for a draft.")
    avenues: list[Avenue] = many("Avenues that it proposes, in order.", via="report_id", order=("number",))
    event: Event | None = one("The event.", via="event_id")


@extends(Event)
class _EventReport:
    report: Report | None = one("Its follow-up report.", on=lambda event, row: row.event_id == event.id)
