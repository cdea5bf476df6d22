"""Planning an event, its series and its seats."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import (
    Event,
    EventAudience,
    EventFormat,
    EventHost,
    EventKind,
    EventState,
    HostRole,
    Person,
    RegistrationState,
    Role,
    SeatPool,
    Speaker,
)
from services.core.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, Problem
from services.events.errors import BelowTaken, WrongEventState
from services.events.planning.planning import (
    AudienceInput,
    HostInput,
    PoolInput,
    SpeakerInput,
    plan_event,
)
from services.events.planning.series import create_series
from services.events.seats.capacity import change_capacity
from tests.making import ActingAs, Maker, texts
from tests.services.events.looking import picture
from tests.services.looking import actions

STARTS = datetime(2030, 5, 2, 13, tzinfo=UTC)
IN_PERSON, ONLINE, HYBRID = EventFormat.IN_PERSON, EventFormat.ONLINE, EventFormat.HYBRID


class Planner:
    """Plans events of the home association as its registrar."""

    def __init__(self, make: Maker, registrar: Person) -> None:
        self.make, self.registrar = make, registrar

    async def plan(self, **given: Any) -> Event:
        """A valid event, but for what is given."""
        home = await self.make.home()
        columns: dict[str, Any] = {
            "association_id": home.id,
            "slug": "spring-meeting",
            "title": texts("Rencontre", "Meeting"),
            "kind": EventKind.STUDY_AND_EXCHANGE_MEETING,
            "format": IN_PERSON,
            "starts_at": STARTS,
            "ends_at": STARTS + timedelta(hours=3),
        } | given
        async with self.make.acting_as(self.registrar) as work:
            return await plan_event(work, **columns)


@pytest.fixture
async def planner(make: Maker) -> Planner:
    """A registrar with a plan."""
    return Planner(make, await make.staff(Role.REGISTRAR))


async def test_a_planned_event_is_a_draft_of_its_association_with_seats_without_limit(
    make: Maker, planner: Planner
) -> None:
    event = await planner.plan()
    home = await make.home()
    assert (event.state, event.published, event.association_id) == (EventState.DRAFT, False, home.id)
    assert (event.time_zone, event.languages) == ("America/Toronto", ["fr", "en"])
    (host,) = await make.all(EventHost, event_id=event.id)
    assert (host.host_id, host.role) == (home.id, HostRole.HOST)
    pool = await make.pool(event)
    assert (pool.format, pool.capacity, pool.taken) == (IN_PERSON, None, 0)
    assert await actions(make) == ["event.planned"]


async def test_hosts_and_speakers_keep_their_order_and_the_organiser_comes_first(make: Maker, planner: Planner) -> None:
    home, centre, other = await make.home(), await make.association(), await make.association()
    event = await planner.plan(
        hosts=[HostInput(centre.id, HostRole.PARTNER), HostInput(other.id)],
        speakers=[SpeakerInput("Joseph Facal", texts("Professeur", "Professor")), SpeakerInput(" Jacques Lusignan ")],
    )
    hosts = sorted(await make.all(EventHost, event_id=event.id), key=lambda host: host.rank)
    assert [(host.host_id, host.role) for host in hosts] == [
        (home.id, HostRole.HOST),
        (centre.id, HostRole.PARTNER),
        (other.id, HostRole.HOST),
    ]
    speakers = sorted(await make.all(Speaker, event_id=event.id), key=lambda speaker: speaker.rank)
    assert [speaker.name for speaker in speakers] == ["Joseph Facal", "Jacques Lusignan"]


async def test_an_organiser_among_the_hosts_stands_where_it_was_put(make: Maker, planner: Planner) -> None:
    home, other = await make.home(), await make.association()
    event = await planner.plan(hosts=[HostInput(other.id), HostInput(home.id, HostRole.PARTNER)])
    hosts = sorted(await make.all(EventHost, event_id=event.id), key=lambda host: host.rank)
    assert [(host.host_id, host.role) for host in hosts] == [
        (other.id, HostRole.HOST),
        (home.id, HostRole.PARTNER),
    ]


async def test_a_hybrid_event_has_seats_of_both_formats(make: Maker, planner: Planner) -> None:
    event = await planner.plan(format=HYBRID, pools=[PoolInput(ONLINE), PoolInput(IN_PERSON, 30)])
    pools = await make.all(SeatPool, event_id=event.id)
    assert {pool.format: pool.capacity for pool in pools} == {IN_PERSON: 30, ONLINE: None}


@pytest.mark.parametrize(
    ("format", "pools"),
    [
        (HYBRID, []),
        (HYBRID, [PoolInput(ONLINE)]),
        (HYBRID, [PoolInput(HYBRID)]),
        (HYBRID, [PoolInput(ONLINE), PoolInput(ONLINE)]),
        (IN_PERSON, [PoolInput(ONLINE)]),
        (ONLINE, [PoolInput(ONLINE), PoolInput(IN_PERSON)]),
        (ONLINE, [PoolInput(ONLINE), PoolInput(ONLINE)]),
    ],
)
async def test_seats_that_do_not_match_the_format_are_refused(
    make: Maker, planner: Planner, format: EventFormat, pools: Sequence[PoolInput]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await planner.plan(format=format, pools=pools)
    assert refused.value.path == ("pools",)
    assert await make.count(Event) == 0


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"slug": "Spring"}, ("slug",)),
        ({"slug": "spring--meeting"}, ("slug",)),
        ({"slug": ""}, ("slug",)),
        ({"title": {}}, ("title",)),
        ({"title": {"fr": "  "}}, ("title", "fr")),
        ({"title": {"fr": "Rencontre", "de": "Treffen"}}, ("title", "de")),
        ({"summary": {"fr": "x" * 5001}}, ("summary", "fr")),
        ({"venue": ""}, ("venue",)),
        ({"city": "\x00"}, ("city",)),
        ({"time_zone": "America/Quebec-City"}, ("timeZone",)),
        ({"time_zone": "America"}, ("timeZone",)),
        ({"time_zone": "../etc"}, ("timeZone",)),
        ({"languages": []}, ("languages",)),
        ({"languages": ["fr", "french!"]}, ("languages", "1")),
        ({"languages": ["fr", "fr"]}, ("languages", "1")),
        ({"starts_at": STARTS.replace(tzinfo=None)}, ("startsAt",)),
        ({"starts_at": STARTS.replace(year=1)}, ("startsAt",)),
        ({"ends_at": STARTS}, ("endsAt",)),
        ({"registration_opens_at": STARTS}, ("startsAt",)),
        ({"registration_closes_at": STARTS + timedelta(days=1)}, ("registrationClosesAt",)),
        (
            {"registration_opens_at": STARTS - timedelta(days=1), "registration_closes_at": STARTS - timedelta(days=2)},
            ("registrationClosesAt",),
        ),
        ({"edition": 2}, ("eventSeriesId",)),
        ({"speakers": [SpeakerInput("")]}, ("speakers", "0", "name")),
        ({"speakers": [SpeakerInput("A", {"fr": ""})]}, ("speakers", "0", "title", "fr")),
        ({"pools": [PoolInput(IN_PERSON, 0)]}, ("pools", "0", "capacity")),
        ({"pools": [PoolInput(IN_PERSON, 2**31)]}, ("pools", "0", "capacity")),
    ],
    ids=str,
)
async def test_input_that_breaks_a_rule_is_refused_with_its_path(
    make: Maker, planner: Planner, given: dict[str, Any], path: tuple[str, ...]
) -> None:
    before = await picture(make)
    with pytest.raises(InvalidInput) as refused:
        await planner.plan(**given)
    assert refused.value.path == path
    assert await picture(make) == before


async def test_hosts_and_audiences_come_once(make: Maker, planner: Planner) -> None:
    host, segment = await make.association(), await make.segment()
    with pytest.raises(InvalidInput) as refused:
        await planner.plan(hosts=[HostInput(host.id), HostInput(host.id, HostRole.PARTNER)])
    assert refused.value.path == ("hosts", "1", "associationId")
    with pytest.raises(InvalidInput) as refused:
        await planner.plan(audiences=[AudienceInput(segment.id), AudienceInput(segment.id, by_interest=True)])
    assert refused.value.path == ("audiences", "1", "segmentId")
    assert await make.count(Event) == 0


async def test_what_the_plan_names_has_to_be_there_for_the_planner(make: Maker, planner: Planner) -> None:
    elsewhere = await make.association()
    hidden_draft = await make.event(elsewhere, state=EventState.DRAFT)
    unpublished = await make.segment(association=elsewhere, published=False)
    foreign = await (await make.other()).association()
    before = await picture(make)
    for given, path in (
        ({"association_id": foreign.id}, ("associationId",)),
        ({"follow_up_to_id": hidden_draft.id}, ("followUpToId",)),
        ({"series_id": foreign.id}, ("eventSeriesId",)),
        ({"hosts": [HostInput(elsewhere.id), HostInput(foreign.id)]}, ("hosts", "1", "associationId")),
        ({"audiences": [AudienceInput(unpublished.id)]}, ("audiences", "0", "segmentId")),
    ):
        with pytest.raises(NotFound) as refused:
            await planner.plan(**given)
        assert refused.value.path == path
    assert await picture(make) == before


async def test_an_audience_has_its_own_opening_before_registration_closes(make: Maker, planner: Planner) -> None:
    segment = await make.segment()
    opens = STARTS - timedelta(days=10)
    event = await planner.plan(audiences=[AudienceInput(segment.id, by_interest=True, opens_at=opens)])
    (audience,) = await make.all(EventAudience, event_id=event.id)
    assert (audience.segment_id, audience.by_interest, audience.opens_at) == (segment.id, True, opens)
    with pytest.raises(InvalidInput) as refused:
        await planner.plan(slug="another", audiences=[AudienceInput(segment.id, opens_at=STARTS)])
    assert refused.value.path == ("audiences", "0", "opensAt")
    assert await make.count(Event) == 1


async def test_a_slug_is_one_events(make: Maker, planner: Planner) -> None:
    await planner.plan()
    with pytest.raises(AlreadyExists) as refused:
        await planner.plan()
    assert refused.value.path == ("slug",)
    assert await make.count(Event) == 1


async def test_editions_of_a_series_count_on_and_are_taken_once(make: Maker, planner: Planner) -> None:
    home = await make.home()
    async with make.acting_as(planner.registrar) as work:
        series = await create_series(work, association_id=home.id, slug="status", name=texts("Statut", "Status"))
    first = await planner.plan(slug="status-1", series_id=series.id)
    fifth = await planner.plan(slug="status-5", series_id=series.id, edition=5, follow_up_to_id=first.id)
    sixth = await planner.plan(slug="status-6", series_id=series.id)
    assert [first.edition, fifth.edition, sixth.edition] == [1, 5, 6]
    with pytest.raises(AlreadyExists) as taken:
        await planner.plan(slug="status-again", series_id=series.id, edition=5)
    assert taken.value.path == ("edition",)
    with pytest.raises(InvalidInput):
        await planner.plan(slug="status-0", series_id=series.id, edition=0)
    assert await make.count(Event) == 3


async def test_a_series_slug_is_one_seriess(make: Maker, planner: Planner) -> None:
    home = await make.home()
    async with make.acting_as(planner.registrar) as work:
        await create_series(work, association_id=home.id, slug="status", name=texts("Statut", "Status"))
    before = await picture(make)
    for slug, name, refusal in (
        ("status", texts("Autre", "Other"), AlreadyExists),
        ("Status", texts("Autre", "Other"), InvalidInput),
        ("other", {"fr": ""}, InvalidInput),
    ):
        with pytest.raises(refusal):
            async with make.acting_as(planner.registrar) as work:
                await create_series(work, association_id=home.id, slug=slug, name=name)
    assert await picture(make) == before


async def test_an_edition_of_another_associations_series_is_that_ones_to_plan(make: Maker, planner: Planner) -> None:
    series = await make.series(await make.association())
    with pytest.raises(NotAllowed):
        await planner.plan(series_id=series.id)
    assert await make.count(Event) == 0


async def test_more_seats_go_to_those_who_wait_in_their_order(make: Maker, planner: Planner) -> None:
    event = await make.event(capacity=1)
    await make.registration(event, await make.person())
    waiting = [await make.registration(event, await make.person(), RegistrationState.WAITLISTED) for _ in range(3)]
    pool = await make.pool(event)
    async with make.acting_as(planner.registrar) as work:
        changed = await change_capacity(work, pool.id, 3)
    assert (changed.capacity, changed.taken) == (3, 3)
    states = [(await make.fresh(registration)).state for registration in waiting]
    assert states == [RegistrationState.CONFIRMED, RegistrationState.CONFIRMED, RegistrationState.WAITLISTED]
    assert await actions(make) == ["seat_pool.resized", "registration.promoted", "registration.promoted"]
    async with make.acting_as(planner.registrar) as work:
        await change_capacity(work, pool.id, None)
    assert (await make.pool(event)).taken == 4


async def test_nobody_is_unseated_by_a_number_nor_are_allotted_seats_taken_away(make: Maker, planner: Planner) -> None:
    event = await make.event(capacity=3)
    for _ in range(2):
        await make.registration(event, await make.person())
    await make.allotment(event, seats=1)
    pool, before = await make.pool(event), await picture(make)
    for capacity, short_by in ((2, 1), (1, 2)):
        with pytest.raises(BelowTaken) as below:
            async with make.acting_as(planner.registrar) as work:
                await change_capacity(work, pool.id, capacity)
        told = below.value
        assert (told.path, told.taken, told.reserved, told.short_by) == (("capacity",), 2, 1, short_by)
    for capacity in (0, -1):
        with pytest.raises(InvalidInput) as refused:
            async with make.acting_as(planner.registrar) as work:
                await change_capacity(work, pool.id, capacity)
        assert (refused.value.path, refused.value.found) == (("capacity",), f"{capacity}")
    assert await picture(make) == before
    async with make.acting_as(planner.registrar) as work:
        await change_capacity(work, pool.id, 3)
    assert (await make.pool(event)).capacity == 3


@pytest.mark.parametrize("state", [EventState.HELD, EventState.CANCELLED])
async def test_seats_stand_once_the_event_is_over(
    make: Maker, acting_as: ActingAs, planner: Planner, state: EventState
) -> None:
    event = await make.event(capacity=1, state=state)
    await make.registration(event, await make.person(), RegistrationState.WAITLISTED)
    pool, before = await make.pool(event), await picture(make)
    refusal: type[Problem] = WrongEventState
    with pytest.raises(refusal):
        async with acting_as(planner.registrar) as work:
            await change_capacity(work, pool.id, 5)
    assert await picture(make) == before
