"""Challenges: answered once, in time, and forgotten."""

from datetime import UTC, datetime, timedelta

from models import AttemptKind, SignInAttempt
from services.core.actor import system
from services.identity.attempts import ATTEMPT_LIFE, begin_attempt, forget_attempts, use_attempt
from tests.making import ActingAs, Maker

NOW = datetime(2026, 5, 1, tzinfo=UTC)


async def test_a_challenge_is_answered_once_and_in_time(make: Maker, acting_as: ActingAs) -> None:
    platform = system(make.tenant)
    async with acting_as(platform, now=NOW) as work:
        handle, late = [await begin_attempt(work, AttemptKind.PASSKEY, b"challenge") for _ in range(2)]
    (first, _) = await make.all(SignInAttempt)
    assert handle not in str(first.model_dump())
    async with acting_as(platform, now=NOW + ATTEMPT_LIFE - timedelta(seconds=1)) as work:
        assert await use_attempt(work, AttemptKind.PASSKEY_TO_ADD, handle) is None
        assert await use_attempt(work, AttemptKind.PASSKEY, handle) is not None
        assert await use_attempt(work, AttemptKind.PASSKEY, handle) is None
    async with acting_as(platform, now=NOW + ATTEMPT_LIFE) as work:
        assert await use_attempt(work, AttemptKind.PASSKEY, late) is None


async def test_challenges_that_are_over_are_forgotten(make: Maker, acting_as: ActingAs) -> None:
    platform = system(make.tenant)
    for begun in (NOW, NOW + ATTEMPT_LIFE):
        async with acting_as(platform, now=begun) as work:
            await begin_attempt(work, AttemptKind.PASSKEY, b"challenge")
    async with acting_as(platform, now=NOW + ATTEMPT_LIFE) as work:
        await forget_attempts(work)
    (left,) = await make.all(SignInAttempt)
    assert left.expires_at == NOW + 2 * ATTEMPT_LIFE
