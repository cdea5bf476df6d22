"""Mutations of events by staff: planning, publishing, opening and closing registration, cancelling, holding and
reporting.
"""

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

_SMALLER = (
    "True if a smaller party that fits the free seats may be served before a larger one that is ahead of it "
    "and does not fit."
)


@dataclass(frozen=True)
class HostInput(planning.HostInput):
    """An association that hosts an event."""

    association_id: Annotated[AssociationId, "The association."]
    role: Annotated[models.HostRole, "Role: host or partner."]


@dataclass(frozen=True)
class SpeakerInput(planning.SpeakerInput):
    """A speaker at an event."""

    name: Annotated[str, "Name, as printed in the programme."]
    title: Annotated[Texts | None, "Title or position of the speaker."] = None


@dataclass(frozen=True)
class SeatPoolInput(planning.PoolInput):
    """The seats of one format."""

    format: Annotated[models.EventFormat, "Format of the seats: in person or online."]
    capacity: Annotated[int | None, "Number of seats; null if there is no limit."] = None


@dataclass(frozen=True)
class AudienceInput(planning.AudienceInput):
    """A segment that an event is meant for."""

    segment_id: Annotated[SegmentId, "The segment."]
    by_interest: Annotated[bool, "True if open to expressions of interest, without an invitation."] = False
    opens_at: Annotated[
        datetime | None, "Start of registration for the segment; null: when registration begins for everybody."
    ] = None


@mutation(Event, problems=(AlreadyExists,))
async def create_event(
    work: Work,
    *,
    association_id: Annotated[AssociationId, "Association that organises the event."],
    slug: Annotated[str, "Name in URLs: lower-case letters, digits and hyphens."],
    title: Annotated[Texts, "Title."],
    kind: Annotated[models.EventKind, "Kind of event."],
    format: Annotated[models.EventFormat, "Format: in person, online, or both."],
    starts_at: Annotated[datetime, "Start of the event."],
    ends_at: Annotated[datetime, "End of the event."],
    time_zone: Annotated[str | None, "Time zone, as an IANA name; by default the confederation's."] = None,
    summary: Annotated[Texts | None, "Summary."] = None,
    venue: Annotated[str | None, "Venue."] = None,
    city: Annotated[str | None, "City."] = None,
    languages: Annotated[
        list[str] | None, "Languages of the event, as language codes; by default the confederation's."
    ] = None,
    event_series_id: Annotated[EventSeriesId | None, "Series that it is an edition of."] = None,
    edition: Annotated[int | None, "Number of the edition; by default the next one."] = None,
    follow_up_to_id: Annotated[EventId | None, "Event that this one follows up."] = None,
    registration_opens_at: Annotated[datetime | None, "Start of registration; null: as soon as staff open it."] = None,
    registration_closes_at: Annotated[datetime | None, "End of registration; null: the start of the event."] = None,
    hosts: Annotated[Sequence[HostInput], "Hosts, in order; by default the organising association."] = (),
    speakers: Annotated[Sequence[SpeakerInput], "Speakers, in order."] = (),
    seat_pools: Annotated[Sequence[SeatPoolInput], Named("pools"), "Seats by format; by default without a limit."] = (),
    audiences: Annotated[
        Sequence[AudienceInput], "Segments that the event is meant for; none: open to everybody."
    ] = (),
    offer_hours: Annotated[
        int | None,
        "Hours for which a freed seat is offered to the next person on the waiting list; null: they get it at once.",
    ] = None,
    largest_party: Annotated[int, "Largest number of seats per registration."] = 1,
    smaller_parties_may_pass: Annotated[bool, _SMALLER] = False,
    counts_speakers: Annotated[bool, "True if speakers take seats."] = True,
    counts_staff: Annotated[bool, "True if staff take seats."] = True,
) -> models.Event:
    """Create an event as a draft. Requires `events.manage` in the organising association."""
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
    """Publish a draft: it becomes visible to everybody. Requires `events.manage`."""
    return await life.publish_event(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def open_registration(work: Work, *, event_id: EventId) -> models.Event:
    """Open the registration for a published event. Requires `events.manage`."""
    return await life.open_registration(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def close_registration(work: Work, *, event_id: EventId) -> models.Event:
    """Close the registration. Requires `events.manage`."""
    return await life.close_registration(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def hold_event(work: Work, *, event_id: EventId) -> models.Event:
    """Mark an event as held: confirmed registrations without check-in become absent. Requires `events.manage`."""
    return await life.hold_event(work, event_id)


@mutation(Event, problems=(WrongEventState,))
async def cancel_event(
    work: Work,
    *,
    event_id: EventId,
    reason: Annotated[Texts | None, "Reason, published with the event."] = None,
) -> models.Event:
    """Cancel an event and every live registration for it. Requires `events.manage`."""
    return await life.cancel_event(work, event_id, reason=reason)


@mutation(Event, problems=(WrongEventState,))
async def postpone_event(
    work: Work,
    *,
    event_id: EventId,
    starts_at: Annotated[datetime, "New start, later than before."],
    ends_at: Annotated[datetime, "New end."],
) -> models.Event:
    """Move an event to a later date. Registrations stand; others can register once it is opened again. Requires
    `events.manage`.
    """
    return await life.postpone_event(work, event_id, starts_at=starts_at, ends_at=ends_at)


@mutation(Event, problems=(WrongEventState, RoleInUse))
async def update_registration_rules(
    work: Work,
    *,
    event_id: EventId,
    offer_hours: Annotated[
        Unset | int | None,
        "Hours for which a freed seat is offered to the next person on the waiting list; null: they get it at once.",
    ] = UNSET,
    largest_party: Annotated[Unset | int, "Largest number of seats per registration."] = UNSET,
    smaller_parties_may_pass: Annotated[Unset | bool, _SMALLER] = UNSET,
    counts_speakers: Annotated[Unset | bool, "True if speakers take seats."] = UNSET,
    counts_staff: Annotated[Unset | bool, "True if staff take seats."] = UNSET,
) -> models.Event:
    """Change an event's registration rules; possible until it is held. Requires `events.manage`."""
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
    """Number of seats, or no limit."""

    seats: Annotated[int | None, "Number of seats."] = None
    unlimited: Annotated[bool | None, "`true` removes the limit."] = None

    @property
    def capacity(self) -> int | None:
        """Return the number of seats, or None without a limit. Raise InvalidInput if it is neither."""
        if self.seats is None and not self.unlimited:
            raise InvalidInput("true, or a number of seats", "false", path=("limit", "unlimited"))
        return self.seats


@mutation(SeatPool, problems=(BelowTaken, WrongEventState))
async def update_seat_pool(
    work: Work,
    *,
    seat_pool_id: SeatPoolId,
    limit: Annotated[SeatLimitInput, Named("capacity"), "New number of seats."],
) -> models.SeatPool:
    """Change the number of seats, never below those taken or reserved; added seats go to the waiting list first.

    Requires `events.manage`.
    """
    return await capacity.change_capacity(work, seat_pool_id, limit.capacity)


@dataclass(frozen=True)
class AvenueInput:
    """An avenue that a report proposes."""

    title: Annotated[Texts, "Title of the proposal."]


@mutation(Report, problems=(WrongEventState,))
async def draft_report(
    work: Work,
    *,
    event_id: EventId,
    summary: Annotated[Texts, "Summary of what was said at the event."],
    avenues: Annotated[Sequence[AvenueInput], "Avenues that it proposes, in order."] = (),
) -> models.Report:
    """Write or replace the draft of an event's follow-up report. Refused once published. Requires `events.manage`."""
    return await reports.draft_report(work, event_id, summary=summary, avenues=[avenue.title for avenue in avenues])


@mutation(Report, problems=(WrongEventState,))
async def publish_report(work: Work, *, event_id: EventId) -> models.Report:
    """Publish an event's follow-up report; the event's status becomes reported. Requires `events.manage`."""
    return await reports.publish_report(work, event_id)
