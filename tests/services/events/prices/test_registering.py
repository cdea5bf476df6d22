"""What registering, waiting and giving up a place do to invoices, by themselves."""

from models import Event, Invoice, InvoiceKind, Person, Registration, RegistrationState, Role
from services.events.planning.life import cancel_event
from services.events.prices.charging import charge_registration
from services.events.registrations.registering import cancel_registration, register
from tests.making import Maker

INVOICE, NOTE = InvoiceKind.INVOICE, InvoiceKind.CREDIT_NOTE


async def registered(make: Maker, event: Event, person: Person, **given: int) -> Registration:
    async with make.acting_as(person) as work:
        return await register(work, event.id, **given)  # type: ignore[arg-type]


async def issued(make: Maker) -> list[tuple[InvoiceKind, object, str]]:
    """Every invoice and credit note, by its number: kind, payer, total."""
    rows = sorted(await make.all(Invoice), key=lambda row: row.number)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [(row.kind, row.person_id or row.payer_id, str(row.total)) for row in rows]


async def test_who_waits_pays_nothing_until_a_seat_is_given_up_for_them(make: Maker) -> None:
    event, ana, ben = await make.event(capacity=1), await make.person(), await make.person()
    await make.price(event, "50.00")
    anas, bens = await registered(make, event, ana), await registered(make, event, ben)
    assert bens.state is RegistrationState.WAITLISTED
    assert await issued(make) == [(INVOICE, ana.id, "50.00")]
    async with make.acting_as(ana) as work:
        await cancel_registration(work, anas.id)
    assert await issued(make) == [
        (INVOICE, ana.id, "50.00"),
        (NOTE, ana.id, "50.00"),
        (INVOICE, ben.id, "50.00"),
    ]


async def test_who_leaves_the_line_was_never_charged(make: Maker) -> None:
    event, ana, ben = await make.event(capacity=1), await make.person(), await make.person()
    await make.price(event, "50.00")
    await registered(make, event, ana)
    bens = await registered(make, event, ben)
    async with make.acting_as(ben) as work:
        await cancel_registration(work, bens.id)
    assert await issued(make) == [(INVOICE, ana.id, "50.00")]


async def test_a_party_pays_for_all_its_seats(make: Maker) -> None:
    event, ana = await make.event(largest_party=4), await make.person()
    await make.price(event, "12.25")
    await registered(make, event, ana, seats=3)
    assert await issued(make) == [(INVOICE, ana.id, "36.75")]


async def test_an_event_that_is_cancelled_takes_every_invoice_back(make: Maker) -> None:
    event, people = await make.event(), [await make.person() for _ in range(3)]
    await make.price(event, "50.00")
    for person in people:
        await registered(make, event, person)
    async with make.acting_as(await make.staff()) as work:
        await cancel_event(work, event.id)
    issues = await issued(make)
    assert issues[:3] == [(INVOICE, person.id, "50.00") for person in people]
    assert sorted(issues[3:], key=str) == sorted(((NOTE, person.id, "50.00") for person in people), key=str)


async def test_an_association_pays_for_its_delegate_unless_somebody_else_is_named(make: Maker) -> None:
    event, association, other = await make.event(), await make.association(), await make.association()
    await make.price(event, "50.00")
    staff = await make.staff(Role.REGISTRAR)
    ids = [(await make.registration(event, await make.person(), delegated_by_id=association.id)).id for _ in range(2)]
    async with make.acting_as(staff) as work:
        await charge_registration(work, ids[0])
        await charge_registration(work, ids[1], payer_id=other.id)
    assert await issued(make) == [(INVOICE, association.id, "50.00"), (INVOICE, other.id, "50.00")]
