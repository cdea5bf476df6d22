"""Site keys of home: a website's, which was revoked, and a program's."""

from datetime import UTC, date, datetime
from typing import Any

from models import SiteKey, SiteKeyKind
from tests.access.world import World

AFTER = ("tenancy.federation",)


async def rows(world: World) -> None:
    """Both, with everything said; the website's was made to succeed the program's."""
    now = datetime.now(UTC)
    common: dict[str, Any] = {"association_id": world.home.id, "name": "Website", "last_four": "abcd", "made_at": now}
    program = await world.make.add(
        SiteKey,
        common,
        kind=SiteKeyKind.SECRET,
        digest="program",
        origins=[],
        scopes=["persons.read"],
        expires_at=datetime(2099, 1, 1, tzinfo=UTC),
        last_used_on=date(2026, 1, 1),
    )
    website = await world.make.add(
        SiteKey,
        common,
        kind=SiteKeyKind.PUBLISHABLE,
        digest="website",
        origins=["https://www.example.org"],
        scopes=[],
        revoked_at=now,
        replaces_id=program.id,
    )
    world.add("SiteKey program", program)
    world.add("SiteKey website", website)


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """What staff do about them."""
    home, program = world.ids["Association home"], {"siteKeyId": world.ids["SiteKey program"]}
    key = {"associationId": home, "name": "Another"}
    return {
        "createSiteKey": {
            "publishable": key | {"kind": "PUBLISHABLE", "origins": ["https://www.example.org"]},
            "secret": key | {"kind": "SECRET", "scopes": ["persons.read"]},
        },
        "rotateSiteKey": {"program": program, "website": {"siteKeyId": world.ids["SiteKey website"]}},
        "updateSiteKey": {"program": program | {"trustedDocumentsOnly": True}},
        "revokeSiteKey": {"program": program},
    }
