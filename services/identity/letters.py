"""Messages with a link that signs in. Each carries a secret, made when it is composed and kept as a hash only."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlmodel import col

from models import (
    MANAGE_PERSONS,
    Association,
    Confederation,
    ContactPoint,
    Invitation,
    LinkPurpose,
    Message,
    Person,
    SignInLink,
)
from services.core.settings import Settings
from services.core.work import Work
from services.identity.sessions import new_secret
from services.messages.kinds import Pace, message_kind
from services.messages.letters import Letter
from services.messages.words import chosen, writable

KINDS = {
    LinkPurpose.SIGN_IN: "identity.sign_in_link",
    LinkPurpose.STEP_UP: "identity.step_up_link",
    LinkPurpose.ADDRESS: "identity.address_link",
}
INVITATION = "identity.invitation"


async def _asked_address(work: Work, message: Message) -> str | None:
    link = await work.find_by(SignInLink, message_id=message.id)
    return link.address


def _of(purpose: LinkPurpose) -> Callable[[Work, Message, Settings], Awaitable[Letter | None]]:
    async def compose(work: Work, message: Message, settings: Settings) -> Letter | None:
        """The link, as long as it is good and wasn't used."""
        query = work.select(SignInLink, lock=True).where(col(SignInLink.message_id) == message.id)
        link = (await work.session.scalars(query)).one_or_none()
        if link is None or link.used_at is not None or link.expires_at <= work.now:
            return None
        secret, link.secret_hash = new_secret()
        url = f"{settings.address}/{work.actor.tenant.slug}/sign-in/link/{secret}"
        return await _letter(work, purpose.value, message.person_id, url)

    return compose


for _purpose, _name in KINDS.items():
    message_kind(_name, address=_asked_address, pace=Pace.URGENT)(_of(_purpose))


async def _invited_address(work: Work, message: Message) -> str | None:
    invitation = await work.find_by(Invitation, message_id=message.id)
    which = col(ContactPoint.id) == invitation.contact_point_id
    return await work.session.scalar(work.select(col(ContactPoint.value)).where(which))


@message_kind(INVITATION, permission=MANAGE_PERSONS, address=_invited_address)
async def _invitation(work: Work, message: Message, settings: Settings) -> Letter | None:
    """The invitation, as long as it is good and the person hasn't signed in."""
    query = work.select(Invitation, lock=True).where(col(Invitation.message_id) == message.id)
    invitation = (await work.session.scalars(query)).one_or_none()
    if invitation is None or invitation.claimed_at is not None or invitation.expires_at <= work.now:
        return None
    person = await work.find(Person, invitation.person_id)
    if person.claimed_at is not None or person.deceased_on is not None:
        return None
    association = await work.find(Association, invitation.association_id)
    secret, invitation.secret_hash = new_secret()
    url = f"{settings.address}/{work.actor.tenant.slug}/sign-in/invitation/{secret}"
    return await _letter(work, "INVITATION", person.id, url, by=association.name)


async def _letter(work: Work, template: str, person_id: UUID, url: str, by: dict[str, str] | None = None) -> Letter:
    person = await work.find(Person, person_id)
    confederation = await work.session.get_one(Confederation, work.tenant_id)
    locale = writable(person.locale, *work.actor.tenant.locales)
    wished = (locale, *work.actor.tenant.locales)
    return Letter(
        templates="services.identity",
        template=template,
        locale=locale,
        host=chosen(confederation.name, wished),
        name=f"{person.given_name} {person.family_name}",
        said={"url": url, "by": chosen(by, wished)},
        differs_each_time=True,
    )
