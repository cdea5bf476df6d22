"""Members of the demo's associations: positions, memberships and boards."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from models import CategoryKind, ManagementLevel, MandateRole, Person, PositionClass, Role, Sector, WorkingTime
from services.core.work import Work
from services.demo.stage import Stage
from services.membership.categories import create_category
from services.membership.memberships import Admission, admit_all
from services.people.mandates import MandateInput, begin_mandates
from services.people.positions import PositionInput, begin_positions
from services.tenancy.roles import grant_role

BOARD = 7
"""Seats on a board of governors; the first four also hold the offices."""
OFFICES = (MandateRole.PRESIDENT, MandateRole.VICE_PRESIDENT, MandateRole.SECRETARY, MandateRole.TREASURER)

_EMPLOYERS = {
    Sector.PUBLIC: ("Ministère des Lacs", "Ministère des Sentiers", "Agence des Archives vives", "Régie des Marées"),
    Sector.PARAPUBLIC: ("Hôpital des Trois-Lacs", "Collège du Haut-Plateau", "Centre scolaire de Rive-Claire"),
    Sector.PERIPUBLIC: ("Ville de Cap-Nord", "Transport de Grande-Baie", "Énergie du Bas-Pays"),
    Sector.PRIVATE: ("Ateliers Nord", "Assurances Port-Clair", "Comptoir du Vieux-Quai", "Logiciels Polaris"),
}
_POSTS = (
    ("Cheffe de service", PositionClass.MANAGER, ManagementLevel.FIRST_LINE),
    ("Coordonnateur", PositionClass.MANAGER, ManagementLevel.FIRST_LINE),
    ("Directrice adjointe", PositionClass.MANAGER, ManagementLevel.MIDDLE),
    ("Directeur", PositionClass.SENIOR_MANAGER, ManagementLevel.SENIOR),
    ("Directrice générale adjointe", PositionClass.SENIOR_MANAGER, ManagementLevel.SENIOR),
)


async def people(
    stage: Stage,
    work: Work,
    association: str,
    sector: Sector,
    count: int,
    *,
    joined: tuple[date, date],
    handles: Mapping[int, str] | None = None,
) -> list[Person]:
    """Register managers of a sector, and make them members who joined between two days."""
    persons = await stage.persons(work, association, count, handles=handles)
    posts = [stage.rng.choice(_POSTS) for _ in persons]
    days = [stage.day_between(*joined) for _ in persons]
    await begin_positions(
        work,
        [
            PositionInput(
                person_id=person.id,
                employer=stage.rng.choice(_EMPLOYERS[sector]),
                title=title,
                position_class=position_class,
                working_time=WorkingTime.FULL_TIME,
                sector=sector,
                level=level,
                starts_on=stage.day_between(day - timedelta(days=900), day),
            )
            for person, day, (title, position_class, level) in zip(persons, days, posts, strict=True)
        ],
    )
    category_id = await regular(stage, work, association)
    await admit_all(
        work,
        association_id=stage.associations[association].id,
        admissions=[
            Admission(
                person_id=person.id,
                category_id=category_id,
                joined_on=day,
                ends_on=None if rank < BOARD or person in stage.cast.values() else _end(stage),
            )
            for rank, (person, day) in enumerate(zip(persons, days, strict=True))
        ],
    )
    stage.members.setdefault(association, []).extend(persons)
    return persons


async def regular(stage: Stage, work: Work, association: str) -> UUID:
    """The association's category of regular members, created when first needed."""
    if association not in stage.categories:
        category = await create_category(
            work,
            association_id=stage.associations[association].id,
            slug="regular",
            name={"fr": "Membre régulier", "en": "Regular member"},
            kind=CategoryKind.REGULAR,
            grace_days=60,
        )
        stage.categories[association] = category.id
    return stage.categories[association]


def _end(stage: Stage) -> date | None:
    """Most memberships have no end, paid through the salary; of the others some are due, in grace or expired."""
    draw = stage.rng.random()
    for share, days in ((0.06, 120), (0.10, -20), (0.14, -200)):
        if draw < share:
            return stage.today + timedelta(days=days)
    return None


async def board(
    stage: Stage,
    work: Work,
    association: str,
    persons: Sequence[Person],
    *,
    starts_on: date,
    ends_on: date | None = None,
) -> None:
    """Give the first persons published mandates on the board of governors, the first four with an office."""
    mandates = [
        MandateInput(person_id=person.id, role=role, starts_on=starts_on, ends_on=ends_on, published=True)
        for rank, person in enumerate(persons[:BOARD])
        for role in (MandateRole.GOVERNOR, *OFFICES[rank : rank + 1])
    ]
    await begin_mandates(work, stage.associations[association].id, mandates)


async def run_by(
    stage: Stage, work: Work, association: str, person: Person, role: Role, *, cascades: bool = False
) -> None:
    """Grant a role from the work's day, and make the person the staff for the association's events."""
    await grant_role(
        work, person_id=person.id, association_id=stage.associations[association].id, role=role, cascades=cascades
    )
    stage.staff[association] = person
