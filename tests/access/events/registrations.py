"""Registrations of Ana's in every state, and what is told of an event because of them."""

from typing import Any

from models import Event, Person, PositionClass, Registration, RegistrationState
from tests.access.world import World

AFTER = ("events.planning", "people.persons")


async def rows(world: World) -> None:
    """One of each; and five others attended an event, enough to be told as figures."""
    make, ana = world.make, world.person("own")
    for name, event, state in (
        ("confirmed", "published", RegistrationState.CONFIRMED),
        ("absent", "held", RegistrationState.NO_SHOW),
        ("of a draft", "draft", RegistrationState.WAITLISTED),
        ("attended", "reported", RegistrationState.ATTENDED),
        ("cancelled", "cancelled", RegistrationState.CANCELLED),
        ("here", "begun", RegistrationState.ATTENDED),
        ("offered", "announced", RegistrationState.OFFERED),
    ):
        world.add(f"Registration {name}", await make.registration(world.row(Event, event), ana, state))
    chief, reported = world.row(Person, "chief"), world.row(Event, "reported")
    came = await make.registration(reported, chief, RegistrationState.ATTENDED)
    world.named("Registration of the chief", came)
    # Who waits for the draft's seats waits for the end of this offer.
    await make.registration(
        world.row(Event, "draft"),
        await make.member(world.home, position_class=PositionClass.MANAGER),
        RegistrationState.OFFERED,
    )
    for _ in range(5):
        member = await make.member(world.home, position_class=PositionClass.MANAGER)
        await make.registration(world.row(Event, "reported"), member, RegistrationState.ATTENDED)
    assert await make.count(Registration, person_id=ana.id) == 7
    for name in ("reported", "draft"):
        world.reached("Attendance", f"of {name}", *world.samples["Event"][name], "attendance")
    for name in ("published", "draft"):
        world.reached("Eligibility", f"of {name}", *world.samples["Event"][name], "canRegister")


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What members and the desk do."""
    ids = world.ids

    def event(*labels: str) -> dict[str, dict[str, Any]]:
        return {label: {"eventId": ids[f"Event {label}"]} for label in labels}

    def registration(label: str) -> dict[str, dict[str, Any]]:
        return {label: {"registrationId": ids[f"Registration {label}"]}}

    def somebody(event: str, person: str) -> dict[str, Any]:
        return {"eventId": ids[f"Event {event}"], "personId": ids[f"Person {person}"]}

    return {
        "registerForEvent": event("open", "published", "begun", "draft"),
        "registerOnBehalf": {
            "Ana, open": somebody("open", "Ana"),
            "somebody elsewhere, open": somebody("open", "elsewhere"),
            "Ana, again": somebody("published", "Ana"),
        },
        "cancelRegistration": registration("confirmed"),
        "acceptOffer": registration("offered"),
        "declineOffer": registration("offered"),
        "updateRegistrationPriority": {
            label: given | {"priority": 1, "reason": "Asked to"} for label, given in registration("of a draft").items()
        },
        "checkIn": registration("confirmed"),
        "undoCheckIn": registration("here"),
    }
