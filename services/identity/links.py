"""Links that are mailed: to sign in, to show once more who one is, to show that an address is one's own.

Whoever asks for one to sign in gives an address. It is written down, and looked at by the job that mails the link: the
answer is the same for every address, and as quick. Single use, ten minutes, five an hour for an address.

Who has signed in is asked at addresses that they have shown to be theirs. Until then at any that their associations
have: afterwards nobody who may enter addresses can get in by one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col
from uuid_utils.compat import uuid7

from models import ContactKind, ContactPoint, LinkPurpose, Person, Session, SignInLink, SignInMethod
from services.core.errors import InvalidInput
from services.core.jobs.jobs import enqueue, every, job
from services.core.settings import Settings
from services.core.statements import matching
from services.core.work import Work
from services.identity.errors import LinkNotGood, NoAddress
from services.identity.letters import KINDS
from services.identity.sessions import hashed, new_secret, open_session, own_session, step_up
from services.messages import outbox
from services.messages.outbox import Due
from services.messages.sending import send

LINK_LIFE = timedelta(minutes=10)
"""How long a link is good."""
LINKS_PER_ADDRESS_AND_HOUR = 5
"""How many are mailed to an address in an hour; whoever asks isn't told."""
MOST_PERSONS_PER_ADDRESS = 3
"""How many persons with one address get a link each."""
LONGEST_ADDRESS = 254

_WHY = "a link is nobody's to read: whoever has its secret is who may use it"


class Redeemed(NamedTuple):
    """What a link did: the session that it opened or confirmed, with the secret that is good from now on."""

    session: Session
    secret: str | None
    return_to: str | None


async def ask_for_link(work: Work, address: str, return_to: str | None = None) -> None:
    """Have a link to sign in mailed to an address, if it is somebody's. Nothing says whether it is.

    `return_to`: where the browser goes once it is used.
    """
    address = address.strip().lower()
    # What is no address is written down as well, and found to be nobody's: the answer takes as long.
    await _write(work, address[:LONGEST_ADDRESS], LinkPurpose.SIGN_IN, return_to=return_to)


async def ask_to_step_up(work: Work) -> Session:
    """Have a link mailed to the person that shows once more who they are, in this session. NoAddress without one.

    It goes to an address that they have shown to be theirs, the preferred one first.
    """
    session = await own_session(work)
    point = (
        await work.session.scalars(
            _addresses(work)
            .where(col(ContactPoint.person_id) == session.person_id, col(ContactPoint.verified_at).is_not(None))
            .order_by(col(ContactPoint.preferred).desc(), col(ContactPoint.id))
            .limit(1)
        )
    ).first()
    if point is None:
        raise NoAddress
    await _write(work, point.folded_value, LinkPurpose.STEP_UP, session)
    return session


async def ask_to_verify(work: Work, contact_point_id: UUID) -> ContactPoint:
    """Have a link mailed to an address of one's own that shows it to be so, in this session.

    StepUpRequired where the person hasn't shown lately who they are: an address that is theirs opens their record.
    """
    point = await work.find(ContactPoint, contact_point_id, "contactPointId")
    session = await own_session(work)
    if point.person_id != work.actor.person_id or point.kind is not ContactKind.EMAIL:
        raise InvalidInput("a mail address of one's own", point.kind, path=("contactPointId",))
    work.actor.require_recent(work.now)
    await _write(work, point.folded_value, LinkPurpose.ADDRESS, session)
    return point


async def redeem(work: Work, secret: str, *, session_id: UUID | None = None, device: str | None = None) -> Redeemed:
    """Use a link. `session_id`: the session that the request is in, in which alone some links are good.

    LinkNotGood for one that was used, is too old, or never was: of two who use it at once one waits for the other.
    """
    async with work.elevated(_WHY):
        query = work.select(SignInLink, lock=True).where(col(SignInLink.secret_hash) == hashed(secret))
        link = (await work.session.scalars(query)).one_or_none()
        if link is None or link.used_at is not None or link.expires_at <= work.now or link.person_id is None:
            raise LinkNotGood
        if link.session_id is not None and link.session_id != session_id:
            raise LinkNotGood
        link.used_at = work.now
        if not await _shows_the_address(work, link, link.person_id):
            raise LinkNotGood
        if link.session_id is None:
            session, opened = await open_session(work, link.person_id, SignInMethod.MAGIC_LINK, device=device)
            return Redeemed(session, opened, link.return_to)
        renewed = await step_up(work, link.session_id) if link.purpose is LinkPurpose.STEP_UP else None
        return Redeemed(await work.find(Session, link.session_id), renewed, link.return_to)


async def _shows_the_address(work: Work, link: SignInLink, person_id: UUID) -> bool:
    """Whoever got the message has the address: note so. False where it may not sign in any more.

    Since the link was mailed it may have been taken from the person, or they have signed in by another, and then one
    that others entered for them opens nothing.
    """
    person = await work.find(Person, person_id, lock=True)
    theirs = [
        col(ContactPoint.person_id) == person_id,
        col(ContactPoint.kind) == ContactKind.EMAIL,
        col(ContactPoint.folded_value) == link.address,
    ]
    if link.purpose is LinkPurpose.SIGN_IN and person.claimed_at is not None:
        theirs.append(col(ContactPoint.verified_at).is_not(None))
    # Only the first time: when somebody signed in is not to be seen by when their address was changed.
    shown = work.update(ContactPoint, *theirs, col(ContactPoint.verified_at).is_(None), to={"verified_at": work.now})
    await work.session.execute(shown)
    return bool(await work.session.scalar(select(work.exists(ContactPoint, *theirs))))


@job("mail_sign_in_link", tries=4, urgent=True, share=4)
async def mail_sign_in_link(work: Work, *, link_id: UUID, settings: Settings) -> None:
    """Make the links that were asked for, and mail them. What nobody is to have, is forgotten.

    Without a mail server nothing is mailed, not even later: a link is good for minutes.
    """
    query = work.select(SignInLink, lock="skip").where(
        col(SignInLink.id) == link_id,
        col(SignInLink.secret_hash).is_(None),
    )
    asked = (await work.session.scalars(query)).one_or_none()
    if asked is None:
        return
    await work.lock(f"sign-in-link:{hashed(asked.address)}")  # two jobs of one address count one after the other
    stale = asked.created_at + LINK_LIFE <= work.now
    persons = [] if stale or settings.smtp_url is None or await _are_enough(work, asked) else await _whose(work, asked)
    for person in persons:
        await _mail(work, settings, asked, person)
    await work.session.delete(asked)


@every("*/30 * * * *")
async def forget_links(work: Work) -> None:
    """Delete the links of yesterday with their messages, and what was asked for and never mailed."""
    at = col(SignInLink.created_at)
    never_mailed = col(SignInLink.secret_hash).is_(None) & (at <= work.now - 6 * LINK_LIFE)
    over = work.delete(SignInLink, or_(at <= work.now - timedelta(days=1), never_mailed))
    gone = await work.session.scalars(over.returning(col(SignInLink.message_id)))
    # When somebody signed in, and how often, is nobody's to look up afterwards.
    await outbox.forget(work, [id for id in gone if id is not None])


async def _mail(work: Work, settings: Settings, asked: SignInLink, person: Person) -> None:
    """Send a message with a link of the person's own. The secret is made when it is composed: none fits until then."""
    id = uuid7()
    (message_id,) = await outbox.write(work, [Due(KINDS[asked.purpose], person.id, id)], None)
    await work.insert(
        SignInLink(
            id=id,
            address=asked.address,
            purpose=asked.purpose,
            person_id=person.id,
            session_id=asked.session_id,
            message_id=message_id,
            return_to=asked.return_to,
            secret_hash=new_secret()[1],
            created_at=asked.created_at,
            expires_at=work.now + LINK_LIFE,
        )
    )
    await send(work, message_id, settings)


async def _are_enough(work: Work, asked: SignInLink) -> bool:
    """Whether the address had its links of this hour."""
    mailed = work.select(func.count(func.distinct(SignInLink.created_at)), of=SignInLink).where(
        col(SignInLink.address) == asked.address,
        col(SignInLink.secret_hash).is_not(None),
        col(SignInLink.created_at) > work.now - timedelta(hours=1),
    )
    return bool((await work.session.scalar(mailed) or 0) >= LINKS_PER_ADDRESS_AND_HOUR)


async def _whose(work: Work, asked: SignInLink) -> Sequence[Person]:
    """Who gets a link at the address."""
    admitted = _addresses(work).where(col(ContactPoint.folded_value) == asked.address)
    if asked.person_id is not None:
        admitted = admitted.where(col(ContactPoint.person_id) == asked.person_id)
    if asked.purpose is LinkPurpose.SIGN_IN:
        admitted = admitted.where(or_(col(Person.claimed_at).is_(None), col(ContactPoint.verified_at).is_not(None)))
    ids = admitted.with_only_columns(col(ContactPoint.person_id)).distinct()
    query = work.select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id)).limit(MOST_PERSONS_PER_ADDRESS)
    return (await work.session.scalars(query)).all()


def _addresses(work: Work) -> Select[ContactPoint]:
    """The mail addresses of the living."""
    return (
        work.select(ContactPoint)
        .join(Person, matching(ContactPoint.person_id, Person.id))
        .where(col(ContactPoint.kind) == ContactKind.EMAIL, col(Person.deceased_on).is_(None))
    )


async def _write(
    work: Work, address: str, purpose: LinkPurpose, session: Session | None = None, *, return_to: str | None = None
) -> None:
    link = SignInLink(
        address=address,
        purpose=purpose,
        person_id=session.person_id if session else None,
        session_id=session.id if session else None,
        return_to=return_to,
        expires_at=work.now + LINK_LIFE,
    )
    async with work.elevated(_WHY):
        await work.insert(link)
    await enqueue(work, "mail_sign_in_link", link_id=link.id)
