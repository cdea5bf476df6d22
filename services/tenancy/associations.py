"""Associations of a confederation."""

from collections.abc import Mapping

from sqlmodel import col

from models import MANAGE_ASSOCIATIONS, Association, AssociationKind, Sector
from services.core.checks import check_localized, check_slug
from services.core.errors import InvalidInput, NotAllowed, NotSignedIn
from services.core.work import Work


async def create_association(
    work: Work,
    *,
    slug: str,
    name: Mapping[str, str],
    kind: AssociationKind,
    sector: Sector | None = None,
    about: Mapping[str, str] | None = None,
    website: str | None = None,
) -> Association:
    """Add an association. Asks for `associations.manage` in any umbrella; a taken slug is AlreadyExists.

    The actor can manage it once it is affiliated to an umbrella where they hold the permissions.
    """
    await _require_somewhere(work)
    if website is not None and not website.startswith(("https://", "http://")):
        raise InvalidInput("an address that begins with https://", website, path=("website",))
    association = Association(
        slug=check_slug(slug),
        name=check_localized(name, "name"),
        about=None if about is None else check_localized(about, "about", most=4000),
        kind=kind,
        sector=sector,
        website=website,
    )
    async with work.elevated("nobody holds a permission in an association that isn't there yet"):
        await work.insert(association)
    await work.record(
        "association.created", association, association_id=association.id, data={"slug": slug, "kind": kind}
    )
    return association


async def _require_somewhere(work: Work) -> None:
    if work.actor.is_system:
        return
    umbrella = work.select(col(Association.id)).where(
        col(Association.kind) == AssociationKind.UMBRELLA,
        col(Association.id).in_(work.actor.holds.get(MANAGE_ASSOCIATIONS, frozenset())),
    )
    if await work.session.scalar(umbrella.limit(1)) is None:
        raise NotSignedIn if work.actor.is_anonymous else NotAllowed(MANAGE_ASSOCIATIONS)
