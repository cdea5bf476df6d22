"""Ana mentors the member of her association; what is between them is theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import MentoringProgramme, PairingState, Person, PositionClass, ProgrammeState, Sector
from tests.access.asking import page
from tests.access.world import FAR, World
from tests.making import texts

AFTER = ("people.persons",)

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


async def rows(world: World) -> None:
    """Programmes and profiles of each way, and pairings from proposed to ended."""
    make, ana, member = world.make, world.person("own"), world.person("member")
    described: dict[str, Any] = {"summary": texts("Résumé", "Summary"), "ends_on": FAR}
    programme = await make.programme(world.home, slug="mentoring", **described)
    world.add("MentoringProgramme open", programme)
    world.add(
        "MentoringProgramme draft",
        await make.programme(world.home, ProgrammeState.DRAFT, slug="mentoring-draft", **described),
    )
    world.named("MentoringProgramme foreign", await world.foreign.programme())
    said = {"presentation": "Bonjour.", "sector": Sector.PUBLIC, "region": "Québec"}
    mentor = await make.mentor(ana, programme, capacity=5, **said)
    world.add("MentoringProfile published", mentor)
    world.add("MentoringProfile closed", await make.mentee(ana, programme, published_at=None, **said))
    mentee = await make.mentee(member, programme)
    world.add("Pairing ended", await make.pairing(mentor, mentee, PairingState.ENDED))
    active = await make.pairing(mentor, mentee)
    world.add("Pairing active", active)
    world.add("PairingGoal open", await make.goal(active))
    world.add("PairingGoal achieved", await make.goal(active, achieved_on=FAR))
    world.add("PairingSession", await make.session(active, topic="Se connaître"))
    world.add("PairingNote", await make.note(active))
    # They hold a position, as whoever is counted in this world: a few who don't would suppress a figure.
    nobody_yet = await make.member(world.home, position_class=PositionClass.MANAGER)
    earlier = active.proposed_at - timedelta(days=1)
    times = {"proposed_at": earlier, "mentee_accepted_at": earlier}
    chief = await make.mentee(world.row(Person, "chief"), programme)
    proposed = await make.pairing(mentor, chief, PairingState.PROPOSED, **times)
    world.add("Pairing proposed", proposed)
    free = await make.mentee(nobody_yet, programme)
    world.named("MentoringProfile free", free)
    # The pairings begin with the latest proposal.
    world.reached(
        "PairingProgress", "of active", 'mentoringProgramme(slug: "mentoring")', "pairings", "nodes", "progress"
    )


def roots(world: World) -> dict[str, dict[str, str]]:
    """Programmes of this confederation and of another."""
    foreign = world.row(MentoringProgramme, "foreign").slug
    return {
        "mentoringProgramme": {
            "open": 'mentoringProgramme(slug: "mentoring") { id }',
            "draft": 'mentoringProgramme(slug: "mentoring-draft") { id }',
            "another tenant's": f'mentoringProgramme(slug: "{foreign}") {{ id }}',
        },
        "mentoringProgrammes": {
            "open": page("mentoringProgrammes", "mentoring"),
            "draft": page("mentoringProgrammes", "mentoring-draft"),
            "another tenant's": page("mentoringProgrammes", foreign),
        },
    }


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What coordinators, mentors and mentees do."""
    ids = world.ids
    open_, draft = ({"mentoringProgrammeId": ids[f"MentoringProgramme {way}"]} for way in ("open", "draft"))
    active, proposed, ended = ({"pairingId": ids[f"Pairing {way}"]} for way in ("active", "proposed", "ended"))
    mine = {"role": "MENTEE", "languages": ["fr"]}
    goals = {way: {way: {"pairingGoalId": ids[f"PairingGoal {way}"]}} for way in ("open", "achieved")}
    return {
        "createMentoringProgramme": {
            "home": {
                "associationId": ids["Association home"],
                "slug": "another-programme",
                "name": [{"locale": "FR", "text": "Mentorat"}],
                "startsOn": YESTERDAY,
            }
        },
        "openMentoringProgramme": {"open": open_, "draft": draft},
        "closeMentoringProgramme": {"open": open_},
        "draftMentoringProfile": {"open": open_ | mine, "draft": draft | mine},
        "publishMentoringProfile": {"closed": {"mentoringProfileId": ids["MentoringProfile closed"]}},
        "withdrawMentoringProfile": {"published": {"mentoringProfileId": ids["MentoringProfile published"]}},
        "proposePairing": {
            "free": {
                "mentorProfileId": ids["MentoringProfile published"],
                "menteeProfileId": ids["MentoringProfile free"],
            },
            "Ana's draft": {
                "mentorProfileId": ids["MentoringProfile published"],
                "menteeProfileId": ids["MentoringProfile closed"],
            },
        },
        "acceptPairing": {"proposed": proposed},
        "declinePairing": {"proposed": proposed, "active": active},
        "completePairing": {"active": active},
        "endPairing": {
            "active": active | {"reason": "NOT_A_MATCH"},
            "proposed": proposed | {"reason": "PROPOSAL_WITHDRAWN"},
        },
        "createPairingGoal": {"active": active | {"title": "Déléguer"}, "ended": ended | {"title": "Déléguer"}},
        "achievePairingGoal": goals["open"],
        "reopenPairingGoal": goals["achieved"],
        "recordPairingSession": {"active": active | {"heldOn": YESTERDAY, "minutes": 60}},
        "createPairingNote": {"active": active | {"text": "Entre nous."}},
        "deletePairingNote": {"Ana's": {"pairingNoteId": ids["PairingNote"]}},
    }
