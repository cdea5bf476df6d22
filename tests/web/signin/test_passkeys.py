"""Passkeys through the whole application: a device in software, a browser with its cookies."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from models import JournalEntry, Passkey, Person, Session
from schema.base.ids import encode_id
from services.identity.passkeys.adding import MOST_PASSKEYS
from tests.client import Answer, Client
from tests.making import Maker
from tests.web.signin.authenticator import Authenticator, Credential, encoded
from tests.web.signin.browser import Browser

ME = "{ me { id } myPasskeys { id label transports backedUp lastUsedOn } }"


class Owner:
    """Ana, her device with a passkey, and her browser."""

    def __init__(self, app: Starlette, make: Maker, person: Person) -> None:
        self.make = make
        self.person = person
        self.device = Authenticator()
        self.browser = Browser(app, make)

    async def add(self, client: Client, **body: Any) -> Answer:
        """Add a passkey, signed in by other means."""
        token = await client.token(self.person)
        options = (await self.browser.post("/passkeys/options", authorization=token)).json
        brought = {
            "handle": options["handle"],
            "credential": self.device.create(options["publicKey"]),
            "label": "Phone",
        }
        return await self.browser.post("/passkeys", brought | body, authorization=token)

    async def challenge(self) -> Any:
        """What a browser is given to sign in by."""
        return (await self.browser.post("/sign-in/passkey/options")).json

    async def sign_in(self, **body: Any) -> Answer:
        """Sign in with the passkey."""
        options = await self.challenge()
        brought = {"handle": options["handle"], "credential": self.device.get(options["publicKey"])}
        return await self.browser.post("/sign-in/passkey", brought | body)


@pytest.fixture
async def ana(app: Starlette, make: Maker, client: Client) -> Owner:
    """Ana, who has added a passkey."""
    owner = Owner(app, make, await make.member())
    assert (await owner.add(client)).status == 200
    return owner


async def test_a_passkey_that_was_added_signs_its_owner_in(ana: Owner) -> None:
    answer = await ana.sign_in()
    assert answer.status == 200
    assert set(answer.json) == {"sessionId"}
    assert await ana.browser.ask(ME) == {
        "me": {"id": encode_id("Person", ana.person.id)},
        "myPasskeys": [
            {
                "id": encode_id("Passkey", (await ana.make.all(Passkey))[0].id),
                "label": "Phone",
                "transports": ["hybrid", "internal"],
                "backedUp": True,
                "lastUsedOn": str((await ana.make.all(Passkey))[0].last_used_on),
            }
        ],
    }
    (entry,) = await ana.make.all(JournalEntry, action="passkey.added")
    assert entry.actor_person_id == ana.person.id


@pytest.mark.promise("unknown-like-known")
async def test_what_a_stranger_is_asked_tells_nothing_of_who_is_known(ana: Owner) -> None:
    first, second = (await ana.challenge())["publicKey"], (await ana.challenge())["publicKey"]
    assert first.pop("challenge") != second.pop("challenge")
    assert first == second
    assert first == {"rpId": "localhost", "timeout": 300_000, "userVerification": "required", "allowCredentials": []}


def _answered(change: Callable[[Owner, Any], None]) -> Callable[[Owner, Any], Any]:
    """A forgery: what is changed before the device answers."""

    def forge(ana: Owner, options: Any) -> Any:
        change(ana, options)
        return {"handle": options["handle"], "credential": ana.device.get(options["publicKey"])}

    return forge


def _of_another_key(ana: Owner, options: Any) -> Any:
    """The credential's name, without its key."""
    (known,) = ana.device.credentials
    ana.device.credentials.append(Credential(known.host, known.user, known.id))
    return {"handle": options["handle"], "credential": ana.device.get(options["publicKey"])}


def _for_another_host(ana: Owner, options: Any) -> Any:
    """What a device answers a website that calls itself otherwise."""
    ana.device.credentials[0].host = "localhost.example"
    return {
        "handle": options["handle"],
        "credential": ana.device.get(options["publicKey"] | {"rpId": "localhost.example"}),
    }


def _as_somebody_else(ana: Owner, options: Any) -> Any:
    """A good answer, with another person's name on it."""
    answer = ana.device.get(options["publicKey"])
    answer["response"]["userHandle"] = encoded(bytes(16))
    return {"handle": options["handle"], "credential": answer}


FORGERIES: dict[str, Callable[[Owner, Any], Any]] = {
    "asked by another website": _answered(lambda ana, _: setattr(ana.device, "origin", "https://evil.example")),
    "asked in a frame": _answered(lambda ana, _: setattr(ana.device, "framed", True)),
    "by whoever holds the device": _answered(lambda ana, _: setattr(ana.device, "verifies", False)),
    "to another challenge": _answered(lambda _, options: options["publicKey"].update(challenge=encoded(bytes(64)))),
    "with another handle": _answered(lambda _, options: options.update(handle="A" * 43)),
    "of an unknown passkey": _answered(lambda ana, _: setattr(ana.device.credentials[0], "id", b"unknown here")),
    "made for another host": _for_another_host,
    "of another key": _of_another_key,
    "as somebody else": _as_somebody_else,
    "nonsense": lambda _, options: {"handle": options["handle"], "credential": {"id": "é", "rawId": "\0"}},
}


@pytest.mark.promise("passkeys")
async def test_a_forged_answer_signs_nobody_in(ana: Owner) -> None:
    good = ana.device
    for name, forge in FORGERIES.items():
        ana.device = deepcopy(good, {id(one.key): one.key for one in good.credentials})
        answer = await ana.browser.post("/sign-in/passkey", forge(ana, await ana.challenge()))
        assert (answer.status, answer.json["errors"][0]["extensions"]["code"]) == (403, "SIGN_IN_REFUSED"), name
        assert ana.browser.cookies == {}, name
        assert await ana.make.count(Session) == 0, name
    ana.device = good
    assert (await ana.sign_in()).status == 200  # there is nothing else wrong


@pytest.mark.promise("passkeys")
async def test_an_answer_is_good_once_and_a_challenge_for_one_answer(ana: Owner) -> None:
    options = await ana.challenge()
    brought = {"handle": options["handle"], "credential": ana.device.get(options["publicKey"])}
    wrong = brought | {"credential": {}}
    assert (await ana.browser.post("/sign-in/passkey", wrong)).status == 403
    assert (await ana.browser.post("/sign-in/passkey", brought)).status == 403  # used up by the wrong one
    assert (await ana.sign_in()).status == 200
    assert await ana.make.count(Session) == 1


@pytest.mark.promise("passkeys")
async def test_a_passkey_that_counts_backwards_is_refused_and_recorded(ana: Owner) -> None:
    assert (await ana.sign_in()).status == 200
    ana.device.credentials[0].count = 0  # as a copy of the device would
    assert (await ana.sign_in()).status == 403
    (entry,) = await ana.make.all(JournalEntry, action="passkey.counted_backwards")
    (passkey,) = await ana.make.all(Passkey)
    assert entry.subject_id == passkey.id
    assert passkey.sign_count == 1
    assert await ana.make.count(Session) == 1


@pytest.mark.promise("credentials-of-one-tenant")
async def test_a_passkey_of_one_confederation_is_none_in_another(app: Starlette, make: Maker, ana: Owner) -> None:
    other = await make.other()
    there = Owner(app, other, ana.person)
    there.device = ana.device
    assert (await there.sign_in()).status == 403
    # Nor is a challenge of one good in the other.
    options = await there.challenge()
    brought = {"handle": options["handle"], "credential": ana.device.get(options["publicKey"])}
    assert (await ana.browser.post("/sign-in/passkey", brought)).status == 403
    assert await make.count(Session) == await other.count(Session) == 0


async def test_whoever_signed_in_too_long_ago_confirms_by_a_passkey(ana: Owner, client: Client) -> None:
    session_id = (await ana.sign_in()).json["sessionId"]
    (session,) = await ana.make.all(Session)
    session.authenticated_at = datetime.now(UTC) - timedelta(hours=1)
    await ana.make.save(session)
    refused = await ana.browser.post("/passkeys/options")
    assert (refused.status, refused.json["errors"][0]["extensions"]["code"]) == (403, "STEP_UP_REQUIRED")
    before = dict(ana.browser.cookies)
    assert (await ana.sign_in()).json["sessionId"] == session_id
    assert ana.browser.cookies.keys() == before.keys()
    assert ana.browser.cookies != before
    assert (await ana.browser.post("/passkeys/options")).status == 200
    assert await ana.make.count(Session) == 1


async def test_one_challenge_to_add_a_passkey_is_one_persons(app: Starlette, ana: Owner, client: Client) -> None:
    other = Owner(app, ana.make, await ana.make.member())
    token = await client.token(ana.person)
    handle = (await ana.browser.post("/passkeys/options", authorization=token)).json["handle"]
    assert (await other.add(client, handle=handle)).json["errors"][0]["extensions"]["code"] == "PASSKEY_NOT_ACCEPTED"
    other.device.verifies = False
    assert (await other.add(client)).json["errors"][0]["extensions"]["code"] == "PASSKEY_NOT_ACCEPTED"
    assert (await other.browser.post("/passkeys/options")).status == 401
    assert await ana.make.count(Passkey) == 1


async def test_passkeys_are_their_owners_to_rename_and_remove(app: Starlette, ana: Owner, client: Client) -> None:
    other = Owner(app, ana.make, await ana.make.staff())
    (passkey,) = await ana.make.all(Passkey)
    rename = "mutation ($input: UpdatePasskeyInput!) { updatePasskey(input: $input) { __typename } }"
    remove = "mutation ($input: DeletePasskeyInput!) { deletePasskey(input: $input) { __typename } }"
    given = {"passkeyId": encode_id("Passkey", passkey.id)}
    for document, more in ((rename, {"label": "Mine"}), (remove, {})):
        answer = await client.ask(document, {"input": given | more}, person=other.person)
        assert next(iter(answer.data.values())) == {"__typename": "NotFound"}
    assert (await ana.make.fresh(passkey)).label == "Phone"
    await client.ask(rename, {"input": given | {"label": "Old phone"}}, person=ana.person)
    assert (await ana.make.fresh(passkey)).label == "Old phone"
    assert (await client.ask(remove, {"input": given}, person=ana.person)).data["deletePasskey"]["__typename"] == (
        "DeletePasskeyPayload"
    )
    assert (await ana.sign_in()).status == 403


async def test_the_dead_and_those_with_too_many_passkeys_are_refused(ana: Owner, client: Client) -> None:
    (passkey,) = await ana.make.all(Passkey)
    for number in range(MOST_PASSKEYS - 1):
        columns = passkey.model_dump(exclude={"id", "credential_id", "confederation_id"})
        await ana.make.add(Passkey, columns, credential_id=bytes([number]))
    token = await client.token(ana.person)
    full = await ana.browser.post("/passkeys/options", authorization=token)
    assert (full.status, full.json["errors"][0]["extensions"]["code"]) == (422, "TOO_MANY_PASSKEYS")
    ana.person.deceased_on = date(2024, 1, 1)
    await ana.make.save(ana.person)
    assert (await ana.sign_in()).status == 403
    assert await ana.make.count(Session) == 0
