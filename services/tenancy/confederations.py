"""Founding a confederation, which is a tenant."""

from collections.abc import Mapping, Sequence
from zoneinfo import available_timezones

from models import Confederation
from services.core.checks import check_locale, check_localized, check_slug
from services.core.errors import InvalidInput, NotAllowed
from services.core.work import Work


async def found_confederation(
    work: Work,
    *,
    slug: str,
    name: Mapping[str, str],
    locales: Sequence[str],
    time_zone: str,
    privacy_officer: str | None = None,
) -> Confederation:
    """Create the tenant of this transaction. Only the system actor may; a taken slug is AlreadyExists.

    The row's id is the work's tenant. The first of the locales is the default, the others are fallbacks.
    """
    if not work.actor.is_system:
        raise NotAllowed("confederations.found")
    if not locales:
        raise InvalidInput("one locale at least", "none", path=("locales",))
    if time_zone not in available_timezones():
        raise InvalidInput("a time zone such as America/Toronto", time_zone, path=("timeZone",))
    confederation = Confederation(
        id=work.tenant_id,
        slug=check_slug(slug),
        name=check_localized(name, "name"),
        locales=[check_locale(locale, "locales") for locale in locales],
        time_zone=time_zone,
        privacy_officer=privacy_officer,
    )
    work.session.add(confederation)
    await work.flush()
    await work.record("confederation.founded", confederation, data={"slug": slug})
    return confederation
