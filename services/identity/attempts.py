"""Attempts to sign in: a challenge that is given out, answered once, and forgotten.

The browser keeps a handle, and the database its hash only. Signing in uses an attempt up with the first answer, right
or wrong: there is nothing to guess at, and nothing to repeat.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col

from models import AttemptKind, SignInAttempt
from services.core.jobs.jobs import every
from services.core.work import Work
from services.identity.sessions import hashed, new_secret

ATTEMPT_LIFE = timedelta(minutes=5)
"""How long a challenge may be answered."""

_WHY = "a challenge is nobody's to read, and whoever answers one is nobody yet"


async def begin_attempt(
    work: Work,
    kind: AttemptKind,
    challenge: bytes,
    *,
    verifier: str | None = None,
    provider_id: UUID | None = None,
    person_id: UUID | None = None,
    return_to: str | None = None,
) -> str:
    """Write down a challenge that is given out. Its handle, which the answer has to bring."""
    handle, kept = new_secret()
    attempt = SignInAttempt(
        kind=kind,
        handle_hash=kept,
        challenge=challenge,
        verifier=verifier,
        provider_id=provider_id,
        person_id=person_id,
        return_to=return_to,
        expires_at=work.now + ATTEMPT_LIFE,
    )
    async with work.elevated(_WHY):
        await work.insert(attempt)
    return handle


async def use_attempt(
    work: Work, kind: AttemptKind, handle: str, *, person_id: UUID | None = None
) -> SignInAttempt | None:
    """The attempt of a handle, used up from now on; None where it was, is over, or never was, or is another person's.

    Of two answers that come at once one waits for the other in the update, and then finds it used.
    """
    async with work.elevated(_WHY):
        return await work.session.scalar(
            work.update(
                SignInAttempt,
                col(SignInAttempt.handle_hash) == hashed(handle),
                col(SignInAttempt.kind) == kind,
                col(SignInAttempt.person_id).is_not_distinct_from(person_id),
                col(SignInAttempt.used_at).is_(None),
                col(SignInAttempt.expires_at) > work.now,
                to={"used_at": work.now},
            ).returning(SignInAttempt)
        )


@every("*/10 * * * *")
async def forget_attempts(work: Work) -> None:
    """Delete the attempts that are over."""
    await work.session.execute(work.delete(SignInAttempt, col(SignInAttempt.expires_at) <= work.now))
