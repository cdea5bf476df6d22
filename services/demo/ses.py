"""The secretariat of the third seed: 2,585 holders of senior positions, counted from their positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models import (
    AssociationKind,
    EventKind,
    EventState,
    ManagementLevel,
    Person,
    PositionClass,
    Role,
    Sector,
    WorkingTime,
)
from services.demo.membership import regular, run_by
from services.demo.mentoring import mentoring
from services.demo.programme import HYBRID, ONLINE, Programmed, put_on
from services.demo.stage import Stage
from services.membership.memberships import Admission, admit_all
from services.people.positions import PositionInput, begin_positions
from services.tenancy.affiliations import affiliate
from services.tenancy.roles import grant_role

NAME = {"fr": "Secrétariat aux emplois supérieurs", "en": "Secretariat for Senior Positions"}
LOCALES, TIME_ZONE = ("fr", "en"), "America/Toronto"
_FOUNDED = date(2004, 9, 7)  # autumn 2004
_HOLDERS = "titulaires"
_BATCH = 400


@dataclass(frozen=True)
class _Holders:
    """Number of holders of a class of position, and their titles. The counts are the seed's."""

    position_class: PositionClass
    count: int
    working_time: WorkingTime
    sector: Sector
    titles: tuple[str, ...]
    level: ManagementLevel | None = None


_CLASSES = (
    _Holders(
        PositionClass.BOARD_MEMBER,
        1850,
        WorkingTime.PART_TIME,
        Sector.PERIPUBLIC,
        ("Membre du conseil d'administration", "Présidente du conseil d'administration"),
    ),
    _Holders(
        PositionClass.BODY_MEMBER,
        360,
        WorkingTime.FULL_TIME,
        Sector.PUBLIC,
        ("Membre", "Régisseuse", "Commissaire", "Juge administratif"),
    ),
    _Holders(
        PositionClass.SENIOR_EXECUTIVE,
        375,
        WorkingTime.FULL_TIME,
        Sector.PUBLIC,
        ("Sous-ministre adjointe", "Sous-ministre associé", "Dirigeante d'organisme", "Vice-président d'organisme"),
        ManagementLevel.EXECUTIVE,
    ),
)
_EMPLOYERS = {
    PositionClass.BOARD_MEMBER: (
        "Société des Marées",
        "Musée des Neiges",
        "Fonds des Sentiers",
        "Agence du Bois clair",
    ),
    PositionClass.BODY_MEMBER: ("Tribunal des Lacs", "Régie des Vents", "Commission des Rivages"),
    PositionClass.SENIOR_EXECUTIVE: ("Ministère des Lacs", "Ministère des Sentiers", "Bureau des Archives vives"),
}


async def secretariat(stage: Stage) -> None:
    """Found the confederation, with the holders' association and the secretariat's staff."""
    await stage.found(_FOUNDED, NAME, "Responsable de la protection des renseignements personnels")
    async with stage.platform(_FOUNDED) as work:
        await stage.association(work, "ses", NAME["fr"], NAME["en"], kind=AssociationKind.UMBRELLA)
        await stage.association(
            work,
            _HOLDERS,
            "Titulaires d'un emploi supérieur",
            "Holders of senior positions",
            sector=Sector.PUBLIC,
            about={
                "fr": "Les personnes nommées par le gouvernement à un emploi supérieur.",
                "en": "Persons whom the government has appointed to a senior position.",
            },
        )
        holders, secretariat = stage.ids(_HOLDERS, "ses")
        await affiliate(
            work, association_id=holders, umbrella_id=secretariat, starts_on=_FOUNDED, visible_from_above=True
        )
        handles = {0: "admin", 1: "coordinator", 2: "counsellor"}
        admin, coordinator, counsellor = await stage.persons(work, "ses", 3, handles=handles, english=0)
        await run_by(stage, work, "ses", admin, Role.ADMINISTRATOR, cascades=True)
        stage.staff[_HOLDERS] = admin
        for person, role in ((coordinator, Role.COORDINATOR), (counsellor, Role.COUNSELLOR)):
            await grant_role(work, person_id=person.id, association_id=secretariat, role=role, cascades=True)


async def holders(stage: Stage) -> None:
    """Everybody who holds a senior position, in batches. One of them began this month."""
    earlier, first_of_month = stage.today - timedelta(days=90), stage.today.replace(day=1)
    total = sum(holders.count for holders in _CLASSES)
    for of_class in _CLASSES:
        last = 0
        if of_class.position_class is PositionClass.BODY_MEMBER:
            last = 1
            await _batch(stage, of_class, 1, starts=(first_of_month, first_of_month), handle="newcomer")
        leading = "holder" if of_class.position_class is PositionClass.SENIOR_EXECUTIVE else None
        for first in range(0, of_class.count - last, _BATCH):
            count = min(_BATCH, of_class.count - last - first)
            await _batch(stage, of_class, count, starts=(_FOUNDED, earlier), handle=None if first else leading)
            stage.advance(count / total)


async def _batch(
    stage: Stage, holders: _Holders, count: int, *, starts: tuple[date, date], handle: str | None = None
) -> None:
    """Register holders of a class on the latest of their first days."""
    async with stage.platform(starts[1]) as work:
        persons = await stage.persons(work, _HOLDERS, count, handles={0: handle} if handle else {}, english=0.08)
        days = [stage.day_between(*starts) for _ in persons]
        await begin_positions(work, _positions(stage, holders, persons, days))
        category = await regular(stage, work, _HOLDERS)
        await admit_all(
            work,
            association_id=stage.associations[_HOLDERS].id,
            admissions=[
                Admission(person_id=person.id, category_id=category, joined_on=day)
                for person, day in zip(persons, days, strict=True)
            ],
        )
    if handle != "newcomer":  # can't register before they have begun
        stage.members.setdefault(_HOLDERS, []).extend(persons)


def _positions(
    stage: Stage, holders: _Holders, persons: Sequence[Person], starts: Sequence[date]
) -> list[PositionInput]:
    return [
        PositionInput(
            person_id=person.id,
            employer=stage.rng.choice(_EMPLOYERS[holders.position_class]),
            title="Sous-ministre" if person is stage.cast.get("holder") else stage.rng.choice(holders.titles),
            position_class=holders.position_class,
            working_time=holders.working_time,
            sector=holders.sector,
            level=holders.level,
            starts_on=day,
        )
        for person, day in zip(persons, starts, strict=True)
    ]


_K = EventKind
PROGRAMME = (
    Programmed(association="ses", slug="seance-accueil", kind=_K.WELCOME_SESSION, days=16, capacity=25,
               fr="Séance d'accueil des nouveaux titulaires", en="Welcome session for new office-holders",
               city="Québec"),
    Programmed(association=_HOLDERS, slug="leadership-strategique", kind=_K.PROFESSIONAL_DEVELOPMENT, days=29,
               capacity=20, registered=26, cancelled=2, fr="Leadership stratégique", en="Strategic leadership",
               city="Québec"),
    Programmed(association=_HOLDERS, slug="rendez-vous-mentorat", kind=_K.LOCAL_MEETING, days=36, format=HYBRID,
               capacity=30, registered=18, fr="Rendez-vous du mentorat", en="Mentoring get-together", city="Québec"),
    Programmed(association=_HOLDERS, slug="reflexion-carriere", kind=_K.WEBINAR, days=11, hour=12, hours=1,
               format=ONLINE, registered=22, fr="Réfléchir à sa carrière", en="Reflecting on one's career"),
    Programmed(association="ses", slug="soiree-reconnaissance", kind=_K.RECOGNITION, days=82, hour=18,
               fr="Soirée de reconnaissance", en="Recognition evening", city="Québec", state=EventState.PUBLISHED),
    Programmed(association=_HOLDERS, slug="diner-hauts-fonctionnaires", kind=_K.SOCIAL, days=23, hour=12, capacity=40,
               registered=30, fr="Dîner des hauts fonctionnaires", en="Senior officials' lunch", city="Québec"),
)  # fmt: skip


async def programme(stage: Stage) -> None:
    """Events of the secretariat in the coming weeks."""
    for event in PROGRAMME:
        await put_on(stage, event)
        stage.advance(1 / len(PROGRAMME))


STEPS = (secretariat, holders, programme, mentoring)
