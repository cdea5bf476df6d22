"""Input rules shared by several operations, checked before anything is read."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from services.core.errors import InvalidInput
from services.core.text import cleaned
from services.core.work import Work

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_slug(slug: str, *path: str) -> str:
    """Check a slug, the readable part of a URL: lower-case letters, digits, single hyphens, at most 80 characters."""
    if len(slug) > 80 or not _SLUG.fullmatch(slug):
        raise InvalidInput(
            "lower-case letters and digits with single hyphens, at most 80", slug, path=path or ("slug",)
        )
    return slug


MOST_ONE_LINE_CHARACTERS = 300
"""Text that may be longer than this many characters may have several lines."""


def check_text(text: str, *path: str, most: int = 200) -> str:
    """Return a text cleaned by `services.core.text`, with visible content and at most `most` characters.

    InvalidInput if it is empty or too long after cleaning, or contains NUL.
    """
    kept = cleaned(text, lines=most > MOST_ONE_LINE_CHARACTERS)
    if not kept or len(kept) > most or "\x00" in text:
        raise InvalidInput(f"1 to {most} characters", f"{len(kept)}", path=path)
    return kept


def check_locale(locale: str, *path: str) -> str:
    """Check a locale: a language, with a region if it matters: `fr`, `en-CA`."""
    if not _LOCALE.fullmatch(locale):
        raise InvalidInput("a language such as fr or en-CA", locale, path=path or ("locale",))
    return locale


def check_languages(languages: Sequence[str], *path: str, most: int = 100) -> list[str]:
    """Check a list of distinct languages, of an event or a person. Sign languages are included (`ase`, `fcs`)."""
    if not 1 <= len(languages) <= most:
        raise InvalidInput(f"1 to {most} languages", f"{len(languages)}", path=path)
    for rank, language in enumerate(languages):
        if not _LANGUAGE.fullmatch(language) or language in languages[:rank]:
            raise InvalidInput("language tags such as fr or en-CA, each once", language, path=(*path, str(rank)))
    return list(languages)


def check_localized(texts: Mapping[str, str], *path: str, most: int = 200) -> dict[str, str]:
    """Check text by locale, in at least one locale."""
    if not texts:
        raise InvalidInput("text in one locale at least", "none", path=path)
    return {check_locale(locale, *path): check_text(text, *path, locale, most=most) for locale, text in texts.items()}


def check_texts(work: Work, texts: Mapping[str, str], *path: str, most: int = 200) -> dict[str, str]:
    """Check text in at least one of the confederation's locales, and in no other: it would never be shown."""
    checked = check_localized(texts, *path, most=most)
    for locale in checked:
        if locale not in work.actor.tenant.locales:
            raise InvalidInput(f"one of {', '.join(work.actor.tenant.locales)}", locale, path=(*path, locale))
    return checked


def check_period(starts_on: date, ends_on: date | None, *path: str) -> None:
    """Check that a period doesn't end before it begins. The last day is part of the period."""
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(f"{starts_on} or later", f"{ends_on}", path=path or ("endsOn",))


def check_moment(moment: datetime, *path: str) -> datetime:
    """Return an instant in UTC, within the years that calendars and databases support."""
    if moment.utcoffset() is None:
        raise InvalidInput("a time with its offset from UTC", moment.isoformat(), path=path)
    if not 1900 <= moment.year <= 2199:
        raise InvalidInput("a year from 1900 to 2199", f"{moment.year}", path=path)
    return moment.astimezone(UTC)


def check_after(earlier: datetime, later: datetime, *path: str) -> None:
    """Check that one instant follows the other."""
    if later <= earlier:
        raise InvalidInput(f"after {earlier.isoformat()}", later.isoformat(), path=path)
