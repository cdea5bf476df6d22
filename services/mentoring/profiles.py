"""Mentoring profiles: written, published and withdrawn by the person."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col

from models import MentoringProfile, MentoringProgramme, MentoringRole, Person, Sector
from services.core.checks import check_languages, check_text
from services.core.errors import InvalidInput
from services.core.work import Work
from services.mentoring.errors import CapacityTaken, NotAMember
from services.mentoring.programmes import require_open

MOST_MENTEES = 20
"""Maximum capacity of a mentor."""
MOST_SKILLS = 30
MOST_LANGUAGES = 10


async def draft_profile(
    work: Work,
    programme_id: UUID,
    *,
    role: MentoringRole,
    languages: Sequence[str],
    skills: Sequence[str] = (),
    presentation: str | None = None,
    sector: Sector | None = None,
    region: str | None = None,
    capacity: int | None = None,
) -> MentoringProfile:
    """Write or rewrite the actor's own profile in a role. A published one stays published. It shows the person's name.

    `skills`: offered by a mentor, sought by a mentee. `capacity`: maximum number of mentees at the same time, for a
    mentor only. WrongProgrammeState unless the programme is open, NotAMember unless the person is a member of its
    association, CapacityTaken if more places are taken.
    """
    person_id = work.actor.required_person_id
    programme = await work.find(MentoringProgramme, programme_id, "mentoringProgrammeId")
    _check_access(work, programme)
    given: dict[str, Any] = {
        "presentation": None if presentation is None else check_text(presentation, "presentation", most=5000),
        "skills": _skills(skills),
        "languages": check_languages(languages, "languages", most=MOST_LANGUAGES),
        "sector": sector,
        "region": None if region is None else check_text(region, "region"),
        "capacity": _capacity(role, capacity),
        "name": await _name(work, person_id),
    }
    # Serializes a person's drafts: the second finds the profile that the first created.
    await work.lock(f"mentoring profile:{programme_id}:{person_id}:{role}")
    profile = await _own(work, programme_id, person_id, role)
    if profile is None:
        profile = MentoringProfile(
            programme_id=programme.id,
            association_id=programme.association_id,
            person_id=person_id,
            role=role,
            **given,
        )
        await work.insert(profile)
        action = "mentoring_profile.drafted"
    else:
        # Under the row's lock, which taking a place requires: `taken` can't change.
        if capacity is not None and capacity < profile.taken:
            raise CapacityTaken(profile.taken, path=("capacity",))
        for name, value in given.items():
            setattr(profile, name, value)
        await work.flush()
        action = "mentoring_profile.changed"
    # Until it is published, nobody else may know that the person considers mentoring.
    await work.record(action, profile, confidential=not profile.published, data={"programme_id": str(programme.id)})
    return profile


async def publish_profile(work: Work, profile_id: UUID) -> MentoringProfile:
    """Publish one's own profile to the association's members; coordinators may propose pairings with it.

    NotFound for anybody else's. WrongProgrammeState unless the programme is open; NotAMember as in `draft_profile`.
    """
    profile = await _mine(work, profile_id)
    _check_access(work, await work.find(MentoringProgramme, profile.programme_id))
    if profile.published_at is None:
        profile.published_at = work.now
        await work.flush()
        await work.record("mentoring_profile.published", profile, data={"programme_id": str(profile.programme_id)})
    return profile


async def withdraw_profile(work: Work, profile_id: UUID) -> MentoringProfile:
    """Hide one's own profile from everybody else, at any time; existing pairings continue.

    NotFound for anybody else's.
    """
    profile = await _mine(work, profile_id)
    if profile.published_at is not None:
        profile.published_at = None
        await work.flush()
        await work.record("mentoring_profile.withdrawn", profile, data={"programme_id": str(profile.programme_id)})
    return profile


async def _mine(work: Work, profile_id: UUID) -> MentoringProfile:
    """The actor's own profile, locked: nobody else has the right that the lock requires."""
    work.actor.required_person_id  # noqa: B018 - NotSignedIn
    return await work.find(MentoringProfile, profile_id, "mentoringProfileId", lock=True)


async def _own(work: Work, programme_id: UUID, person_id: UUID, role: MentoringRole) -> MentoringProfile | None:
    query = work.select(MentoringProfile, lock=True).where(
        col(MentoringProfile.programme_id) == programme_id,
        col(MentoringProfile.person_id) == person_id,
        col(MentoringProfile.role) == role,
    )
    return (await work.session.execute(query)).scalar_one_or_none()


def _check_access(work: Work, programme: MentoringProgramme) -> None:
    if programme.association_id not in work.actor.memberships:
        raise NotAMember(programme.association_id)
    require_open(programme)


async def _name(work: Work, person_id: UUID) -> str:
    person = await work.find(Person, person_id)
    return f"{person.given_name} {person.family_name}"


def _skills(skills: Sequence[str]) -> list[str]:
    if len(skills) > MOST_SKILLS:
        raise InvalidInput(f"{MOST_SKILLS} skills at the most", f"{len(skills)}", path=("skills",))
    checked = [check_text(skill, "skills", str(rank), most=100) for rank, skill in enumerate(skills)]
    return list(dict.fromkeys(checked))


def _capacity(role: MentoringRole, capacity: int | None) -> int | None:
    if role is MentoringRole.MENTEE:
        if capacity is not None:
            raise InvalidInput("no capacity: a mentee accompanies nobody", f"{capacity}", path=("capacity",))
        return None
    if capacity is None or not 1 <= capacity <= MOST_MENTEES:
        raise InvalidInput(f"1 to {MOST_MENTEES} mentees at once", f"{capacity}", path=("capacity",))
    return capacity
