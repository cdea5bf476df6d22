"""Links go to whose the address is, a few an hour, and open a session once."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from models import ContactPoint, LinkPurpose, Message, MessageState, Person, Session, SignInLink, SignInMethod
from services.core.actor import system
from services.core.errors import StepUpRequired
from services.identity import links
from services.identity.errors import LinkNotGood, NoAddress, NotInASession
from services.identity.links import LINK_LIFE, LINKS_PER_ADDRESS_AND_HOUR, Redeemed
from services.identity.sessions import load_session
from tests.making import Maker
from tests.services.events.mail.conftest import Post
from tests.services.events.mail.sink import Sink

LINK = re.compile(r"https://api\.example/([a-z0-9-]+)/sign-in/link/([A-Za-z0-9_-]{43})")
MINUTE = timedelta(minutes=1)


async def ask(make: Maker, address: str, now: datetime | None = None) -> None:
    """Ask for a link, as anybody may."""
    async with make.acting_as(system(make.tenant), now=now) as work:
        await links.ask_for_link(work, address)


async def redeem(make: Maker, secret: str, now: datetime | None = None, session: Session | None = None) -> Redeemed:
    """Use a link."""
    async with make.acting_as(system(make.tenant), now=now) as work:
        return await links.redeem(work, secret, session_id=session.id if session else None)


def secrets_in(server: Sink) -> Sequence[str]:
    """What was mailed."""
    return [LINK.findall(message.get_body(("plain",)).get_content())[0][1] for message in server.messages]  # type: ignore[union-attr]


@pytest.fixture
async def ana(make: Maker) -> Person:
    """Somebody with an address that her association entered."""
    ana = await make.member(person={"locale": "fr", "given_name": "Ana"})
    await make.contact_point(ana, value="Ana@example.org")
    return ana


@pytest.mark.promise("link-once-ten-minutes")
async def test_a_link_is_mailed_in_the_persons_language_and_opens_a_session_once(
    make: Maker, ana: Person, post: Post, server: Sink
) -> None:
    await ask(make, " ana@EXAMPLE.org ")
    await post()
    message = server.only()
    assert server.recipients == [["ana@example.org"]]
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert text.startswith("Bonjour Ana ")
    assert LINK.findall(text) == LINK.findall(html)
    assert LINK.findall(text)[0][0] == make.tenant.slug
    (secret,) = secrets_in(server)
    (kept,) = await make.all(SignInLink)
    assert secret not in str(kept.model_dump())
    opened = await redeem(make, secret)
    assert (opened.session.person_id, opened.session.method) == (ana.id, SignInMethod.MAGIC_LINK)
    (point,) = await make.all(ContactPoint)
    assert point.verified_at is not None
    with pytest.raises(LinkNotGood):
        await redeem(make, secret)
    assert await make.count(Session) == 1


@pytest.mark.promise("link-once-ten-minutes")
async def test_of_two_who_use_a_link_at_once_one_signs_in(make: Maker, ana: Person, post: Post, server: Sink) -> None:
    await ask(make, "ana@example.org")
    await post()
    (secret,) = secrets_in(server)
    both = await asyncio.gather(*(redeem(make, secret) for _ in range(2)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["LinkNotGood", "Redeemed"]
    assert await make.count(Session, person_id=ana.id) == 1


@pytest.mark.promise("link-once-ten-minutes")
async def test_a_link_is_good_for_ten_minutes_here_and_unchanged(
    make: Maker, ana: Person, post: Post, server: Sink
) -> None:
    await ask(make, "ana@example.org")
    await post()
    (secret,) = secrets_in(server)
    other = await make.other()
    for maker, wrong, now in (
        (make, secret, datetime.now(UTC) + LINK_LIFE + MINUTE),
        (make, secret[1:] + secret[0], None),
        (other, secret, None),
    ):
        with pytest.raises(LinkNotGood):
            await redeem(maker, wrong, now)
    assert await make.count(Session) == 0
    assert ana.claimed_at is None


async def test_nobodys_address_gets_nothing_and_leaves_nothing(make: Maker, post: Post, server: Sink) -> None:
    for address in ("nobody@example.org", "no address", "x" * 1_000):
        await ask(make, address)
    assert await make.count(SignInLink) == 3  # written down all the same, so that it takes as long
    await post()
    assert server.messages == []
    assert await make.count(SignInLink) == 0


@pytest.mark.promise("link-once-ten-minutes")
async def test_an_address_gets_a_few_links_an_hour(make: Maker, ana: Person, post: Post, server: Sink) -> None:
    for _ in range(LINKS_PER_ADDRESS_AND_HOUR + 2):
        await ask(make, "ana@example.org")
    await post()
    assert len(server.messages) == LINKS_PER_ADDRESS_AND_HOUR
    assert await make.count(SignInLink, person_id=ana.id) == LINKS_PER_ADDRESS_AND_HOUR


async def test_a_link_that_comes_too_late_is_not_mailed(make: Maker, ana: Person, post: Post, server: Sink) -> None:
    await ask(make, "ana@example.org", datetime.now(UTC) - LINK_LIFE - MINUTE)
    await post()
    assert server.messages == []
    assert await make.count(SignInLink, person_id=ana.id) == 0


@pytest.mark.promise("verified-addresses")
async def test_who_has_signed_in_is_not_reached_by_an_address_that_others_entered(
    make: Maker, ana: Person, post: Post, server: Sink
) -> None:
    """Else whoever may enter addresses could sign in as anybody."""
    await ask(make, "ana@example.org")
    await make.contact_point(ana, value="staff@example.org", preferred=False)
    await ask(make, "staff@example.org")
    await post()
    (hers, staffs) = secrets_in(server)
    await redeem(make, hers)
    with pytest.raises(LinkNotGood):
        await redeem(make, staffs)
    await ask(make, "staff@example.org")
    await post()
    assert len(server.messages) == 2
    await ask(make, "ana@example.org")
    await post()
    assert len(server.messages) == 3


async def test_an_address_that_several_share_gets_a_link_for_each(
    make: Maker, ana: Person, post: Post, server: Sink
) -> None:
    ben = await make.member()
    await make.contact_point(ben, value="ana@example.org")
    await ask(make, "ana@example.org")
    await post()
    opened = {(await redeem(make, secret)).session.person_id for secret in secrets_in(server)}
    assert opened == {ana.id, ben.id}


async def test_a_step_up_is_good_in_its_session_only_and_goes_to_an_address_of_theirs(
    make: Maker, ana: Person, post: Post, server: Sink
) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    thiefs = await make.sign_in_session(ana)
    actor = await make.actor(ana)
    with pytest.raises(NotInASession):
        async with make.acting_as(actor) as work:
            await links.ask_to_step_up(work)
    secret = await make.signed_in(ana, authenticated_at=hour_ago)
    async with make.database.readers.connection() as connection:
        found = await load_session(connection, make.tenant, hour_ago.date(), secret)
    assert found is not None
    with pytest.raises(NoAddress):
        async with make.acting_as(found) as work:
            await links.ask_to_step_up(work)
    (point,) = await make.all(ContactPoint)
    with pytest.raises(StepUpRequired):
        async with make.acting_as(found) as work:
            await links.ask_to_verify(work, point.id)
    point.verified_at = hour_ago
    await make.save(point)
    async with make.acting_as(found) as work:
        mine = await links.ask_to_step_up(work)
    await post()
    (link,) = secrets_in(server)
    for other in (thiefs, None):
        with pytest.raises(LinkNotGood):
            await redeem(make, link, session=other)
    confirmed = await redeem(make, link, session=mine)
    assert confirmed.secret not in (None, secret)
    assert confirmed.session.authenticated_at > hour_ago
    assert [each.purpose for each in await make.all(SignInLink)] == [LinkPurpose.STEP_UP]


async def test_a_link_that_is_tried_again_carries_another_secret(
    make: Maker, ana: Person, post: Post, server: Sink
) -> None:
    """The mail server may have taken the first and not have said so: of two messages only the last opens a session."""
    server.answer_after_taking = "451 try again"
    await ask(make, "ana@example.org")
    await post()
    server.answer_after_taking = None
    await post(late=True)
    first, second = secrets_in(server)
    assert len({message["Message-ID"] for message in server.messages}) == 2
    with pytest.raises(LinkNotGood):
        await redeem(make, first)
    assert (await redeem(make, second)).session.person_id == ana.id
    assert [found.state for found in await make.all(Message)] == [MessageState.SENT]


async def test_that_a_link_was_mailed_is_the_persons_to_read_and_is_forgotten_with_it(
    make: Maker, ana: Person, post: Post, server: Sink
) -> None:
    await ask(make, "ana@example.org")
    await post()
    (message,) = await make.all(Message)
    for reader, sees in ((ana, True), (await make.staff(), False)):
        async with make.acting_as(reader) as work:
            assert bool(await work.seen(Message, [message.id])) is sees
    (secret,) = secrets_in(server)
    assert secret not in str(message.model_dump())
    for later, left in ((timedelta(hours=23), 1), (timedelta(hours=25), 0)):
        async with make.acting_as(system(make.tenant), now=datetime.now(UTC) + later) as work:
            await links.forget_links(work)
        assert (await make.count(SignInLink), await make.count(Message)) == (left, left)
