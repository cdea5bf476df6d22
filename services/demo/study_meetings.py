"""The study-and-exchange meetings of the first seed, and the third that they lead to."""

from datetime import date, timedelta
from uuid import UUID

from models import Event, EventFormat, EventKind, HostRole, MandateRole, Person, Sector
from services.demo.membership import BOARD
from services.demo.programme import hold, register_themselves
from services.demo.stage import Stage
from services.demo.study_meeting_texts import AVENUES, INVITATION, REPORT, TITLE
from services.events.planning.life import close_registration, open_registration, publish_event
from services.events.planning.planning import AudienceInput, HostInput, PoolInput, SpeakerInput, plan_event
from services.events.planning.reports import draft_report, publish_report
from services.events.planning.series import create_series
from services.people.segments import ClauseInput, create_segment

_SERIES = "raising-the-status-of-senior-managers"
_SECTORS = (Sector.PUBLIC, Sector.PARAPUBLIC, Sector.PERIPUBLIC)
_FIRST = date(2011, 5, 19)
_SECOND = date(2012, 11, 22)
ATTENDED = 60
"""Number of the second meeting's participants, from the seed."""
_FACAL, _LUSIGNAN = (
    SpeakerInput(name, {"fr": "Professeur", "en": "Professor"}) for name in ("Joseph Facal", "Jacques Lusignan")
)


async def first(stage: Stage) -> None:
    """May 2011: the reflections that the second meeting follows up."""
    async with stage.acting_as(stage.staff["ccc-cmc"], stage.at(_FIRST - timedelta(days=60))) as work:
        (national,) = stage.ids("ccc-cmc")
        stage.series[_SERIES] = (await create_series(work, association_id=national, slug=_SERIES, name=TITLE)).id
        governors = await create_segment(
            work,
            association_id=national,
            slug="governors-of-the-public-sectors",
            name={
                "fr": "Membres des conseils des associations des secteurs public, parapublic et péripublic",
                "en": "Board-of-governor members in the public, parapublic and peri-public sectors",
            },
            clauses=[ClauseInput(sector=sector, mandate_role=MandateRole.GOVERNOR) for sector in _SECTORS],
            published=True,
        )
        managers = await create_segment(
            work,
            association_id=national,
            slug="managers-of-the-public-sectors",
            name={
                "fr": "Cadres des secteurs public, parapublic et péripublic",
                "en": "Managers working in the public, parapublic and peri-public sectors",
            },
            clauses=[ClauseInput(sector=sector) for sector in _SECTORS],
            published=True,
        )
        stage.segments |= {"governors": governors.id, "managers": managers.id}
    event = await _plan(stage, _FIRST, 1, speakers=(_FACAL, _LUSIGNAN), capacity=120)
    audience = _boards(stage, first=True)[:25]
    registrations = await register_themselves(stage, event, audience)
    await hold(stage, event, stage.staff["ccc-cmc"], registrations, absent=5)


async def second(stage: Stage) -> None:
    """The follow-up, sixty in attendance, with the five avenues that its report proposes."""
    earlier = stage.events[f"{_SERIES}-1"]
    event = await _plan(stage, _SECOND, 2, speakers=(_LUSIGNAN,), capacity=80, follow_up_to_id=earlier.id)
    interested = [member for slug in _public(stage) for member in stage.members[slug][BOARD : BOARD + 3]][:20]
    invited = _boards(stage, first=True)[-46:]
    registrations = await register_themselves(stage, event, [*invited, *interested])
    organiser = stage.staff["ccc-cmc"]
    async with stage.acting_as(organiser, event.starts_at - timedelta(days=1)) as work:
        await close_registration(work, event.id)
    await hold(stage, event, organiser, registrations, absent=len(registrations) - ATTENDED)
    async with stage.acting_as(organiser, stage.at(_SECOND + timedelta(days=20))) as work:
        await draft_report(work, event.id, summary=REPORT, avenues=AVENUES)
        await publish_report(work, event.id)


async def third(stage: Stage) -> None:
    """The meeting to come: open, for the same audiences."""
    day = stage.ahead(47)
    earlier = stage.events[f"{_SERIES}-2"]
    event = await _plan(stage, day, 3, speakers=(_LUSIGNAN,), capacity=60, follow_up_to_id=earlier.id)
    boards = [member for member in _boards(stage, first=False) if member != stage.cast["governor"]][::3]
    await register_themselves(stage, event, [*boards, stage.cast["manager"]])


async def _plan(
    stage: Stage,
    day: date,
    edition: int,
    *,
    speakers: tuple[SpeakerInput, ...],
    capacity: int,
    follow_up_to_id: UUID | None = None,
) -> Event:
    national, quebec, centre = stage.ids("ccc-cmc", "cncq", "placement-centre")
    async with stage.acting_as(stage.staff["ccc-cmc"], stage.at(stage.announced(day))) as work:
        event = await plan_event(
            work,
            association_id=national,
            slug=f"{_SERIES}-{edition}",
            title=TITLE,
            summary=INVITATION,
            kind=EventKind.STUDY_AND_EXCHANGE_MEETING,
            format=EventFormat.IN_PERSON,
            starts_at=stage.at(day, 13),
            ends_at=stage.at(day, 17),
            venue="Salle des Érables",
            city="Québec",
            languages=["fr"],
            series_id=stage.series[_SERIES],
            edition=edition,
            follow_up_to_id=follow_up_to_id,
            hosts=[HostInput(national), HostInput(quebec), HostInput(centre, HostRole.PARTNER)],
            speakers=speakers,
            pools=[PoolInput(EventFormat.IN_PERSON, capacity)],
            audiences=[
                AudienceInput(stage.segments["governors"]),
                AudienceInput(stage.segments["managers"], by_interest=True),
            ],
        )
        await publish_event(work, event.id)
        await open_registration(work, event.id)
    stage.events[event.slug] = event
    return event


def _public(stage: Stage) -> list[str]:
    return [slug for slug, association in stage.associations.items() if association.sector in _SECTORS]


def _boards(stage: Stage, *, first: bool) -> list[Person]:
    """The governors of the public sectors' associations: of the first boards, or of today's."""
    start = 0 if first else BOARD + 9
    return [member for slug in _public(stage) for member in stage.members[slug][start : start + BOARD]]


STEPS = (first, second, third)
