"""The advocacy files of `ccc-cmc`: one that follows the second meeting's report, one for members, one for staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from models import (
    AdvocacyFile,
    AdvocacyFileState,
    AdvocacyNotice,
    AdvocacyTheme,
    Avenue,
    Confidentiality,
    DemandState,
    Person,
    Report,
    Stance,
    TimelineKind,
)
from services.advocacy.answers import record_answer
from services.advocacy.demands import change_demand, draft_demand, take_up_avenue
from services.advocacy.files import move_advocacy_file, open_advocacy_file
from services.advocacy.positions import add_participant, take_position
from services.advocacy.timeline import note_in_timeline
from services.advocacy.watching import read_advocacy_notices, watch_advocacy_file
from services.core.statements import matching
from services.core.work import Work
from services.demo.stage import Stage

_REPORTED = "raising-the-status-of-senior-managers-2"
_STATUS = "status-of-senior-management"
_OPENED = date(2013, 1, 15)
_JOINED = (
    "cncq",
    "cadres-ministeres-boreaux",
    "cadres-sante-trois-lacs",
    "cadres-colleges-plateau",
    "cadres-energie-bas-pays",
    "cadres-commerce-vieux-quai",
)
_K, _S, _D = TimelineKind, Stance, DemandState
_SECRETARIAT = "Secrétariat du Conseil des ministres"

_POSITIONS: tuple[tuple[date, str, Stance, Mapping[str, str] | None], ...] = (
    (_OPENED, "ccc-cmc", _S.SUPPORTS, None),
    (date(2013, 2, 5), "cncq", _S.SUPPORTS, None),
    (date(2013, 2, 12), "cadres-ministeres-boreaux", _S.SUPPORTS, None),
    (date(2013, 2, 20), "cadres-energie-bas-pays", _S.OPPOSES, None),
    (
        date(2013, 3, 4),
        "cadres-sante-trois-lacs",
        _S.SUPPORTS_WITH_CONDITIONS,
        {
            "fr": "Que les cadres intermédiaires soient entendus avant toute négociation.",
            "en": "Middle managers are to be heard before any negotiation.",
        },
    ),
    (date(2013, 4, 9), "cadres-commerce-vieux-quai", _S.OPPOSES, None),
    (
        date(2014, 10, 21),
        "cadres-energie-bas-pays",
        _S.SUPPORTS_WITH_CONDITIONS,
        {"fr": "Que chaque secteur négocie pour lui-même.", "en": "Each sector is to negotiate for itself."},
    ),
    (date(2015, 5, 12), "cadres-sante-trois-lacs", _S.SUPPORTS, None),
)
"""Positions of associations over time, set by their own staff; one still has no mandate."""

_NOTED = (
    (
        date(2013, 1, 29),
        _K.MEETING,
        "La CNCQ et la CCC-CMC conviennent d'une action concertée de tous les secteurs",
        "The CNCQ and the CCC-CMC agree on concerted action of all sectors",
    ),
    (
        date(2013, 3, 19),
        _K.LETTER,
        "Lettre commune aux employeurs : préciser les rôles et le statut juridique des cadres",
        "Joint letter to employers: clarify the roles and the legal status of managers",
    ),
    (
        date(2013, 5, 23),
        _K.PRESS,
        "« La gestion, une profession en quête de sens » : entrevue sur le malaise des cadres supérieurs",
        "“Management, a profession in search of meaning”: an interview on the malaise of senior managers",
    ),
    (
        date(2013, 11, 5),
        _K.RULING,
        "Une décision rappelle que les cadres ont le droit de s'associer",
        "A ruling recalls that managers have the right of association",
    ),
    (
        date(2014, 2, 11),
        _K.BRIEF,
        "Mémoire sur les sources de motivation et d'engagement des cadres",
        "Brief on managers' sources of motivation and commitment",
    ),
)


async def status_of_senior_management(stage: Stage) -> None:
    """2013: the five avenues of the second meeting's report become demands; two associations watch the file."""
    lead, adviser = stage.staff["ccc-cmc"], stage.cast["adviser"]
    national, quebec = stage.ids("ccc-cmc", "cncq")
    async with stage.acting_as(lead, stage.at(_OPENED)) as work:
        file = await open_advocacy_file(
            work,
            association_id=national,
            slug=_STATUS,
            title={"fr": "Le statut des cadres supérieurs", "en": "The status of senior management"},
            summary={
                "fr": "Les suites de la deuxième rencontre d'étude et d'échange sur la valorisation des cadres.",
                "en": "What follows from the second meeting dedicated to raising the status of senior management.",
            },
            theme=AdvocacyTheme.STATUS_AND_RECOGNITION,
            confidentiality=Confidentiality.PUBLIC,
        )
        await watch_advocacy_file(work, file.id, association_id=national)
    async with stage.acting_as(adviser, stage.at(_OPENED, 10)) as work:
        await watch_advocacy_file(work, file.id)
        await watch_advocacy_file(work, file.id, association_id=quebec)
    async with stage.acting_as(lead, stage.at(_OPENED, 11)) as work:
        for participant in stage.ids(*_JOINED):
            await add_participant(work, file.id, participant)
        for avenue_id in await _avenues(work, stage.events[_REPORTED].id):
            await take_up_avenue(work, file.id, avenue_id)
    for day, association, stance, conditions in _POSITIONS:
        staff = adviser if association == "cncq" else stage.staff[association]
        async with stage.acting_as(staff, stage.at(day, 14)) as work:
            await take_position(work, file.id, stage.associations[association].id, stance, conditions=conditions)
    async with stage.acting_as(adviser, stage.at(_POSITIONS[-1][0], 16)) as work:
        query = select(col(AdvocacyNotice.id)).where(col(AdvocacyNotice.person_id) == adviser.id)
        earliest = await work.session.scalar(query.order_by(col(AdvocacyNotice.at), col(AdvocacyNotice.id)).limit(1))
        assert earliest is not None
        await read_advocacy_notices(work, earliest)
    for day, kind, fr, en in _NOTED:
        async with stage.acting_as(lead, stage.at(day, 15)) as work:
            await note_in_timeline(work, file.id, kind, title={"fr": fr, "en": en})
    async with stage.acting_as(lead, stage.at(_NOTED[-1][0] + timedelta(days=7))) as work:
        await move_advocacy_file(work, file.id, AdvocacyFileState.WATCHING)


async def _avenues(work: Work, event_id: UUID) -> Sequence[UUID]:
    query = (
        work.select(col(Avenue.id))
        .join(Report, matching(Avenue.report_id, Report.id))
        .where(col(Report.event_id) == event_id)
        .order_by(col(Avenue.number))
    )
    return (await work.session.scalars(query)).all()


@dataclass(frozen=True)
class _Asked:
    """A demand, its state changes, and its answer; `days` count back from the day of loading."""

    fr: str
    en: str
    life: tuple[tuple[int, DemandState], ...] = ()
    answer: Mapping[str, str] | None = None
    decided: int = 0
    published: int | None = None


_PENSIONS = (
    _Asked(
        "Maintenir l'indexation de la rente",
        "Keep the pension indexed",
        ((330, _D.TABLED), (250, _D.IN_NEGOTIATION), (90, _D.AGREED)),
        {"fr": "L'indexation est maintenue jusqu'au terme de l'entente.", "en": "Indexation is kept for the term."},
        decided=95,
        published=80,
    ),
    _Asked(
        "Racheter les années d'intérim",
        "Buy back acting years",
        ((330, _D.TABLED), (200, _D.REFUSED)),
        {"fr": "Les années d'intérim ne donnent pas droit au rachat."},
        decided=205,
        published=190,
    ),
    _Asked(
        "Une retraite progressive dès 57 ans",
        "Phased retirement from the age of 57",
        ((300, _D.TABLED), (180, _D.IN_NEGOTIATION)),
        {"fr": "Une phase pilote est envisagée.", "en": "A pilot phase is being considered."},
        decided=30,
    ),
    _Asked("Un relevé annuel des droits acquis", "A yearly statement of vested rights", ((40, _D.TABLED),)),
    _Asked("La portabilité entre les secteurs", "Portability between sectors"),
    _Asked("Un fonds distinct pour les cadres", "A separate fund for managers", ((270, _D.WITHDRAWN),)),
)
_LEGAL_STATUS = (
    _Asked(
        "Définir dans la loi les pouvoirs et devoirs du cadre",
        "Define a manager's powers and duties in law",
        ((160, _D.TABLED), (120, _D.IN_NEGOTIATION)),
    ),
    _Asked(
        "Le droit de négocier collectivement",
        "The right to bargain collectively",
        ((160, _D.TABLED), (70, _D.REFUSED)),
        {"fr": "La demande est rejetée.", "en": "The request is denied."},
        decided=72,
    ),
    _Asked(
        "Un mécanisme de règlement des différends",
        "A mechanism for the settlement of disputes",
        ((150, _D.TABLED), (60, _D.AGREED)),
        {"fr": "Un arbitre sera désigné d'un commun accord.", "en": "An arbitrator will be named by both sides."},
        decided=64,
        published=50,
    ),
    _Asked("Une protection contre les représailles", "Protection against reprisals", ((35, _D.TABLED),)),
    _Asked("Un registre public des titres de cadre", "A public register of managers' titles", ((100, _D.WITHDRAWN),)),
    _Asked("Un ordre professionnel des cadres", "A professional order of managers"),
)


async def pensions(stage: Stage) -> None:
    """For members of the provincial umbrella's associations: negotiations on the pension plan."""
    adviser = stage.cast["adviser"]
    file = await _file(
        stage,
        adviser,
        lead="cncq",
        days=365,
        slug="pension-plan",
        title={"fr": "Le régime de retraite des cadres", "en": "The managers' pension plan"},
        theme=AdvocacyTheme.PENSIONS,
        confidentiality=Confidentiality.MEMBERS,
        joined=("cadres-soins-cap-nord", "cadres-scolaires-rive-claire"),
    )
    async with stage.acting_as(stage.staff["cadres-soins-cap-nord"], _moment(stage, 350)) as work:
        await watch_advocacy_file(work, file.id, association_id=stage.associations["cadres-soins-cap-nord"].id)
    await _negotiate(stage, adviser, file, _PENSIONS)


async def legal_status(stage: Stage) -> None:
    """For staff only: preparations on managers' legal status."""
    lead = stage.staff["ccc-cmc"]
    file = await _file(
        stage,
        lead,
        lead="ccc-cmc",
        days=180,
        slug="legal-status-strategy",
        title={"fr": "Stratégie sur le statut juridique", "en": "Strategy on the legal status"},
        theme=AdvocacyTheme.LEGAL_STATUS,
        confidentiality=Confidentiality.STAFF,
        joined=("cadres-justice-estuaire",),
    )
    await _negotiate(stage, lead, file, _LEGAL_STATUS)


async def _file(
    stage: Stage,
    staff: Person,
    *,
    lead: str,
    days: int,
    slug: str,
    title: Mapping[str, str],
    theme: AdvocacyTheme,
    confidentiality: Confidentiality,
    joined: Sequence[str],
) -> AdvocacyFile:
    async with stage.acting_as(staff, _moment(stage, days)) as work:
        (leading,) = stage.ids(lead)
        file = await open_advocacy_file(
            work, association_id=leading, slug=slug, title=title, theme=theme, confidentiality=confidentiality
        )
        for participant in stage.ids(*joined):
            await add_participant(work, file.id, participant)
        await take_position(work, file.id, leading, _S.SUPPORTS)
    return file


async def _negotiate(stage: Stage, staff: Person, file: AdvocacyFile, asked: Sequence[_Asked]) -> None:
    """Draft the demands, and change each one's state day by day."""
    drafted = max(days for demand in asked for days, _ in demand.life) + 5
    async with stage.acting_as(staff, _moment(stage, drafted)) as work:
        demands = [(await draft_demand(work, file.id, title={"fr": demand.fr, "en": demand.en})).id for demand in asked]
        await move_advocacy_file(work, file.id, AdvocacyFileState.NEGOTIATING)
    for day in sorted({days for demand in asked for days, _ in demand.life}, reverse=True):
        async with stage.acting_as(staff, _moment(stage, day)) as work:
            for id, demand in zip(demands, asked, strict=True):
                for state in (state for days, state in demand.life if days == day):
                    tabled = state is _D.TABLED
                    await change_demand(
                        work,
                        id,
                        state,
                        counterpart=_SECRETARIAT if tabled else None,
                        due_on=stage.ahead(120 - day) if tabled else None,
                    )
    async with stage.acting_as(staff, _moment(stage, 14)) as work:
        for id, demand in zip(demands, asked, strict=True):
            if demand.answer is not None:
                published = None if demand.published is None else _day(stage, demand.published)
                decided = _day(stage, demand.decided)
                await record_answer(work, id, text=demand.answer, decided_on=decided, published_on=published)


def _day(stage: Stage, days: int) -> date:
    return stage.today - timedelta(days=days)


def _moment(stage: Stage, days: int) -> datetime:
    return stage.at(_day(stage, days), 10)


STEPS = (status_of_senior_management, pensions, legal_status)
