"""A session stands for its person until it ends; nothing that is kept could be used in its place."""

from datetime import UTC, datetime, timedelta

import pytest

from models import Person, Session, SignInMethod
from services.core.actor import RECENT_SIGN_IN, Actor, Tenant, system
from services.core.database.connections import Database
from services.core.errors import NotFound, StepUpRequired
from services.identity import sessions
from services.identity.devices import device_label
from services.identity.errors import NotInASession
from services.identity.forgetting import forget_sessions
from services.identity.sessions import (
    OLD_SECRET_LIFE,
    SECRET_LIFE,
    SESSION_IDLE,
    SESSION_LIFE,
    SESSION_PREFIX,
    Reused,
    load_session,
    open_session,
)
from tests.making import ActingAs, Maker

NOW = datetime.now(UTC)


async def actor_of(database: Database, tenant: Tenant, secret: str, now: datetime = NOW) -> Actor | None:
    """Whom a secret stands for."""
    async with database.readers.connection() as connection:
        return await load_session(connection, tenant, now.date(), secret, now=now)


async def opened(make: Maker, person: Person, now: datetime = NOW) -> tuple[Session, str]:
    """A session."""
    async with make.acting_as(system(make.tenant), now=now) as work:
        return await open_session(work, person.id, SignInMethod.PASSKEY, device="Safari on macOS")


@pytest.mark.promise("session-token-hashed")
async def test_a_session_stands_for_its_person_and_keeps_no_secret(make: Maker, database: Database) -> None:
    ana = await make.member()
    session, secret = await opened(make, ana)
    found = await actor_of(database, make.tenant, secret)
    assert found is not None
    assert (found.person_id, found.session_id, found.authenticated_at) == (ana.id, session.id, NOW)
    assert found.memberships == (await make.actor(ana)).memberships
    assert (await make.fresh(ana)).claimed_at == NOW
    assert secret.startswith(SESSION_PREFIX)
    assert secret not in str((await make.fresh(session)).model_dump())
    assert session.last_used_at == NOW.replace(minute=0, second=0, microsecond=0)


@pytest.mark.promise("session-token-hashed")
async def test_a_secret_stands_for_nobody_elsewhere_or_changed_or_by_its_hash(make: Maker, database: Database) -> None:
    session, secret = await opened(make, await make.member())
    changed = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    other = await make.other()
    assert await actor_of(database, other.tenant, secret) is None
    for wrong in (changed, session.secret_hash, "", SESSION_PREFIX):
        assert await actor_of(database, make.tenant, wrong) is None


@pytest.mark.promise("session-expiry")
async def test_a_session_ends_unused_or_at_its_end_or_with_its_person(make: Maker, database: Database) -> None:
    ana = await make.member()
    session, secret = await opened(make, ana)
    assert await actor_of(database, make.tenant, secret, NOW + SESSION_IDLE) is None
    session.last_used_at = NOW + SESSION_LIFE
    await make.save(session)
    assert await actor_of(database, make.tenant, secret, NOW + SESSION_LIFE - timedelta(seconds=1)) is not None
    assert await actor_of(database, make.tenant, secret, NOW + SESSION_LIFE) is None
    ana = await make.fresh(ana)
    ana.deceased_on = NOW.date()
    await make.save(ana)
    assert await actor_of(database, make.tenant, secret) is None
    with pytest.raises(NotFound):
        await opened(make, ana)


async def test_a_revoked_session_is_nobodys_and_its_person_is_another_version(
    make: Maker, database: Database, acting_as: ActingAs
) -> None:
    ana = await make.member()
    session, secret = await opened(make, ana)
    version = (await make.fresh(ana)).access_version
    with pytest.raises(NotFound):
        async with acting_as(await make.staff()) as work:
            await sessions.revoke(work, session.id)
    assert await actor_of(database, make.tenant, secret) is not None
    async with acting_as(ana) as work:
        await sessions.revoke(work, session.id)
    assert await actor_of(database, make.tenant, secret) is None
    assert (await make.fresh(ana)).access_version == version + 1


async def test_others_are_revoked_from_a_session_of_ones_own_only(make: Maker, database: Database) -> None:
    ana, ben = await make.member(), await make.member()
    (_, mine), (_, another), (_, bens) = [await opened(make, one) for one in (ana, ana, ben)]
    with pytest.raises(NotInASession):
        async with make.acting_as(ana) as work:
            await sessions.revoke_others(work)
    async with make.acting_as(await actor_of(database, make.tenant, mine)) as work:
        await sessions.revoke_others(work)
    assert await actor_of(database, make.tenant, another) is None
    assert await actor_of(database, make.tenant, mine) is not None
    assert await actor_of(database, make.tenant, bens) is not None


async def test_a_replaced_secret_is_good_for_a_moment_and_then_a_thiefs(make: Maker, database: Database) -> None:
    session, first = await opened(make, await make.member(), NOW - SECRET_LIFE)
    async with make.acting_as(system(make.tenant), now=NOW) as work:
        second = await sessions.rotate(work, session.id, first)
        assert await sessions.rotate(work, session.id, first) is None
    assert second is not None
    for secret in (first, second):
        assert await actor_of(database, make.tenant, secret) is not None
    with pytest.raises(Reused):
        await actor_of(database, make.tenant, first, NOW + OLD_SECRET_LIFE)
    async with make.acting_as(system(make.tenant), now=NOW) as work:
        assert await sessions.rotate(work, session.id, second) is None  # it isn't due


@pytest.mark.promise("recent-sign-in")
async def test_what_asks_for_a_recent_sign_in_is_refused_until_the_person_confirms(
    make: Maker, database: Database
) -> None:
    session, secret = await opened(make, await make.member(), NOW - RECENT_SIGN_IN - timedelta(seconds=1))
    found = await actor_of(database, make.tenant, secret)
    assert found is not None
    with pytest.raises(StepUpRequired):
        found.require_recent(NOW)
    async with make.acting_as(system(make.tenant), now=NOW) as work:
        confirmed = await sessions.step_up(work, session.id)
    found = await actor_of(database, make.tenant, confirmed)
    assert found is not None
    found.require_recent(NOW)
    with pytest.raises(Reused):
        await actor_of(database, make.tenant, secret, NOW + OLD_SECRET_LIFE)


async def test_sessions_that_ended_long_ago_are_forgotten(make: Maker) -> None:
    ana = await make.member()
    kept = await make.sign_in_session(ana)
    await make.sign_in_session(ana, revoked_at=NOW - timedelta(days=91))
    async with make.acting_as(system(make.tenant), now=NOW) as work:
        await forget_sessions(work)
    assert [session.id for session in await make.all(Session)] == [kept.id]


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/139.0 Safari/537.36 Edg/139.0", "Edge on Windows"),
        ("curl/8.5.0", None),
        (None, None),
    ],
)
def test_a_device_is_told_by_browser_and_system(agent: str | None, label: str | None) -> None:
    assert device_label(agent) == label
