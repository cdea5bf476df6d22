"""The confederation of the first seed: umbrellas, a partner, associations over four sectors, boards and members."""

from datetime import date, timedelta

from models import AssociationKind, Role, Sector
from services.demo import advocacy, ccc_cmc_programme, desk, fees, office, questions, study_meetings
from services.demo.membership import BOARD, board, people, run_by
from services.demo.stage import Stage
from services.membership.memberships import Admission, admit_all
from services.tenancy.affiliations import affiliate
from services.tenancy.roles import grant_role

NAME = {"fr": "Confédération canadienne des cadres", "en": "Canadian Managers Confederation"}
LOCALES, TIME_ZONE = ("fr", "en"), "America/Toronto"
_FOUNDED = date(2009, 1, 12)
_FIRST_MEMBERS = date(2009, 9, 14)

PUBLIC, PARAPUBLIC, PERIPUBLIC, PRIVATE = Sector.PUBLIC, Sector.PARAPUBLIC, Sector.PERIPUBLIC, Sector.PRIVATE
ASSOCIATIONS = (
    ("cadres-ministeres-boreaux", PUBLIC, "Cadres des ministères boréaux", "Managers of the Boreal Departments"),
    ("cadres-agences-laurentie", PUBLIC, "Cadres des agences de Laurentie", "Managers of the Laurentia Agencies"),
    ("cadres-justice-estuaire", PUBLIC, "Cadres de justice de l'Estuaire", "Justice Managers of the Estuary"),
    ("cadres-sante-trois-lacs", PARAPUBLIC, "Cadres de santé des Trois-Lacs", "Health Managers of Trois-Lacs"),
    ("cadres-soins-cap-nord", PARAPUBLIC, "Cadres des soins de Cap-Nord", "Care Managers of Cap-Nord"),
    ("cadres-colleges-plateau", PARAPUBLIC, "Cadres des collèges du Plateau", "College Managers of the Plateau"),
    ("cadres-scolaires-rive-claire", PARAPUBLIC, "Cadres scolaires de Rive-Claire", "School Managers of Rive-Claire"),
    ("cadres-municipaux-mille-ponts", PERIPUBLIC, "Cadres municipaux des Mille-Ponts", "Mille-Ponts City Managers"),
    ("cadres-transport-grande-baie", PERIPUBLIC, "Cadres du transport de Grande-Baie", "Grande-Baie Transit Managers"),
    ("cadres-energie-bas-pays", PERIPUBLIC, "Cadres de l'énergie du Bas-Pays", "Bas-Pays Energy Managers"),
    ("cadres-assurance-port-clair", PRIVATE, "Cadres de l'assurance de Port-Clair", "Port-Clair Insurance Managers"),
    ("cadres-aeronautique-ciel-ouvert", PRIVATE, "Cadres de l'aéronautique Ciel-Ouvert", "Open-Sky Aerospace Managers"),
    ("cadres-commerce-vieux-quai", PRIVATE, "Cadres du commerce du Vieux-Quai", "Vieux-Quai Retail Managers"),
    ("cadres-logiciel-polaris", PRIVATE, "Cadres du logiciel Polaris", "Polaris Software Managers"),
)  # fmt: skip
_DIRECTLY = ("cadres-ministeres-boreaux", "cadres-energie-bas-pays", "cadres-aeronautique-ciel-ouvert")
"""Affiliated with the national umbrella as well as with the provincial one."""
_NATIONAL_ONLY = ("cadres-commerce-vieux-quai", "cadres-logiciel-polaris")
_VISIBLE = frozenset(slug for slug, *_ in ASSOCIATIONS[::2])
_HANDLES = {
    "cadres-ministeres-boreaux": {0: "governor"},  # the first of them is on the current board
    "cadres-sante-trois-lacs": {BOARD: "manager"},  # the first who isn't
}


async def federation(stage: Stage) -> None:
    """Found the confederation, with umbrellas, a partner, staff, and associations with their affiliations."""
    await stage.found(_FOUNDED, NAME, "Responsable de la protection des renseignements personnels")
    kinds = AssociationKind
    async with stage.platform(_FOUNDED) as work:
        await stage.association(work, "ccc-cmc", NAME["fr"], NAME["en"], kind=kinds.UMBRELLA)
        quebec = "Confédération nationale des cadres du Québec"
        await stage.association(work, "cncq", quebec, quebec, kind=kinds.UMBRELLA)
        await stage.association(
            work,
            "placement-centre",
            "Centre de placement et de formation des cadres supérieurs",
            "Senior Managers Job Placement and Training Centre",
            kind=kinds.PARTNER,
        )
        for slug, sector, fr, en in ASSOCIATIONS:
            about = {
                "fr": f"L'association « {fr} » réunit des cadres et défend leurs conditions de travail.",
                "en": f"“{en}” brings managers together and stands up for their working conditions.",
            }
            await stage.association(work, slug, fr, en, sector=sector, about=about)
        pairs = [("cncq", "ccc-cmc")]
        pairs += [(slug, "cncq") for slug, *_ in ASSOCIATIONS if slug not in _NATIONAL_ONLY]
        pairs += [(slug, "ccc-cmc") for slug in (*_DIRECTLY, *_NATIONAL_ONLY)]
        for association, umbrella in pairs:
            below, above = stage.ids(association, umbrella)
            visible = association == "cncq" or association in _VISIBLE
            await affiliate(
                work, association_id=below, umbrella_id=above, starts_on=_FOUNDED, visible_from_above=visible
            )
        admin, adviser = await stage.persons(work, "ccc-cmc", 2, handles={0: "admin", 1: "adviser"})
        (registrar,) = await stage.persons(work, "cncq", 1, handles={0: "registrar"})
        await run_by(stage, work, "ccc-cmc", admin, Role.ADMINISTRATOR, cascades=True)
        await run_by(stage, work, "cncq", registrar, Role.REGISTRAR, cascades=True)
        national = stage.associations["ccc-cmc"].id
        await grant_role(work, person_id=adviser.id, association_id=national, role=Role.ADVISER, cascades=True)


async def members(stage: Stage) -> None:
    """Each association's first members and board, then later members, and the current board."""
    since = stage.today - timedelta(days=200)  # before any event of the programme
    for slug, sector, *_ in ASSOCIATIONS:
        async with stage.platform(_FIRST_MEMBERS) as work:
            first = await people(stage, work, slug, sector, BOARD + 9, joined=(date(1998, 1, 5), _FIRST_MEMBERS))
            await board(stage, work, slug, first, starts_on=_FIRST_MEMBERS, ends_on=date(2014, 9, 30))
            # The secretary of the first board has stayed on, and runs the association's events.
            await run_by(stage, work, slug, first[2], Role.ADMINISTRATOR)
        async with stage.platform(since) as work:
            count = stage.rng.randrange(16, 44)
            joined = (date(2012, 1, 9), since)
            later = await people(stage, work, slug, sector, count, joined=joined, handles=_HANDLES.get(slug))
            await board(stage, work, slug, later, starts_on=date(since.year - 1, 9, 15))
        stage.advance(1 / len(ASSOCIATIONS))


async def several_associations(stage: Stage) -> None:
    """Make some people members of a second association: a headcount counts them once."""
    second, first = "cadres-logiciel-polaris", "cadres-assurance-port-clair"
    day = stage.today - timedelta(days=21)
    async with stage.platform(day) as work:
        await admit_all(
            work,
            association_id=stage.associations[second].id,
            admissions=[
                Admission(person_id=person.id, category_id=stage.categories[second], joined_on=day)
                for person in stage.members[first][BOARD : BOARD + 5]
            ],
        )


async def new_members(stage: Stage) -> None:
    """Members who joined in the last weeks."""
    recently = stage.today - timedelta(days=60), stage.today - timedelta(days=7)
    async with stage.platform(recently[1]) as work:
        for slug, sector, *_ in ASSOCIATIONS:
            await people(stage, work, slug, sector, stage.rng.randrange(2, 6), joined=recently)


STEPS = (
    federation,
    members,
    several_associations,
    *study_meetings.STEPS,
    *ccc_cmc_programme.STEPS,
    new_members,
    *advocacy.STEPS,
    *fees.STEPS,
    *questions.STEPS,
    *desk.STEPS,
    *office.STEPS,
)
