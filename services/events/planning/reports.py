"""The follow-up report of an event, and its avenues."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import col

from models import Avenue, EventState, MailKind, Report
from services.core.checks import check_texts
from services.core.errors import NotFound
from services.core.work import Work
from services.events import access, mail
from services.events.errors import WrongEventState
from services.events.planning import life


async def draft_report(
    work: Work, event_id: UUID, *, summary: Mapping[str, str], avenues: Sequence[Mapping[str, str]] = ()
) -> Report:
    """Write the report of an event that was held, or rewrite it until it is published.

    Avenues are numbered from one in the given order. WrongEventState before the event is held and once its report is
    published, because others may refer to it. Asks for `events.manage`.
    """
    event = await access.managed_event(work, event_id)
    if event.state is not EventState.HELD:
        raise WrongEventState([EventState.HELD], event.state)
    texts = check_texts(work, summary, "summary", most=20_000)
    titles = [check_texts(work, title, "avenues", str(rank), most=500) for rank, title in enumerate(avenues)]
    # The event's lock serializes drafts.
    report = await _report(work, event_id)
    if report is None:
        report = await work.insert(Report(event_id=event.id, association_id=event.association_id, summary=texts))
    else:
        report.summary = texts
        await work.session.execute(work.delete(Avenue, col(Avenue.report_id) == report.id))
    work.session.add_all(
        Avenue(
            report_id=report.id,
            association_id=event.association_id,
            number=number,
            title=title,
        )
        for number, title in enumerate(titles, start=1)
    )
    await work.flush()
    await work.record("report.drafted", report, data={"event_id": str(event.id), "avenues": len(titles)})
    return report


async def publish_report(work: Work, event_id: UUID) -> Report:
    """Publish the report and its avenues; the event becomes REPORTED, and attendees are notified.

    NotFound without a draft, WrongEventState unless the event was held. Asks for `events.manage`.
    """
    event = await life.enter(work, event_id, EventState.REPORTED)
    report = await _report(work, event_id)
    if report is None:
        raise NotFound("report")
    report.published_at = work.now
    await work.flush()
    await work.record("report.published", report, data={"event_id": str(event.id)})
    entry = await work.record("event.reported", event, data={"report_id": str(report.id)})
    await mail.announce_to_all(work, event, MailKind.REPORT, entry.id)
    return report


async def _report(work: Work, event_id: UUID) -> Report | None:
    query = work.select(Report).where(col(Report.event_id) == event_id)
    return (await work.session.execute(query)).scalar_one_or_none()
