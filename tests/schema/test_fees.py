"""Fees as an association's treasurer and a member's portal live them: by GraphQL alone."""

from datetime import timedelta
from typing import Any

from models import Event, Person, Role
from schema.base.ids import encode_id
from tests.client import Client
from tests.making import Maker
from tests.making.fees import TODAY

INVOICE = """number kind label(locale: EN) seats settled unitAmount { amount } total { amount currency }
    paid { amount currency } balance { amount } creditNote { number }"""


async def do(client: Client, verb: str, person: Person, shows: str, **input: Any) -> Any:
    """A mutation's payload, or its problem."""
    title = verb[0].upper() + verb[1:]
    document = f"""mutation ($input: {title}Input!) {{ it: {verb}(input: $input) {{
        __typename ... on {title}Payload {{ {shows} }} ... on Problem {{ code path message(locale: EN) }} }} }}"""
    return (await client.ask(document, {"input": input}, person=person)).data["it"]


async def fees(client: Client, event: Event, person: Person | None) -> Any:
    asked = "charged { amount currency } paid { amount } outstanding { amount } toGiveBack { amount }"
    document = f'{{ event(slug: "{event.slug}") {{ fees {{ {asked} }} }} }}'
    found = (await client.ask(document, person=person)).data["event"]["fees"]
    return found and {name: amount["amount"] for name, amount in found.items()}


async def test_from_the_price_to_the_refund(make: Maker, client: Client) -> None:
    event, ana = await make.event(title={"fr": "Colloque", "en": "Conference"}, largest_party=3), await make.member()
    treasurer = await make.staff(Role.REGISTRAR)
    id = encode_id("Event", event.id)
    label = [{"locale": "EN", "text": "Participation"}]
    priced = await do(
        client,
        "updatePrices",
        treasurer,
        "event { prices { label(locale: EN) price { amount currency } } }",
        eventId=id,
        prices=[{"label": label, "amount": "33.30"}],
    )
    price = {"amount": "33.30", "currency": "CAD"}
    assert priced["event"]["prices"] == [{"label": "Participation", "price": price}]

    mine = f'{{ event(slug: "{event.slug}") {{ myPrice {{ label(locale: FR) amount currency until }} }} }}'
    asked = [(await client.ask(mine, person=who)).data["event"]["myPrice"] for who in (None, ana)]
    assert asked == [None, {"label": "Participation", "until": None, **price}]
    assert await fees(client, event, treasurer) == dict.fromkeys(
        ("charged", "paid", "outstanding", "toGiveBack"), "0.00"
    )

    registered = await do(
        client, "registerForEvent", ana, f"registration {{ id invoices {{ id {INVOICE} }} }}", eventId=id, seats=3
    )
    registration = registered["registration"]
    (invoice,) = registration["invoices"]
    invoice_id = invoice.pop("id")
    assert invoice == {
        "number": 1,
        "kind": "INVOICE",
        "label": "Registration – Conference",
        "seats": 3,
        "settled": False,
        "unitAmount": {"amount": "33.30"},
        "total": {"amount": "99.90", "currency": "CAD"},
        "paid": {"amount": "0.00", "currency": "CAD"},
        "balance": {"amount": "99.90"},
        "creditNote": None,
    }
    given = {"invoiceId": invoice_id, "method": "CHEQUE"}
    shows = f"payment {{ paid {{ amount currency }} invoice {{ {INVOICE} }} }}"
    too_much = await do(client, "recordPayment", treasurer, shows, **given, amount="99.91")
    assert (too_much["code"], too_much["path"]) == ("OVER_PAID", ["amount"])
    assert too_much["message"] == "No more than 99.90 CAD is due."
    paid = await do(client, "recordPayment", treasurer, shows, **given, amount="99.90")
    assert paid["payment"]["invoice"]["settled"] is True

    await do(client, "cancelRegistration", ana, "registration { id }", registrationId=registration["id"])
    assert await fees(client, event, treasurer) == {
        "charged": "0.00", "paid": "99.90", "outstanding": "0.00", "toGiveBack": "99.90",
    }  # fmt: skip
    refunded = await do(client, "recordRefund", treasurer, shows, **given, amount="99.90")
    assert refunded["payment"]["paid"] == {"amount": "-99.90", "currency": "CAD"}
    taken_back = refunded["payment"]["invoice"]
    assert (taken_back["creditNote"], taken_back["balance"]) == ({"number": 2}, {"amount": "0.00"})
    seen = (await client.ask("{ me { invoices { number payments { paid { amount } } } } }", person=ana)).data["me"]
    assert seen["invoices"] == [
        {"number": 2, "payments": []},
        {"number": 1, "payments": [{"paid": {"amount": "99.90"}}, {"paid": {"amount": "-99.90"}}]},
    ]


async def test_who_owes_what_is_found_by_event_and_by_association(make: Maker, client: Client) -> None:
    event, payer = await make.event(), await make.association()
    late = {"issued_on": TODAY - timedelta(days=60), "due_on": TODAY - timedelta(days=30)}

    async def invoice(**columns: Any) -> Any:
        return await make.invoice(await make.registration(event, await make.person()), **columns)

    paid, part, overdue, delegates = await invoice(), await invoice(), await invoice(**late), await invoice(
        payer_id=payer.id
    )  # fmt: skip
    await make.payment(paid, "50.00")
    await make.payment(part, "20.00")
    credited = await invoice(**late)
    await make.credit_note(credited)
    treasurer, theirs = await make.staff(), await make.staff(association=payer)
    home = await make.home()

    async def numbers(place: str, which: str, person: Person | None = treasurer) -> list[int]:
        document = f"{{ it: {place} {{ them: {which} {{ nodes {{ number }} }} }} }}"
        return [node["number"] for node in (await client.ask(document, person=person)).data["it"]["them"]["nodes"]]

    here = f'event(slug: "{event.slug}")'
    assert await numbers(here, "invoices") == [1, 2, 3, 4, 5, 6]
    assert await numbers(here, "invoices(settled: false)") == [part.number, overdue.number, delegates.number]
    assert await numbers(here, "invoices(settled: true)") == [paid.number, credited.number, credited.number + 1]
    assert await numbers(here, f'invoices(overdueOn: "{TODAY}")') == [overdue.number]
    assert await numbers(here, f'invoices(overdueOn: "{TODAY - timedelta(days=30)}")') == []
    assert await numbers(here, "invoices(where: {kind: {eq: CREDIT_NOTE}})") == [credited.number + 1]
    due = f'invoices(settled: false, where: {{dueOn: {{lt: "{TODAY}"}}}})'
    assert await numbers(f'association(slug: "{home.slug}")', due) == [overdue.number]
    assert await numbers(f'association(slug: "{payer.slug}")', "invoicesToPay", theirs) == [delegates.number]
    assert await numbers(here, "invoices", theirs) == [delegates.number]
    assert await numbers(here, "invoices", None) == []
    assert await fees(client, event, treasurer) == {
        "charged": "200.00", "paid": "70.00", "outstanding": "130.00", "toGiveBack": "0.00",
    }  # fmt: skip
    assert await fees(client, event, theirs) is None
    assert await fees(client, event, None) is None
