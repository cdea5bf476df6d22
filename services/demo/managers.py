"""Managers of private companies, after the second and fourth seeds: a network and two companies' associations."""

from datetime import date, timedelta

from models import AssociationKind, EventKind, ManagementLevel, PositionClass, Role, Sector, WorkingTime
from services.demo.membership import BOARD, board, people, run_by
from services.demo.programme import HYBRID, ONLINE, Programmed, put_on
from services.demo.stage import Stage
from services.people.positions import begin_position
from services.tenancy.affiliations import affiliate

NAME = {"fr": "Réseau des communautés de managers", "en": "Network of Manager Communities"}
LOCALES, TIME_ZONE = ("fr", "en"), "Europe/Paris"
_FOUNDED = date(2019, 3, 4)
_NORTH, _PORT = "managers-ateliers-nord", "managers-port-clair"


async def network(stage: Stage) -> None:
    """Found the network, with two companies' associations, their members, and an external facilitator."""
    await stage.found(_FOUNDED, NAME, "Déléguée à la protection des données")
    async with stage.platform(_FOUNDED) as work:
        await stage.association(work, "managers", NAME["fr"], NAME["en"], kind=AssociationKind.UMBRELLA)
        for slug, fr, en in (
            (_NORTH, "Association des managers des Ateliers Nord", "Ateliers Nord Managers' Association"),
            (_PORT, "Association des managers de Port-Clair", "Port-Clair Managers' Association"),
        ):
            about = {
                "fr": "Des managers qui s'entraident, indépendamment de l'entreprise.",
                "en": "Managers who help each other, independently of the company.",
            }
            await stage.association(work, slug, fr, en, sector=Sector.PRIVATE, about=about)
            below, above = stage.ids(slug, "managers")
            await affiliate(
                work, association_id=below, umbrella_id=above, starts_on=_FOUNDED, visible_from_above=slug == _NORTH
            )
        handles = {0: "admin", 1: "facilitator"}
        admin, facilitator = await stage.persons(work, "managers", 2, handles=handles, english=0)
        await run_by(stage, work, "managers", admin, Role.ADMINISTRATOR, cascades=True)
        await begin_position(
            work,
            facilitator.id,
            employer="Cabinet Tiers-Regard",
            title="Consultante en prévention des risques psychosociaux",
            position_class=PositionClass.MANAGER,
            working_time=WorkingTime.FULL_TIME,
            sector=Sector.PRIVATE,
            starts_on=_FOUNDED,
        )


async def members(stage: Stage) -> None:
    """The companies' managers, among them the demo persons: a circle member, a non-member, and a director."""
    day = stage.today - timedelta(days=120)
    handles = {_NORTH: {BOARD: "member", BOARD + 1: "stranger"}}
    for slug, count in ((_NORTH, 44), (_PORT, 31)):
        async with stage.platform(day) as work:
            persons = await people(
                stage, work, slug, Sector.PRIVATE, count, joined=(_FOUNDED, day), handles=handles.get(slug)
            )
            await board(stage, work, slug, persons, starts_on=date(day.year - 1, 1, 6))
            await run_by(stage, work, slug, persons[2], Role.ADMINISTRATOR)
            if slug == _NORTH:
                (director,) = await stage.persons(work, slug, 1, handles={0: "director"}, english=0)
                await begin_position(
                    work,
                    director.id,
                    employer="Ateliers Nord",
                    title="Directrice générale",
                    position_class=PositionClass.SENIOR_EXECUTIVE,
                    working_time=WorkingTime.FULL_TIME,
                    sector=Sector.PRIVATE,
                    level=ManagementLevel.EXECUTIVE,
                    starts_on=_FOUNDED,
                )


_K = EventKind
PROGRAMME = (
    Programmed(association="managers", slug="grande-convention", kind=_K.CONVENTION, days=70, hours=8, format=HYBRID,
               capacity=120, fr="Grande convention des managers", en="Managers' convention", city="Port-Clair"),
    Programmed(association=_NORTH, slug="rencontre-ateliers-nord", kind=_K.LOCAL_MEETING, days=13, hour=17, hours=2,
               capacity=16, registered=21, cancelled=2, fr="Rencontre locale", en="Local meeting", city="Ville-Nord"),
    Programmed(association=_NORTH, slug="codeveloppement-ateliers-nord", kind=_K.CODEVELOPMENT_SESSION, days=20,
               capacity=8, registered=11, fr="Séance de codéveloppement", en="Co-development session",
               city="Ville-Nord"),
    Programmed(association=_PORT, slug="codeveloppement-port-clair", kind=_K.CODEVELOPMENT_SESSION, days=27, capacity=8,
               registered=6, fr="Codéveloppement du midi", en="Lunchtime co-development", hour=12, city="Port-Clair"),
    Programmed(association=_NORTH, slug="webinaire-solitude", kind=_K.WEBINAR, days=10, hour=12, hours=1, format=ONLINE,
               registered=25, fr="Rompre la solitude du manager", en="Breaking a manager's solitude"),
    Programmed(association=_PORT, slug="expedition-port-clair", kind=_K.LEARNING_EXPEDITION, days=48, hours=7,
               capacity=10, registered=15, fr="Learning expedition : un port sans papier",
               en="Learning expedition: a port without paper", city="Port-Clair"),
)  # fmt: skip


async def programme(stage: Stage) -> None:
    """The network's events of the year."""
    for event in PROGRAMME:
        await put_on(stage, event)
        stage.advance(1 / len(PROGRAMME))


STEPS = (network, members, programme)
