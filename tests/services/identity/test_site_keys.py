"""Site keys: who makes which, what they may do, and until when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models import (
    MANAGE_EVENTS,
    MANAGE_KEYS,
    READ_PERSONS,
    READ_REGISTRATIONS,
    Association,
    JournalEntry,
    Person,
    Registration,
    Role,
    SiteKey,
    SiteKeyKind,
)
from services.core.actor import Actor
from services.core.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from services.core.permissions import ROLES, SCOPES
from services.identity.site_keys import ForeignOrigin, load_key, make_key, restrict_key, revoke_key, rotate_key
from tests.making import ActingAs, Maker

TODAY = date(2026, 3, 2)
WEBSITE = "https://www.example.org"
PUBLISHABLE, SECRET = SiteKeyKind.PUBLISHABLE, SiteKeyKind.SECRET


async def made(
    make: Maker, who: Person, association: Association | None = None, kind: SiteKeyKind = SECRET, **given: Any
) -> tuple[SiteKey, str]:
    """A key that somebody makes."""
    association = association or await make.home()
    async with make.acting_as(who) as work:
        return await make_key(work, association.id, **{"kind": kind, "name": "Website"} | given)


async def acting(make: Maker, token: str, *, origin: str | None = None, now: datetime | None = None) -> Actor | None:
    """Who acts with a key."""
    async with make.database.readers.connection() as connection:
        return await load_key(connection, make.tenant, TODAY, token, origin=origin, now=now)


@pytest.mark.promise("secret-key-scopes")
async def test_a_secret_key_has_its_scopes_in_its_association_and_nothing_else(make: Maker) -> None:
    elsewhere = await make.association()
    row, token = await made(make, await make.staff(), scopes=["registrations.read", "events.manage"])
    actor = await acting(make, token)
    assert actor is not None
    assert (actor.key_id, actor.person_id, actor.is_anonymous) == (row.id, None, False)
    assert actor.may(READ_REGISTRATIONS, row.association_id)
    assert not actor.may(READ_REGISTRATIONS, elsewhere.id)
    assert set(actor.holds) == {"registrations.read", "events.manage"}
    with pytest.raises(NotAllowed, match=r"persons\.read"):
        actor.require(READ_PERSONS, row.association_id)


async def test_a_secret_key_reads_its_associations_rows_and_no_others(make: Maker, acting_as: ActingAs) -> None:
    here, there = await make.event(), await make.event(await make.association())
    mine = await make.registration(here, await make.member())
    other = await make.registration(there, await make.member())
    actor = await acting(make, (await made(make, await make.staff(), scopes=["registrations.read"]))[1])
    async with acting_as(actor) as work:
        assert (await work.find(Registration, mine.id)).id == mine.id
        with pytest.raises(NotFound):
            await work.find(Registration, other.id)


@pytest.mark.promise("publishable-key")
async def test_a_publishable_key_has_anybodys_rights(make: Maker, acting_as: ActingAs) -> None:
    registration = await make.registration(await make.event(), await make.member())
    row, token = await made(make, await make.staff(), kind=PUBLISHABLE, origins=[WEBSITE])
    actor = await acting(make, token, origin=WEBSITE)
    assert actor is not None
    assert actor.is_anonymous
    assert not actor.holds
    with pytest.raises(NotSignedIn):
        actor.require(MANAGE_EVENTS, row.association_id)
    async with acting_as(actor) as work:
        with pytest.raises(NotFound):
            await work.find(Registration, registration.id)


@pytest.mark.promise("key-hashed")
async def test_the_key_itself_is_kept_nowhere(make: Maker) -> None:
    row, token = await made(make, await make.staff(), scopes=["events.manage"])
    entries = await make.all(JournalEntry, subject_id=row.id)
    assert [entry.action for entry in entries] == ["site_key.made"]
    kept = f"{await make.fresh(row)} {entries}"
    assert token not in kept
    assert token.removeprefix("sk_") not in kept
    assert row.last_four == token[-4:]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"scopes": ["roles.manage"]}, "scopes"),
        ({"scopes": ["keys.manage"]}, "scopes"),
        ({"scopes": ["no.such"]}, "scopes"),
        ({"origins": [WEBSITE]}, "origins"),
        ({"kind": PUBLISHABLE, "scopes": ["events.manage"]}, "scopes"),
        ({"kind": PUBLISHABLE, "origins": ["http://www.example.org"]}, "origins"),
        ({"kind": PUBLISHABLE, "origins": [f"{WEBSITE}/page"]}, "origins"),
        ({"kind": PUBLISHABLE, "origins": ["https://*.example.org"]}, "origins"),
        ({"kind": PUBLISHABLE, "origins": ["https://user@example.org"]}, "origins"),
        ({"kind": PUBLISHABLE, "origins": ["null"]}, "origins"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expiresAt"),
        ({"name": " "}, "name"),
    ],
)
async def test_a_key_that_could_do_harm_is_not_made(make: Maker, given: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await made(make, await make.staff(), **given)
    assert refused.value.path[0] == path
    assert await make.count(SiteKey) == 0


async def test_origins_are_kept_as_browsers_send_them(make: Maker) -> None:
    given = ["HTTPS://WWW.Example.org:443/", WEBSITE, "http://localhost:8080"]
    row, _ = await made(make, await make.staff(), kind=PUBLISHABLE, origins=given)
    assert row.origins == ["http://localhost:8080", WEBSITE]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_only_who_manages_keys_makes_one(make: Maker, role: Role) -> None:
    with pytest.raises(NotAllowed, match=r"keys\.manage"):
        await made(make, await make.staff(role))
    assert await make.count(SiteKey) == 0


@pytest.mark.promise("no-more-than-ones-own")
async def test_nobody_makes_or_takes_over_a_key_that_may_do_more_than_they(make: Maker, acting_as: ActingAs) -> None:
    umbrella = await make.umbrella()
    home = await make.association(under=umbrella)  # whose persons the umbrella's administrator doesn't see
    row, token = await made(make, await make.staff(association=home), home, scopes=["persons.read"])
    above = await make.staff(association=umbrella, cascades=True)
    with pytest.raises(NotAllowed, match=r"persons\.read"):
        await made(make, above, home, scopes=["events.manage", "persons.read"])
    async with acting_as(above) as work:
        with pytest.raises(NotAllowed, match=r"persons\.read"):
            await rotate_key(work, row.id)
    assert await make.count(SiteKey) == 1
    async with acting_as(above) as work:
        await revoke_key(work, row.id)
    assert await acting(make, token) is None


async def test_a_key_makes_no_keys(make: Maker, acting_as: ActingAs) -> None:
    actor = await acting(make, (await made(make, await make.staff(), scopes=sorted(SCOPES)))[1])
    assert actor is not None
    async with acting_as(actor) as work:
        with pytest.raises(NotAllowed, match=r"keys\.manage"):
            await make_key(work, (await make.home()).id, kind=SECRET, name="Another")
    assert await make.count(SiteKey) == 1


async def test_scopes_are_permissions_that_some_role_has_and_none_that_gives_rights(make: Maker) -> None:
    assert not SCOPES & {"roles.manage", "keys.manage", "affiliations.manage", "associations.manage", "needs.read"}
    assert ROLES[Role.ADMINISTRATOR].permissions >= SCOPES
    assert not MANAGE_KEYS.about_persons


async def test_a_publishable_key_is_for_its_origins(make: Maker) -> None:
    staff = await make.staff()
    _, token = await made(make, staff, kind=PUBLISHABLE, origins=[WEBSITE])
    _, nowhere = await made(make, staff, kind=PUBLISHABLE)
    _, secret = await made(make, staff, scopes=["events.manage"])
    assert await acting(make, token, origin=WEBSITE) is not None
    for key in (token, nowhere, secret):
        assert await acting(make, key) is not None  # a program: it could say any origin
        for thief in ("https://evil.example", "null", f"{WEBSITE}.evil.example", "http://www.example.org"):
            with pytest.raises(ForeignOrigin):
                await acting(make, key, origin=thief)


async def test_a_key_of_another_tenant_is_nobodys_here(make: Maker) -> None:
    there = await make.other()
    _, token = await made(there, await there.staff(), await there.home(), scopes=["events.manage"])
    assert await acting(there, token) is not None
    assert await acting(make, token) is None


@pytest.mark.parametrize("token", ["", "sk_", "sk_" + "A" * 43, "pk_" + "é" * 43, "sk_" + "A" * 10_000])
async def test_what_is_no_key_is_nobodys(make: Maker, token: str) -> None:
    await made(make, await make.staff())
    assert await acting(make, token) is None


async def test_a_rotated_key_is_good_until_its_overlap_ends(make: Maker, acting_as: ActingAs) -> None:
    staff = await make.staff()
    old, token = await made(make, staff, scopes=["events.manage"], trusted_documents_only=True)
    async with acting_as(staff) as work:
        new, successor = await rotate_key(work, old.id)
        day, now = timedelta(days=1), work.now
    assert (new.replaces_id, new.scopes, new.trusted_documents_only) == (old.id, old.scopes, True)
    assert new.expires_at is None
    assert await acting(make, token, now=now + 6 * day) is not None
    assert await acting(make, token, now=now + 7 * day) is None
    assert await acting(make, successor, now=now + 7 * day) is not None


async def test_a_rotation_never_prolongs_a_key(make: Maker, acting_as: ActingAs) -> None:
    staff, end = await make.staff(), datetime.now(UTC) + timedelta(hours=1)
    old, token = await made(make, staff, expires_at=end)
    async with acting_as(staff) as work:
        new, _ = await rotate_key(work, old.id)
    assert (await make.fresh(old)).expires_at == end
    assert new.expires_at is not None
    assert end <= new.expires_at <= end + timedelta(hours=1)
    assert await acting(make, token, now=end) is None
    async with acting_as(staff) as work:
        for overlap in (-1, 31):
            with pytest.raises(InvalidInput):
                await rotate_key(work, new.id, overlap=timedelta(days=overlap))


async def test_a_revoked_key_stays_revoked(make: Maker, acting_as: ActingAs) -> None:
    staff = await make.staff()
    row, token = await made(make, staff, scopes=["events.manage"])
    async with acting_as(staff) as work:
        await revoke_key(work, row.id, reason="lost")
    revoked = await make.fresh(row)
    assert revoked.access_version > row.access_version
    assert await acting(make, token) is None
    async with acting_as(staff) as work:
        await revoke_key(work, row.id)
        for change in (rotate_key(work, row.id), restrict_key(work, row.id, trusted_documents_only=False)):
            with pytest.raises(InvalidInput):
                await change
    assert await make.fresh(row) == revoked
    assert await make.count(JournalEntry, action="site_key.revoked") == 1


async def test_a_key_is_only_ever_restricted(make: Maker, acting_as: ActingAs) -> None:
    staff, end = await make.staff(), datetime.now(UTC) + timedelta(days=1)
    row, token = await made(make, staff, scopes=["events.manage", "registrations.read"], expires_at=end)
    async with acting_as(staff) as work:
        beyond: list[dict[str, Any]] = [
            {"scopes": ["persons.read"]},
            {"expires_at": end + timedelta(days=1)},
            {"origins": [WEBSITE]},
        ]
        for more in beyond:
            with pytest.raises(InvalidInput):
                await restrict_key(work, row.id, **more)
    before = await acting(make, token)
    async with acting_as(staff) as work:
        await restrict_key(work, row.id, scopes=["events.manage"], trusted_documents_only=True)
    after = await acting(make, token)
    assert before is not None
    assert after is not None
    assert after.version > before.version
    assert set(after.holds) == {"events.manage"}
    assert after.key is not None
    assert after.key.trusted_documents_only


async def test_the_day_of_the_last_use_is_noted_once(make: Maker) -> None:
    row, token = await made(make, await make.staff(), kind=PUBLISHABLE, origins=[WEBSITE])
    with pytest.raises(ForeignOrigin):
        await acting(make, token, origin="https://evil.example")
    assert (await make.fresh(row)).last_used_on is None
    for _ in range(2):
        await acting(make, token)
    used = await make.fresh(row)
    assert used.last_used_on == TODAY
    assert used.access_version == row.access_version


async def test_the_journal_names_the_key(make: Maker, acting_as: ActingAs) -> None:
    row, token = await made(make, await make.staff(), scopes=["events.manage"])
    event = await make.event()
    async with acting_as(await acting(make, token)) as work:
        await work.record("event.noted", event)
    (entry,) = await make.all(JournalEntry, action="event.noted")
    assert (entry.actor, entry.actor_key_id, entry.actor_person_id) == ("site_key", row.id, None)
