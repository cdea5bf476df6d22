"""Rules about the input of event operations: known before anything is read."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.core.errors import InvalidInput
from services.core.work import Work
from services.tenancy.checks import check_localized

MOST_SEATS = 1_000_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_texts(work: Work, texts: Mapping[str, str], *path: str, most: int = 200) -> dict[str, str]:
    """Text in one of the confederation's locales at least, and in no other: nobody would ever be shown it."""
    checked = check_localized(texts, *path, most=most)
    for locale in checked:
        if locale not in work.actor.tenant.locales:
            raise InvalidInput(f"one of {', '.join(work.actor.tenant.locales)}", locale, path=(*path, locale))
    return checked


def check_moment(moment: datetime, *path: str) -> datetime:
    """An instant, of the years that calendars and databases agree on, in UTC."""
    if moment.utcoffset() is None:
        raise InvalidInput("a time with its offset from UTC", moment.isoformat(), path=path)
    if not 1900 <= moment.year <= 2199:
        raise InvalidInput("a year from 1900 to 2199", f"{moment.year}", path=path)
    return moment.astimezone(UTC)


def check_after(earlier: datetime, later: datetime, *path: str) -> None:
    """One instant follows the other."""
    if later <= earlier:
        raise InvalidInput(f"after {earlier.isoformat()}", later.isoformat(), path=path)


def check_time_zone(name: str, *path: str) -> str:
    """A time zone of the IANA database: `America/Toronto`."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Besides an unknown name: a path that leaves the database, and a directory of it.
        raise InvalidInput("a time zone such as America/Toronto", name, path=path) from None
    return name


def check_languages(languages: Sequence[str], *path: str) -> list[str]:
    """The languages that an event is held in, one at least, each once: a sign language (`ase`, `fcs`) is one too."""
    if not languages:
        raise InvalidInput("one language at least", "none", path=path)
    for rank, language in enumerate(languages):
        if not _LANGUAGE.fullmatch(language) or language in languages[:rank]:
            raise InvalidInput("language tags such as fr or en-CA, each once", language, path=(*path, str(rank)))
    return list(languages)


def check_capacity(capacity: int | None, *path: str) -> int | None:
    """How many seats; None: no limit."""
    if capacity is not None and not 1 <= capacity <= MOST_SEATS:
        raise InvalidInput(f"1 to {MOST_SEATS}, or no limit", f"{capacity}", path=path)
    return capacity
