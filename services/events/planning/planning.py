"""Planning an event: dates, place, hosts, audience and seats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col

from models import (
    MANAGE_EVENTS,
    Association,
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventKind,
    EventSeries,
    HostRole,
    SeatPool,
    Segment,
    Speaker,
)
from services.core.checks import check_after, check_languages, check_moment, check_slug, check_text, check_texts
from services.core.errors import AlreadyExists, InvalidInput, NotFound
from services.core.work import Work
from services.events.checks import check_capacity, check_time_zone
from services.events.planning.rules import RegistrationRules, check_rules


@dataclass(frozen=True)
class HostInput:
    """An association that hosts the event or is its partner."""

    association_id: UUID
    role: HostRole = HostRole.HOST


@dataclass(frozen=True)
class SpeakerInput:
    """A speaker, and what the programme says about them."""

    name: str
    title: Mapping[str, str] | None = None


@dataclass(frozen=True)
class PoolInput:
    """Seats of one format; without a capacity there is no limit."""

    format: EventFormat
    capacity: int | None = None


@dataclass(frozen=True)
class AudienceInput:
    """A segment of the audience: invited, or `by_interest`. `opens_at`: None for the event's own opening."""

    segment_id: UUID
    by_interest: bool = False
    opens_at: datetime | None = None


async def plan_event(
    work: Work,
    *,
    association_id: UUID,
    slug: str,
    title: Mapping[str, str],
    kind: EventKind,
    format: EventFormat,
    starts_at: datetime,
    ends_at: datetime,
    time_zone: str | None = None,
    summary: Mapping[str, str] | None = None,
    venue: str | None = None,
    city: str | None = None,
    languages: Sequence[str] | None = None,
    series_id: UUID | None = None,
    edition: int | None = None,
    follow_up_to_id: UUID | None = None,
    registration_opens_at: datetime | None = None,
    registration_closes_at: datetime | None = None,
    hosts: Sequence[HostInput] = (),
    speakers: Sequence[SpeakerInput] = (),
    pools: Sequence[PoolInput] = (),
    audiences: Sequence[AudienceInput] = (),
    rules: RegistrationRules | None = None,
) -> Event:
    """Draft an event of an association. Asks for `events.manage` there, and at its series' association.

    Defaults: the confederation's time zone and locales, the association as first host, the series' next edition, and
    seats without a limit; a hybrid event needs its seats in person and online. No audience: everybody. The default
    rules of registration apply unless others are given. AlreadyExists for a slug or edition that is taken.
    """
    await work.find(Association, association_id, "associationId")
    work.actor.require(MANAGE_EVENTS, association_id)
    event = Event(
        association_id=association_id,
        slug=check_slug(slug),
        title=check_texts(work, title, "title"),
        kind=kind,
        format=format,
        starts_at=check_moment(starts_at, "startsAt"),
        ends_at=check_moment(ends_at, "endsAt"),
        time_zone=check_time_zone(work.actor.tenant.time_zone if time_zone is None else time_zone, "timeZone"),
        summary=None if summary is None else check_texts(work, summary, "summary", most=5000),
        venue=None if venue is None else check_text(venue, "venue"),
        city=None if city is None else check_text(city, "city"),
        languages=check_languages(work.actor.tenant.locales if languages is None else languages, "languages"),
        follow_up_to_id=follow_up_to_id,
        registration_opens_at=_optional_moment(registration_opens_at, "registrationOpensAt"),
        registration_closes_at=_optional_moment(registration_closes_at, "registrationClosesAt"),
        **vars(check_rules(rules or RegistrationRules())),
    )
    parts = [
        *_hosts(association_id, hosts),
        *_speakers(work, speakers),
        *_pools(format, pools),
        *_audiences(audiences),
    ]
    _check_order(event, audiences)
    await _check_references(work, follow_up_to_id, hosts, audiences)
    event.series_id, event.edition = await _edition(work, series_id, edition)
    await work.insert(
        event,
        refused={
            "uq_event_confederation_id_slug": AlreadyExists("event", path=("slug",)),
            "one_event_an_edition": AlreadyExists("edition", path=("edition",)),
        },
    )
    for part in parts:
        part.event_id, part.association_id = event.id, association_id
    work.session.add_all(parts)
    await work.flush()
    await work.record("event.planned", event, data={"slug": event.slug})
    return event


def _hosts(association_id: UUID, hosts: Sequence[HostInput]) -> list[EventHost]:
    """Hosts in the given order, after the association itself unless it is one of them."""
    given = [host.association_id for host in hosts]
    for rank, host_id in enumerate(given):
        if host_id in given[:rank]:
            raise InvalidInput("each host once", f"{host_id}", path=("hosts", str(rank), "associationId"))
    if association_id not in given:
        hosts = [HostInput(association_id), *hosts]
    return [EventHost(host_id=host.association_id, role=host.role, rank=rank) for rank, host in enumerate(hosts)]  # type: ignore[call-arg]


def _speakers(work: Work, speakers: Sequence[SpeakerInput]) -> list[Speaker]:
    return [
        Speaker(  # type: ignore[call-arg]
            name=check_text(speaker.name, "speakers", str(rank), "name"),
            title=None if speaker.title is None else check_texts(work, speaker.title, "speakers", str(rank), "title"),
            rank=rank,
        )
        for rank, speaker in enumerate(speakers)
    ]


def _pools(format: EventFormat, pools: Sequence[PoolInput]) -> list[SeatPool]:
    """One pool for each format of the event."""
    hybrid = format is EventFormat.HYBRID
    formats = [EventFormat.IN_PERSON, EventFormat.ONLINE] if hybrid else [format]
    if not pools and not hybrid:
        pools = [PoolInput(format)]
    if sorted(pool.format for pool in pools) != sorted(formats):
        found = ", ".join(pool.format for pool in pools) or "none"
        raise InvalidInput(f"one pool of each of {', '.join(formats)}", found, path=("pools",))
    return [
        SeatPool(format=pool.format, capacity=check_capacity(pool.capacity, "pools", str(rank), "capacity"))  # type: ignore[call-arg]
        for rank, pool in enumerate(pools)
    ]


def _audiences(audiences: Sequence[AudienceInput]) -> list[EventAudience]:
    given = [audience.segment_id for audience in audiences]
    for rank, segment_id in enumerate(given):
        if segment_id in given[:rank]:
            raise InvalidInput("each segment once", f"{segment_id}", path=("audiences", str(rank), "segmentId"))
    return [
        EventAudience(  # type: ignore[call-arg]
            segment_id=audience.segment_id,
            by_interest=audience.by_interest,
            opens_at=_optional_moment(audience.opens_at, "audiences", str(rank), "opensAt"),
        )
        for rank, audience in enumerate(audiences)
    ]


def _optional_moment(moment: datetime | None, *path: str) -> datetime | None:
    return None if moment is None else check_moment(moment, *path)


def _check_order(event: Event, audiences: Sequence[AudienceInput]) -> None:
    """Check that registration opens before it closes, for every audience, and that the event starts before it ends."""
    check_after(event.starts_at, event.ends_at, "endsAt")
    closing, path = event.registration_closes_at or event.starts_at, "registrationClosesAt"
    if closing > event.ends_at:
        raise InvalidInput(f"{event.ends_at.isoformat()} or earlier", closing.isoformat(), path=(path,))
    if event.registration_opens_at is not None:
        check_after(event.registration_opens_at, closing, path if event.registration_closes_at else "startsAt")
    for rank, audience in enumerate(audiences):
        if audience.opens_at is not None and audience.opens_at >= closing:
            found = audience.opens_at.isoformat()
            raise InvalidInput(f"before {closing.isoformat()}", found, path=("audiences", str(rank), "opensAt"))


async def _check_references(
    work: Work, follow_up_to_id: UUID | None, hosts: Sequence[HostInput], audiences: Sequence[AudienceInput]
) -> None:
    """Check that everything that the input names exists, as far as the actor may see."""
    if follow_up_to_id is not None:
        await work.find(Event, follow_up_to_id, "followUpToId")
    associations = await work.seen(Association, {host.association_id for host in hosts})
    for rank, host in enumerate(hosts):
        if host.association_id not in associations:
            raise NotFound("association", path=("hosts", str(rank), "associationId"))
    segments = await work.seen(Segment, {audience.segment_id for audience in audiences})
    for rank, audience in enumerate(audiences):
        if audience.segment_id not in segments:
            raise NotFound("segment", path=("audiences", str(rank), "segmentId"))


async def _edition(work: Work, series_id: UUID | None, edition: int | None) -> tuple[UUID | None, int | None]:
    """The series and the edition's number: the given one, otherwise the next."""
    if series_id is None:
        if edition is not None:
            raise InvalidInput("a series that this is an edition of", "none", path=("eventSeriesId",))
        return None, None
    series = await work.find(EventSeries, series_id, "eventSeriesId")
    work.actor.require(MANAGE_EVENTS, series.association_id)
    if edition is not None and not 1 <= edition <= 10_000:
        raise InvalidInput("1 to 10000", f"{edition}", path=("edition",))
    if edition is None:
        await work.find(EventSeries, series_id, lock=True)  # two simultaneous drafts get different numbers
        last = work.select(func.max(Event.edition), of=Event).where(col(Event.series_id) == series_id)
        async with work.elevated("an edition may be a draft of another association"):
            edition = 1 + ((await work.session.execute(last)).scalar_one() or 0)
    return series_id, edition
