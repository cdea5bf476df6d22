"""Ana at an event as another association's delegate, with a guest."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import PositionClass, RegistrationState, Scan, ScanKind
from schema.base.ids import encode_id
from tests.access.world import World

AFTER = ("events.planning", "events.registrations", "people.persons")


async def rows(world: World) -> None:
    """Two seats are Ana's and her guest's, the third is nobody's yet; and she is sent elsewhere as well."""
    make = world.make
    event = await make.event(world.home, slug="with-guests", capacity=9, largest_party=3)
    world.named("Event with guests", event)
    world.named("Event other", await make.event(world.home, slug="with-guests-too", largest_party=3))
    registration = await make.registration(event, world.person("own"), seats=3, delegated_by_id=world.elsewhere.id)
    world.add("Registration delegate", registration)
    came = event.starts_at
    left = came + timedelta(hours=1)
    world.add("RegistrationGuest Guy", await make.guest(registration, checked_in_at=came, checked_out_at=left))
    await _delegates(world)


async def _delegates(world: World) -> None:
    """What the association that sends her sees of her when she has come, waits, has an offer, or has cancelled."""
    make, ana = world.make, world.person("own")
    then = datetime.now(UTC).replace(microsecond=0)
    came: dict[str, Any] = {"checked_in_at": then, "checked_out_at": then}
    for name, state, columns in (
        ("left", RegistrationState.ATTENDED, came),
        ("waiting", RegistrationState.WAITLISTED, {}),
        ("offered", RegistrationState.OFFERED, {}),
        ("cancelled", RegistrationState.CANCELLED, {}),
    ):
        event = await make.event(world.home, capacity=1)
        if name == "waiting":
            other = await make.member(world.home, position_class=PositionClass.MANAGER)
            await make.registration(event, other, RegistrationState.OFFERED)
        registration = await make.registration(event, ana, state, delegated_by_id=world.elsewhere.id, **columns)
        world.add(f"Registration delegate, {name}", registration)
        if name == "left":
            question = await make.question(event)
            await make.answer(registration, question, "Le statut")
            await make.registration_message(registration)
            await make.invoice(registration, payer_id=world.elsewhere.id)
            scan = {"event_id": event.id, "association_id": world.home.id, "nonce": "left", "kind": ScanKind.CHECK_OUT}
            of = {"registration_id": registration.id, "code": registration.ticket_code}
            await make.add(Scan, scan | of, at=then, received_at=then)


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
