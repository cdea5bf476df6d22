"""Fees as an association's treasurer and a member's portal live them: by GraphQL alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models import Event, Person, Role
from schema.base.ids import encode_id
from tests.client import Client
from tests.making import Maker
from tests.making.billing import TODAY

INVOICE = """number kind label(locale: EN) settled total { amount currency }
    lines { label(locale: EN) quantity unitAmount { amount } amount { amount currency } }
    due { amount } paid { amount currency } balance { amount } toGiveBack { amount } creditNote { number }"""


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
        "settled": False,
        "total": {"amount": "99.90", "currency": "CAD"},
        "lines": [
            {
                "label": "Registration – Conference",
                "quantity": 3,
                "unitAmount": {"amount": "33.30"},
                "amount": {"amount": "99.90", "currency": "CAD"},
            }
        ],
        "due": {"amount": "99.90"},
        "paid": {"amount": "0.00", "currency": "CAD"},
        "balance": {"amount": "99.90"},
        "toGiveBack": {"amount": "0.00"},
        "creditNote": None,
    }
    given = {"invoiceId": invoice_id, "method": "CHEQUE"}
    shows = f"payment {{ paid {{ amount currency }} invoice {{ {INVOICE} }} }}"
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


async def test_one_guest_fewer_leaves_a_paid_invoice_and_a_credit_and_nothing_overdue(
    make: Maker, client: Client
) -> None:
    event, ana = await make.event(largest_party=2), await make.member()
    treasurer = await make.staff(Role.REGISTRAR)
    await make.price(event, "50.00")
    registered = await do(
        client,
        "registerForEvent",
        ana,
        "registration { guests { id } invoices { id } }",
        eventId=encode_id("Event", event.id),
        guests=[{"name": "Guy"}],
    )
    (guest,), (invoice,) = registered["registration"]["guests"], registered["registration"]["invoices"]
    paid = {"invoiceId": invoice["id"], "method": "TRANSFER", "amount": "100.00"}
    await do(client, "recordPayment", treasurer, "payment { id }", **paid)
    far = TODAY + timedelta(days=365)
    shows = f"""registration {{ invoices {{ balance {{ amount }} due {{ amount }} overdue(asOf: "{far}") settled
        allocations {{ allocated {{ amount }} }} }} }}"""
    removed = await do(client, "deleteRegistrationGuest", ana, shows, registrationGuestId=guest["id"])
    first, note, second = removed["registration"]["invoices"]
    assert [each["allocated"]["amount"] for each in first.pop("allocations")] == ["100.00", "-100.00"]
    assert [each["allocated"]["amount"] for each in second.pop("allocations")] == ["50.00"]
    zero = {"amount": "0.00"}
    assert first == {"balance": {"amount": "-50.00"}, "due": zero, "overdue": False, "settled": False}
    assert second == {"balance": zero, "due": zero, "overdue": False, "settled": True}
    assert note["due"] == zero
    assert await fees(client, event, treasurer) == {
        "charged": "50.00", "paid": "100.00", "outstanding": "0.00", "toGiveBack": "50.00",
    }  # fmt: skip
    account = "{ me { billingAccounts { charged { amount } paid { amount } credit { amount } balance { amount } } } }"
    (mine,) = (await client.ask(account, person=ana)).data["me"]["billingAccounts"]
    assert {name: amount["amount"] for name, amount in mine.items()} == {
        "charged": "50.00", "paid": "100.00", "credit": "50.00", "balance": "-50.00",
    }  # fmt: skip


async def test_a_cheque_that_comes_late_is_a_credit_that_pays_another_invoice_until_it_is_returned(
    make: Maker, client: Client
) -> None:
    person, treasurer = await make.member(), await make.staff(Role.REGISTRAR)
    late, other = await make.bill(person), await make.bill(person, "30.00")
    await make.credit_note(late)
    late_id, other_id = encode_id("Invoice", late.id), encode_id("Invoice", other.id)
    shows = "payment { id paid { amount } credit { amount } invoice { number } }"
    given = {"invoiceId": late_id, "method": "CHEQUE", "amount": "50.00"}
    cheque = (await do(client, "recordPayment", treasurer, shows, **given))["payment"]
    assert (cheque["credit"], cheque["invoice"]) == ({"amount": "50.00"}, {"number": late.number})
    allocated = await do(
        client,
        "allocatePayment",
        treasurer,
        "allocation { allocated { amount } payment { credit { amount } } invoice { number due { amount } } }",
        paymentId=cheque["id"],
        invoiceId=other_id,
        amount="30.00",
    )
    assert allocated["allocation"] == {
        "allocated": {"amount": "30.00"},
        "payment": {"credit": {"amount": "20.00"}},
        "invoice": {"number": other.number, "due": {"amount": "0.00"}},
    }
    returned = await do(
        client,
        "returnPayment",
        treasurer,
        "payment { paid { amount } credit { amount } returns { credit { amount } returned { paid { amount } } } }",
        paymentId=cheque["id"],
    )
    assert returned["payment"] == {
        "paid": {"amount": "-50.00"},
        "credit": {"amount": "0.00"},
        "returns": {"credit": {"amount": "0.00"}, "returned": {"paid": {"amount": "-50.00"}}},
    }
    invoices = "{ me { invoices { number due { amount } } } }"
    seen = (await client.ask(invoices, person=person)).data["me"]["invoices"]
    assert {each["number"]: each["due"]["amount"] for each in seen} == {1: "0.00", 2: "30.00", 3: "0.00"}


async def test_who_waits_is_shown_the_price_that_holds_and_why_a_price_list_that_ended_admits_nobody(
    make: Maker, client: Client
) -> None:
    event, ana = await make.event(capacity=1), await make.member()
    await make.registration(event, await make.member())
    price = await make.price(event, "10.00")
    waiting = "registration { state agreedPrice { amount currency } }"
    joined = await do(client, "registerForEvent", ana, waiting, eventId=encode_id("Event", event.id))
    assert joined["registration"] == {"state": "WAITLISTED", "agreedPrice": {"amount": "10.00", "currency": "CAD"}}
    price.until = datetime.now(UTC) - timedelta(minutes=1)
    await make.save(price)
    mine = f"""{{ event(slug: "{event.slug}") {{ myPrice {{ amount }}
        canRegister {{ allowed reasons {{ code message(locale: EN) }} }} }} }}"""
    asked = (await client.ask(mine, person=await make.member())).data["event"]
    (reason,) = asked["canRegister"]["reasons"]
    assert (asked["myPrice"], asked["canRegister"]["allowed"], reason["code"]) == (None, False, "PRICE_LIST_ENDED")
