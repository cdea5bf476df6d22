"""Sessions: opaque secrets that stand for a person signed in, until they end or are taken back.

A secret stays good for `OLD_SECRET_LIFE` after the next one was given out, for requests that are under way. Whoever
brings it later has copied it, or was robbed of the next one: the session is revoked for both.

Revoking raises the person's `access_version`, which every read compares in its own statement: the next request of the
session looks at it again and is refused.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import orjson
from sqlmodel import col

from models import Person, Session, SignInMethod
from models.base.elevation import elevated_read
from services.core.actor import Actor, SignedIn, Tenant, load_person
from services.core.database.connections import Reader
from services.core.errors import NotFound
from services.core.work import Work
from services.identity.errors import NotInASession

SESSION_PREFIX = "cs_"
"""What a session's secret begins with, so that one that leaks is recognized."""
SESSION_LIFE = timedelta(days=30)
"""How long a session lasts, however much it is used."""
SESSION_IDLE = timedelta(days=7)
"""How long it lasts unused."""
SECRET_LIFE = timedelta(days=1)
"""The age at which a secret is replaced by the next."""
OLD_SECRET_LIFE = timedelta(minutes=1)
"""How long the one before is good after that."""
LAST_USED_EXACTNESS = timedelta(hours=1)
"""How exactly it is known when a session was last used."""

_LIVE = col(Session.revoked_at).is_(None)

WHY_THE_PLATFORM = "whoever signs in is nobody yet, and whose session it is decides what they may change"


@dataclass
class Reused(Exception):
    """A secret that was replaced: somebody has a copy."""

    session_id: UUID


def new_secret(prefix: str = "") -> tuple[str, str]:
    """A secret of 256 random bits, and what is kept of it."""
    secret = prefix + secrets.token_urlsafe(32)
    return secret, hashed(secret)


def hashed(secret: str) -> str:
    """What is kept of a secret. One that is random needs no slow hash, and is found by it in an index."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def open_session(
    work: Work, person_id: UUID, method: SignInMethod, *, device: str | None = None
) -> tuple[Session, str]:
    """Sign a person in: a session and its secret, which nobody sees again. NotFound for nobody, and for the dead.

    With the first session the record is the person's own (`claimed_at`).
    """
    async with work.elevated(WHY_THE_PLATFORM):
        person = await work.find(Person, person_id, lock=True)
        if person.deceased_on is not None:
            raise NotFound("person")
        if person.claimed_at is None:
            person.claimed_at = work.now
        secret, kept = new_secret(SESSION_PREFIX)
        session = await work.insert(
            Session(
                person_id=person_id,
                secret_hash=kept,
                rotated_at=work.now,
                method=method,
                device=device,
                last_used_at=_hour(work.now),
                authenticated_at=work.now,
                expires_at=work.now + SESSION_LIFE,
            )
        )
        await work.record("session.opened", session, data={"person_id": str(person_id), "method": method})
    return session, secret


async def load_session(
    connection: Reader, tenant: Tenant, day: date, secret: str, *, now: datetime | None = None
) -> Actor | None:
    """The person whose session it is, as an actor. None for a session that ended, and for what never was one.

    Reused for a secret that was replaced longer ago than `OLD_SECRET_LIFE`.
    """
    kept, now = hashed(secret), now or datetime.now(UTC)
    for _ in range(3):
        found = await connection.value(_SESSION, str(tenant.id), kept, now, now - SESSION_IDLE)
        if found is None:
            return None
        id, person_id, version, is_previous, *moments = orjson.loads(found)
        rotated_at, used_at, authenticated_at, expires_at = map(datetime.fromisoformat, moments)
        if is_previous and now >= rotated_at + OLD_SECRET_LIFE:
            raise Reused(UUID(id))
        actor = await load_person(connection, tenant, day, person_id=UUID(person_id))
        # A session that is revoked between the two statements would go with the version after it.
        if actor is None or actor.version == version:
            break
    else:
        return None
    until = min(expires_at, used_at + LAST_USED_EXACTNESS, *([rotated_at + OLD_SECRET_LIFE] if is_previous else []))
    signed_in = SignedIn(UUID(id), authenticated_at, until, rotated_at + SECRET_LIFE)
    return actor and replace(actor, session=signed_in)


_SESSION = elevated_read(
    "whose session it is decides who acts",
    """
  select jsonb_build_array(s.id, s.person_id, p.access_version, s.previous_hash = $2 and s.secret_hash <> $2,
    s.rotated_at, s.last_used_at, s.authenticated_at, s.expires_at)::text
  from session s join person p on p.confederation_id = s.confederation_id and p.id = s.person_id
  where s.confederation_id = $1::text::uuid and (s.secret_hash = $2::text or s.previous_hash = $2)
    and s.revoked_at is null and s.expires_at > $3::timestamptz and s.last_used_at > $4::timestamptz
""",
)


async def touch(work: Work, session_id: UUID) -> None:
    """Note that a session is in use, to the hour."""
    async with work.elevated(WHY_THE_PLATFORM):
        used = work.update(Session, col(Session.id) == session_id, _LIVE, to={"last_used_at": _hour(work.now)})
        await work.session.execute(used)


async def rotate(work: Work, session_id: UUID, secret: str) -> str | None:
    """The next secret of a session; null where the one that is brought isn't the newest, or isn't due.

    Of two requests that come at once with the same secret, one rotates it, and the other's is good meanwhile.
    """
    async with work.elevated(WHY_THE_PLATFORM):
        session = await work.find(Session, session_id, lock=True)
        kept = hashed(secret)
        if session.revoked_at is not None or session.secret_hash != kept or session.rotated_at + SECRET_LIFE > work.now:
            return None
        return await _renewed(work, session)


async def step_up(work: Work, session_id: UUID) -> str:
    """The person has shown once more who they are. The session's new secret: no older one has what it may do now."""
    async with work.elevated(WHY_THE_PLATFORM):
        session = await work.find(Session, session_id, lock=True)
        if session.revoked_at is not None or session.expires_at <= work.now:
            raise NotFound("session")
        secret = await _renewed(work, session)
        session.authenticated_at = work.now
        await _outdate(work, session.person_id)
        await work.record("session.confirmed", session, data={"person_id": str(session.person_id)})
    return secret


async def revoke(work: Work, session_id: UUID) -> Session:
    """End a session of one's own. NotFound for another's; one that has ended stays as it is."""
    session = await work.find(Session, session_id, "sessionId", lock=True)
    if session.revoked_at is None:
        session.revoked_at = work.now
        await work.flush()
        await _outdate(work, session.person_id)
        await work.record("session.revoked", session, data={"person_id": str(session.person_id)})
    return session


async def revoke_others(work: Work) -> Session:
    """End all sessions of one's own but the one that asks. NotInASession where none does."""
    mine = await own_session(work)
    await revoke_all(work, mine.person_id, but=mine.id)
    return mine


async def own_session(work: Work) -> Session:
    """The session that asks. NotSignedIn for anybody, NotInASession for other credentials."""
    person_id, session_id = work.actor.required_person_id, work.actor.session_id
    if session_id is None:
        raise NotInASession
    return await work.find_by(Session, id=session_id, person_id=person_id)


async def revoke_all(work: Work, person_id: UUID, *, but: UUID | None = None) -> Sequence[Session]:
    """End the sessions of a person that the actor may end: their own, or as the platform anybody's."""
    query = (
        work.select(Session, lock=True)
        .where(_LIVE, col(Session.person_id) == person_id, col(Session.expires_at) > work.now)
        .order_by(col(Session.id))
    )
    sessions = [session for session in await work.session.scalars(query) if session.id != but]
    for session in sessions:
        session.revoked_at = work.now
    await work.flush()
    if sessions:
        await _outdate(work, person_id)
    for session in sessions:
        await work.record("session.revoked", session, data={"person_id": str(person_id)})
    return sessions


async def _renewed(work: Work, session: Session) -> str:
    secret, kept = new_secret(SESSION_PREFIX)
    session.previous_hash, session.secret_hash, session.rotated_at = session.secret_hash, kept, work.now
    await work.flush()
    return secret


async def _outdate(work: Work, person_id: UUID) -> None:
    """Every kept answer about what the person may do is an old one from now on."""
    async with work.elevated("whoever ends a session of theirs doesn't change their own record otherwise"):
        raised = {"access_version": Person.access_version + 1}
        await work.session.execute(work.update(Person, col(Person.id) == person_id, to=raised))


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
