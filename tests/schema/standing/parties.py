"""Ana at an event as another association's delegate, with a guest."""

from datetime import timedelta
from typing import Any

from models import RegistrationGuest
from schema.base.ids import encode_id
from tests.schema.world import World

AFTER = ("events", "people", "registrations")


async def rows(world: World) -> None:
    """Two seats are Ana's and her guest's, the third is nobody's yet."""
    make = world.make
    event = await make.event(world.home, slug="with-guests", capacity=9, largest_party=3)
    world.named("Event with guests", event)
    world.named("Event other", await make.event(world.home, slug="with-guests-too", largest_party=3))
    registration = await make.registration(event, world.person("own"), seats=3, delegated_by_id=world.elsewhere.id)
    world.add("Registration delegate", registration)
    came = event.starts_at
    left = came + timedelta(hours=1)
    world.add("RegistrationGuest Guy", await make.guest(registration, checked_in_at=came, checked_out_at=left))
    assert await make.count(RegistrationGuest) == 1


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What people, the desk and the association that sends Ana do."""
    ids = world.ids
    delegate = {"registrationId": ids["Registration delegate"]}
    guest = {"registrationGuestId": ids["RegistrationGuest Guy"]}

    def group(person: str, **given: Any) -> dict[str, Any]:
        return {"eventId": ids["Event open"], "personIds": [ids[f"Person {person}"]]} | given

    return {
        "createRegistrationGuest": {"delegate": delegate | {"name": "Rose"}},
        "updateRegistrationGuest": {"Guy": guest | {"name": "Guillaume"}},
        "deleteRegistrationGuest": {"Guy": guest},
        "updateRegistration": {"delegate": delegate | {"seats": 2}, "a speaker": delegate | {"role": "SPEAKER"}},
        "registerGroup": {
            "of home": group("Ana", answers=[{"personId": ids["Person Ana"], "answers": []}]),
            "of delegates": group("elsewhere", associationId=encode_id("Association", world.elsewhere.id)),
        },
        "moveRegistration": {
            "to somebody of home": delegate | {"personId": ids["Person chief"]},
            "to another delegate": delegate | {"personId": ids["Person elsewhere"]},
        },
        "moveToEvent": {"delegate": delegate | {"eventId": ids["Event other"]}},
    }
