"""What staff do to events: plan, publish, open, close, cancel, hold, report."""

from datetime import datetime

import strawberry

import models
from schema.base.inputs import TextInput, optional_texts, texts
from schema.events.event import Event, SeatPool
from schema.events.report import Report
from schema.mutations.declare import MutationInput, key, mutation
from services.core.errors import AlreadyExists
from services.core.work import Work
from services.events.errors import BelowTaken, RoleInUse, WrongEventState
from services.events.planning import life, planning, reports, rules
from services.events.seats import capacity

_EVENT = strawberry.field(description="The event.")
_SMALLER = "Whether a party that fits may be served before a larger one that is ahead of it and doesn't."


@strawberry.input(description="An association that hosts an event.")
class HostInput:
    """One of an event's hosts, in order."""

    association_id: strawberry.ID = strawberry.field(description="Which association.")
    role: models.HostRole = strawberry.field(description="Whether it invites, or lends a hand.")


@strawberry.input(description="Somebody who speaks at an event.")
class SpeakerInput:
    """One of an event's speakers, in order."""

    name: str = strawberry.field(description="Their name, as the programme prints it.")
    title: list[TextInput] | None = strawberry.field(default=None, description="What they are.")


@strawberry.input(description="Seats of one format.")
class SeatPoolInput:
    """One of an event's seat pools."""

    format: models.EventFormat = strawberry.field(description="Where these seats are: in person or online.")
    capacity: int | None = strawberry.field(default=None, description="How many there are; null without a limit.")


@strawberry.input(description="A segment that an event is for.")
class AudienceInput:
    """One of an event's audiences."""

    segment_id: strawberry.ID = strawberry.field(description="Which segment.")
    by_interest: bool = strawberry.field(default=False, description="Not invited, but welcome.")
    opens_at: datetime | None = strawberry.field(default=None, description="When registration begins for them.")


@strawberry.input(description="An event to plan.")
class PlanEventInput(MutationInput):
    """The input of `planEvent`."""

    association_id: strawberry.ID = strawberry.field(description="Who organises it.")
    slug: str = strawberry.field(description="Its name in addresses: lower-case letters, digits and hyphens.")
    title: list[TextInput] = strawberry.field(description="What it is called.")
    kind: models.EventKind = strawberry.field(description="What people come together for.")
    format: models.EventFormat = strawberry.field(description="Where people take part.")
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends.")
    time_zone: str | None = strawberry.field(
        default=None, description="Where, as the IANA database names it; by default the confederation's."
    )
    summary: list[TextInput] | None = strawberry.field(default=None, description="What it is about.")
    venue: str | None = strawberry.field(default=None, description="The venue.")
    city: str | None = strawberry.field(default=None, description="The city.")
    languages: list[str] | None = strawberry.field(
        default=None, description="The languages it is held in, by their codes; by default the confederation's."
    )
    series_id: strawberry.ID | None = strawberry.field(default=None, description="The series that it is an edition of.")
    edition: int | None = strawberry.field(default=None, description="Which edition; by default the next.")
    follow_up_to_id: strawberry.ID | None = strawberry.field(default=None, description="The event that it follows up.")
    registration_opens_at: datetime | None = strawberry.field(
        default=None, description="When registration begins; null: as soon as it is opened."
    )
    registration_closes_at: datetime | None = strawberry.field(
        default=None, description="When registration ends; null: when it starts."
    )
    hosts: list[HostInput] = strawberry.field(
        default_factory=list, description="Who hosts it; by default who organises."
    )
    speakers: list[SpeakerInput] = strawberry.field(default_factory=list, description="Who speaks, in order.")
    seat_pools: list[SeatPoolInput] = strawberry.field(
        default_factory=list, description="Its seats by format; by default without a limit."
    )
    audiences: list[AudienceInput] = strawberry.field(
        default_factory=list, description="Whom it is for; nobody named: everybody."
    )
    offer_hours: int | None = strawberry.field(
        default=None, description="For how many hours a freed seat is offered to who waits; null: confirmed at once."
    )
    largest_party: int = strawberry.field(default=1, description="How many seats one registration may have.")
    smaller_parties_may_pass: bool = strawberry.field(default=False, description=_SMALLER)
    counts_speakers: bool = strawberry.field(default=True, description="Whether speakers take seats.")
    counts_staff: bool = strawberry.field(default=True, description="Whether staff take seats.")


@mutation(Event, problems=(AlreadyExists,))
async def plan_event(work: Work, input: PlanEventInput) -> models.Event:
    """Plan an event, as a draft. Asks for `events.manage` in the association that organises it."""
    return await planning.plan_event(
        work,
        association_id=key(input.association_id, "Association", "associationId"),
        slug=input.slug,
        title=texts(input.title),
        kind=input.kind,
        format=input.format,
        starts_at=input.starts_at,
        ends_at=input.ends_at,
        time_zone=input.time_zone,
        summary=optional_texts(input.summary),
        venue=input.venue,
        city=input.city,
        languages=input.languages,
        series_id=key(input.series_id, "EventSeries", "seriesId") if input.series_id else None,
        edition=input.edition,
        follow_up_to_id=key(input.follow_up_to_id, "Event", "followUpToId") if input.follow_up_to_id else None,
        registration_opens_at=input.registration_opens_at,
        registration_closes_at=input.registration_closes_at,
        hosts=[
            planning.HostInput(key(host.association_id, "Association", "hosts", str(i), "associationId"), host.role)
            for i, host in enumerate(input.hosts)
        ],
        speakers=[planning.SpeakerInput(speaker.name, optional_texts(speaker.title)) for speaker in input.speakers],
        pools=[planning.PoolInput(pool.format, pool.capacity) for pool in input.seat_pools],
        audiences=[
            planning.AudienceInput(
                key(audience.segment_id, "Segment", "audiences", str(i), "segmentId"),
                audience.by_interest,
                audience.opens_at,
            )
            for i, audience in enumerate(input.audiences)
        ],
        rules=rules.RegistrationRules(
            offer_hours=input.offer_hours,
            largest_party=input.largest_party,
            smaller_parties_may_pass=input.smaller_parties_may_pass,
            counts_speakers=input.counts_speakers,
            counts_staff=input.counts_staff,
        ),
    )


@strawberry.input(description="An event whose life goes on.")
class EventInput(MutationInput):
    """The input of mutations that take an event and nothing else."""

    event_id: strawberry.ID = _EVENT


@strawberry.input(description="An event to publish.")
class PublishEventInput(EventInput):
    """The input of `publishEvent`."""


@mutation(Event, problems=(WrongEventState,))
async def publish_event(work: Work, input: PublishEventInput) -> models.Event:
    """Let everybody see a draft. Asks for `events.manage`."""
    return await life.publish_event(work, key(input.event_id, "Event", "eventId"))


@strawberry.input(description="An event whose registration begins.")
class OpenRegistrationInput(EventInput):
    """The input of `openRegistration`."""


@mutation(Event, problems=(WrongEventState,))
async def open_registration(work: Work, input: OpenRegistrationInput) -> models.Event:
    """Let people register for a published event. Asks for `events.manage`."""
    return await life.open_registration(work, key(input.event_id, "Event", "eventId"))


@strawberry.input(description="An event whose registration ends.")
class CloseRegistrationInput(EventInput):
    """The input of `closeRegistration`."""


@mutation(Event, problems=(WrongEventState,))
async def close_registration(work: Work, input: CloseRegistrationInput) -> models.Event:
    """Let nobody else register. Asks for `events.manage`."""
    return await life.close_registration(work, key(input.event_id, "Event", "eventId"))


@strawberry.input(description="An event that took place.")
class HoldEventInput(EventInput):
    """The input of `holdEvent`."""


@mutation(Event, problems=(WrongEventState,))
async def hold_event(work: Work, input: HoldEventInput) -> models.Event:
    """Say that an event took place: who was confirmed and did not come was absent. Asks for `events.manage`."""
    return await life.hold_event(work, key(input.event_id, "Event", "eventId"))


@strawberry.input(description="An event that won't take place.")
class CancelEventInput(EventInput):
    """The input of `cancelEvent`."""

    reason: list[TextInput] | None = strawberry.field(default=None, description="Why, for everybody to read.")


@mutation(Event, problems=(WrongEventState,))
async def cancel_event(work: Work, input: CancelEventInput) -> models.Event:
    """Cancel an event and every live registration for it. Asks for `events.manage`."""
    return await life.cancel_event(work, key(input.event_id, "Event", "eventId"), reason=optional_texts(input.reason))


@strawberry.input(description="An event that takes place later.")
class PostponeEventInput(EventInput):
    """The input of `postponeEvent`."""

    starts_at: datetime = strawberry.field(description="When it starts now: later than before.")
    ends_at: datetime = strawberry.field(description="When it ends now.")


@mutation(Event, problems=(WrongEventState,))
async def postpone_event(work: Work, input: PostponeEventInput) -> models.Event:
    """Move an event to a later date. Registrations stand; it is opened anew for others. Asks for `events.manage`."""
    id = key(input.event_id, "Event", "eventId")
    return await life.postpone_event(work, id, starts_at=input.starts_at, ends_at=input.ends_at)


@strawberry.input(description="Rules of registration to change; what is left out stays.")
class ConfigureRegistrationInput(EventInput):
    """The input of `configureRegistration`."""

    offer_hours: int | None = strawberry.field(
        default=None, description="For how many hours a freed seat is offered to who waits; 0: confirmed at once."
    )
    largest_party: int | None = strawberry.field(default=None, description="How many seats one registration may have.")
    smaller_parties_may_pass: bool | None = strawberry.field(default=None, description=_SMALLER)
    counts_speakers: bool | None = strawberry.field(default=None, description="Whether speakers take seats.")
    counts_staff: bool | None = strawberry.field(default=None, description="Whether staff take seats.")


@mutation(Event, problems=(WrongEventState, RoleInUse))
async def configure_registration(work: Work, input: ConfigureRegistrationInput) -> models.Event:
    """Change how an event registers people, any time before it is held. Asks for `events.manage`."""
    return await rules.configure_registration(
        work,
        key(input.event_id, "Event", "eventId"),
        offer_hours=input.offer_hours,
        largest_party=input.largest_party,
        smaller_parties_may_pass=input.smaller_parties_may_pass,
        counts_speakers=input.counts_speakers,
        counts_staff=input.counts_staff,
    )


@strawberry.input(description="A change of a seat pool.")
class ChangeCapacityInput(MutationInput):
    """The input of `changeCapacity`."""

    seat_pool_id: strawberry.ID = strawberry.field(description="The pool.")
    capacity: int | None = strawberry.field(default=None, description="How many seats; null without a limit.")


@mutation(SeatPool, problems=(BelowTaken, WrongEventState))
async def change_capacity(work: Work, input: ChangeCapacityInput) -> models.SeatPool:
    """Change how many seats there are, never below those taken or kept; new ones go to who waits.

    Asks for `events.manage`.
    """
    return await capacity.change_capacity(work, key(input.seat_pool_id, "SeatPool", "seatPoolId"), input.capacity)


@strawberry.input(description="An avenue that a report proposes.")
class AvenueInput:
    """One of a report's avenues, in order."""

    title: list[TextInput] = strawberry.field(description="What it proposes.")


@strawberry.input(description="A follow-up report to draft.")
class DraftReportInput(EventInput):
    """The input of `draftReport`."""

    summary: list[TextInput] = strawberry.field(description="What was said.")
    avenues: list[AvenueInput] = strawberry.field(default_factory=list, description="What it proposes, in order.")


@mutation(Report, problems=(WrongEventState, AlreadyExists))
async def draft_report(work: Work, input: DraftReportInput) -> models.Report:
    """Write an event's follow-up report, or write it anew until it is published. Asks for `events.manage`."""
    return await reports.draft_report(
        work,
        key(input.event_id, "Event", "eventId"),
        summary=texts(input.summary),
        avenues=[texts(avenue.title) for avenue in input.avenues],
    )


@strawberry.input(description="A follow-up report to publish.")
class PublishReportInput(EventInput):
    """The input of `publishReport`."""


@mutation(Report, problems=(WrongEventState,))
async def publish_report(work: Work, input: PublishReportInput) -> models.Report:
    """Publish an event's follow-up report: the event is reported. Asks for `events.manage`."""
    return await reports.publish_report(work, key(input.event_id, "Event", "eventId"))
