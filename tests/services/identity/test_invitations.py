"""An association gives a record into the hands of whose it is, once."""

import re

import pytest

from models import ContactPoint, Invitation, Person, Role, Session, SignInMethod
from services.core.actor import system
from services.core.errors import NotAllowed, NotFound
from services.identity.errors import AlreadyClaimed, LinkNotGood, NoAddress
from services.identity.invitations import INVITATION_LIFE, claim, invite_person
from tests.making import Maker
from tests.services.events.mail.conftest import Post
from tests.services.events.mail.sink import Sink

LINK = re.compile(r"/sign-in/invitation/([A-Za-z0-9_-]{43})")


async def invite(make: Maker, by: Person, person: Person) -> Invitation:
    """Invite somebody, for home."""
    async with make.acting_as(by) as work:
        return await invite_person(work, person_id=person.id, association_id=(await make.home()).id)


async def claimed(make: Maker, secret: str) -> Session:
    """Accept an invitation."""
    async with make.acting_as(system(make.tenant)) as work:
        return (await claim(work, secret))[0]


def secrets_in(server: Sink) -> list[str]:
    """What was mailed."""
    return [LINK.findall(message.get_body(("plain",)).get_content())[0] for message in server.messages]  # type: ignore[union-attr]


async def test_an_invitation_is_mailed_and_opens_a_session_once(make: Maker, post: Post, server: Sink) -> None:
    staff, ana = await make.staff(), await make.member()
    point = await make.contact_point(ana)
    invitation = await invite(make, staff, ana)
    assert invitation.invited_by_id == staff.id
    await post()
    (secret,) = secrets_in(server)
    assert server.recipients == [[point.value]]
    session = await claimed(make, secret)
    assert (session.person_id, session.method) == (ana.id, SignInMethod.INVITATION)
    assert (await make.fresh(invitation)).claimed_at is not None
    assert (await make.fresh(point)).verified_at is not None
    with pytest.raises(LinkNotGood):
        await claimed(make, secret)
    with pytest.raises(AlreadyClaimed):
        await invite(make, staff, ana)
    assert await make.count(Session) == 1


async def test_an_invitation_is_good_until_the_next_one_or_another_sign_in(
    make: Maker, post: Post, server: Sink
) -> None:
    staff, ana = await make.staff(), await make.member()
    await make.contact_point(ana)
    for _ in range(2):
        await invite(make, staff, ana)
        await post()
    first, second = secrets_in(server)
    with pytest.raises(LinkNotGood):
        await claimed(make, first)
    with pytest.raises(LinkNotGood):
        async with make.acting_as(system((await make.other()).tenant)) as work:
            await claim(work, second)
    await make.signed_in(ana)
    with pytest.raises(LinkNotGood):
        await claimed(make, second)
    assert await make.count(Session) == 1


async def test_an_invitation_ends(make: Maker, post: Post, server: Sink) -> None:
    ana = await make.member()
    await make.contact_point(ana)
    invitation = await invite(make, await make.staff(), ana)
    await post()
    with pytest.raises(LinkNotGood):
        async with make.acting_as(system(make.tenant), now=invitation.created_at + INVITATION_LIFE) as work:
            await claim(work, secrets_in(server)[0])
    assert await make.count(Session) == 0


async def test_who_may_not_manage_persons_there_invites_nobody(make: Maker, post: Post, server: Sink) -> None:
    ana, stranger = await make.member(), await (await make.other()).staff()
    registrar, elsewhere = await make.staff(Role.REGISTRAR), await make.staff(association=await make.association())
    nobody = await make.member()
    await make.contact_point(ana)
    for by, person, refusal in (
        (registrar, ana, NotAllowed),
        (elsewhere, ana, NotAllowed),
        (stranger, ana, NotFound),
        (await make.staff(), nobody, NoAddress),
    ):
        with pytest.raises(refusal):
            await invite(make, by, person)
    theirs = next(iter((await make.actor(elsewhere)).holds["persons.manage"]))
    with pytest.raises(NotFound):
        async with make.acting_as(elsewhere) as work:
            await invite_person(work, person_id=ana.id, association_id=theirs)
    await post()
    assert server.messages == []
    assert await make.count(Invitation) == 0
    assert (await make.all(ContactPoint))[0].verified_at is None
