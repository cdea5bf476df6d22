"""What staff do to events: plan, publish, open, close, cancel, hold, report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import models
from schema.base.inputs import Named, OneOf, Texts
from schema.events.event import Event, EventId, EventSeriesId, SeatPool, SeatPoolId
from schema.events.report import Report
from schema.mutations.declare import mutation
from schema.people.segment import SegmentId
from schema.tenancy.federation import AssociationId
from services.core.errors import AlreadyExists, InvalidInput
from services.core.unset import UNSET, Unset, given
from services.core.work import Work
from services.events.errors import BelowTaken, RoleInUse, WrongEventState
from services.events.planning import life, planning, reports, rules
from services.events.seats import capacity

_SMALLER = "Whether a party that fits may be served before a larger one that is ahead of it and doesn't."


@dataclass(frozen=True)
class HostInput(planning.HostInput):
    """An association that hosts an event."""

    association_id: Annotated[AssociationId, "Which association."]
    role: Annotated[models.HostRole, "Role: host or partner."]


@dataclass(frozen=True)
class SpeakerInput(planning.SpeakerInput):
    """Somebody who speaks at an event."""

    name: Annotated[str, "Their name, as the programme prints it."]
    title: Annotated[Texts | None, "What they are."] = None


@dataclass(frozen=True)
class SeatPoolInput(planning.PoolInput):
    """Seats of one format."""

    format: Annotated[models.EventFormat, "Where these seats are: in person or online."]
    capacity: Annotated[int | None, "How many there are; null without a limit."] = None


@dataclass(frozen=True)
class AudienceInput(planning.AudienceInput):
    """A segment that an event is for."""

    segment_id: Annotated[SegmentId, "Which segment."]
    by_interest: Annotated[bool, "True if open to expressions of interest, without an invitation."] = False
    opens_at: Annotated[datetime | None, "When registration begins for them."] = None


@mutation(Event, problems=(AlreadyExists,))
async def create_event(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Who organises it."],
    slug: Annotated[str, "Its name in addresses: lower-case letters, digits and hyphens."],
    title: Annotated[Texts, "What it is called."],
    kind: Annotated[models.EventKind, "What people come together for."],
    format: Annotated[models.EventFormat, "Where people take part."],
    starts_at: Annotated[datetime, "When it starts."],
    ends_at: Annotated[datetime, "When it ends."],
    time_zone: Annotated[str | None, "Where, as the IANA database names it; by default the confederation's."] = None,
    summary: Annotated[Texts | None, "What it is about."] = None,
    venue: Annotated[str | None, "The venue."] = None,
    city: Annotated[str | None, "The city."] = None,
    languages: Annotated[
        list[str] | None, "The languages it is held in, by their codes; by default the confederation's."
    ] = None,
    event_series_id: Annotated[EventSeriesId | None, "The series that it is an edition of."] = None,
    edition: Annotated[int | None, "Which edition; by default the next."] = None,
    follow_up_to_id: Annotated[EventId | None, "The event that it follows up."] = None,
    registration_opens_at: Annotated[
        datetime | None, "When registration begins; null: as soon as it is opened."
    ] = None,
    registration_closes_at: Annotated[datetime | None, "When registration ends; null: when it starts."] = None,
    hosts: Annotated[Sequence[HostInput], "Who hosts it; by default who organises."] = (),
    speakers: Annotated[Sequence[SpeakerInput], "Who speaks, in order."] = (),
    seat_pools: Annotated[
        Sequence[SeatPoolInput], Named("pools"), "Its seats by format; by default without a limit."
    ] = (),
    audiences: Annotated[Sequence[AudienceInput], "Whom it is for; nobody named: everybody."] = (),
    offer_hours: Annotated[
        int | None, "For how many hours a freed seat is offered to who waits; null: confirmed at once."
    ] = None,
    largest_party: Annotated[int, "How many seats one registration may have."] = 1,
    smaller_parties_may_pass: Annotated[bool, _SMALLER] = False,
    counts_speakers: Annotated[bool, "Whether speakers take seats."] = True,
    counts_staff: Annotated[bool, "Whether staff take seats."] = True,
) -> models.Event:
    """Plan an event, as a draft. Asks for `events.manage` in the association that organises it."""
    return await planning.plan_event(
        work,
        association_id=association_id,
        slug=slug,
        title=title,
        kind=kind,
        format=format,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=time_zone,
        summary=summary,
        venue=venue,
        city=city,
        languages=languages,
        series_id=event_series_id,
        edition=edition,
        follow_up_to_id=follow_up_to_id,
        registration_opens_at=registration_opens_at,
        registration_closes_at=registration_closes_at,
        hosts=hosts,
        speakers=speakers,
        pools=seat_pools,
        audiences=audiences,
        rules=rules.RegistrationRules(
            offer_hours=offer_hours,
            largest_party=largest_party,
            smaller_parties_may_pass=smaller_parties_may_pass,
            counts_speakers=counts_speakers,
            counts_staff=counts_staff,
        ),
    )


@mutation(Event, problems=(WrongEventState,))
async def publish_event(work: Work, *, event_id: EventId) -> models.Event:
    """Let everybody see a draft. Asks for `events.manage`."""
    return await life.publish_event(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def open_registration(work: Work, *, event_id: EventId) -> models.Event:
    """Let people register for a published event. Asks for `events.manage`."""
    return await life.open_registration(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def close_registration(work: Work, *, event_id: EventId) -> models.Event:
    """Let nobody else register. Asks for `events.manage`."""
    return await life.close_registration(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def hold_event(work: Work, *, event_id: EventId) -> models.Event:
    """Say that an event took place: who was confirmed and did not come was absent. Asks for `events.manage`."""
    return await life.hold_event(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def cancel_event(
    work: Work,
    *,
    event_id: EventId,
    reason: Annotated[Texts | None, "Why, for everybody to read."] = None,
) -> models.Event:
    """Cancel an event and every live registration for it. Asks for `events.manage`."""
    return await life.cancel_event(work, event_id, reason=reason)


@mutation(Event, problems=(WrongEventState,))
async def postpone_event(
    work: Work,
    *,
    event_id: EventId,
    starts_at: Annotated[datetime, "When it starts now: later than before."],
    ends_at: Annotated[datetime, "When it ends now."],
) -> models.Event:
    """Move an event to a later date. Registrations stand; it is opened anew for others. Asks for `events.manage`."""
    return await life.postpone_event(work, event_id, starts_at=starts_at, ends_at=ends_at)


@mutation(Event, problems=(WrongEventState, RoleInUse))
async def update_registration_rules(
    work: Work,
    *,
    event_id: EventId,
    offer_hours: Annotated[
        Unset | int | None, "For how many hours a freed seat is offered to who waits; null: confirmed at once."
    ] = UNSET,
    largest_party: Annotated[Unset | int, "How many seats one registration may have."] = UNSET,
    smaller_parties_may_pass: Annotated[Unset | bool, _SMALLER] = UNSET,
    counts_speakers: Annotated[Unset | bool, "Whether speakers take seats."] = UNSET,
    counts_staff: Annotated[Unset | bool, "Whether staff take seats."] = UNSET,
) -> models.Event:
    """Change how an event registers people, any time before it is held. Asks for `events.manage`."""
    return await rules.configure_registration(
        work,
        event_id,
        **given(
            offer_hours=offer_hours,
            largest_party=largest_party,
            smaller_parties_may_pass=smaller_parties_may_pass,
            counts_speakers=counts_speakers,
            counts_staff=counts_staff,
        ),
    )


@dataclass(frozen=True)
class SeatLimitInput(OneOf):
    """How many seats there are: a number, or no limit."""

    seats: Annotated[int | None, "How many."] = None
    unlimited: Annotated[bool | None, "`true`: there is no limit."] = None

    @property
    def capacity(self) -> int | None:
        """The number; None without a limit. InvalidInput where it is neither."""
        if self.seats is None and not self.unlimited:
            raise InvalidInput("true, or a number of seats", "false", path=("limit", "unlimited"))
        return self.seats


@mutation(SeatPool, problems=(BelowTaken, WrongEventState))
async def update_seat_pool(
    work: Work,
    *,
    seat_pool_id: SeatPoolId,
    limit: Annotated[SeatLimitInput, Named("capacity"), "How many seats there are from now on."],
) -> models.SeatPool:
    """Change how many seats there are, never below those taken or kept; new ones go to who waits.

    Asks for `events.manage`.
    """
    return await capacity.change_capacity(work, seat_pool_id, limit.capacity)


@dataclass(frozen=True)
class AvenueInput:
    """An avenue that a report proposes."""

    title: Annotated[Texts, "What it proposes."]


@mutation(Report, problems=(WrongEventState,))
async def draft_report(
    work: Work,
    *,
    event_id: EventId,
    summary: Annotated[Texts, "What was said."],
    avenues: Annotated[Sequence[AvenueInput], "What it proposes, in order."] = (),
) -> models.Report:
    """Write an event's follow-up report, or write it anew until it is published. Asks for `events.manage`."""
    return await reports.draft_report(work, event_id, summary=summary, avenues=[avenue.title for avenue in avenues])


@mutation(Report, problems=(WrongEventState,))
async def publish_report(work: Work, *, event_id: EventId) -> models.Report:
    """Publish an event's follow-up report: the event is reported. Asks for `events.manage`."""
    return await reports.publish_report(work, event_id)
