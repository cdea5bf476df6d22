"""Rules about input that several operations share: known before anything is read."""

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
    """A slug is what an address shows: lower-case letters, digits, single hyphens, at most 80 characters."""
    if len(slug) > 80 or not _SLUG.fullmatch(slug):
        raise InvalidInput(
            "lower-case letters and digits with single hyphens, at most 80", slug, path=path or ("slug",)
        )
    return slug


ONE_LINE = 300
"""Characters: a text that may be longer may have several lines."""


def check_text(text: str, *path: str, most: int = 200) -> str:
    """Text with something to be seen in it, of `most` characters at most, as `services.core.text` cleans it.

    InvalidInput where nothing is left of it, or too much; and for NUL, which no person types.
    """
    kept = cleaned(text, lines=most > ONE_LINE)
    if not kept or len(kept) > most or "\x00" in text:
        raise InvalidInput(f"1 to {most} characters", f"{len(kept)}", path=path)
    return kept


def check_locale(locale: str, *path: str) -> str:
    """A language, and a region where it matters: `fr`, `en-CA`."""
    if not _LOCALE.fullmatch(locale):
        raise InvalidInput("a language such as fr or en-CA", locale, path=path or ("locale",))
    return locale


def check_languages(languages: Sequence[str], *path: str, most: int = 100) -> list[str]:
    """Languages that something is held or somebody can talk in, each once: sign languages (`ase`, `fcs`) are some."""
    if not 1 <= len(languages) <= most:
        raise InvalidInput(f"1 to {most} languages", f"{len(languages)}", path=path)
    for rank, language in enumerate(languages):
        if not _LANGUAGE.fullmatch(language) or language in languages[:rank]:
            raise InvalidInput("language tags such as fr or en-CA, each once", language, path=(*path, str(rank)))
    return list(languages)


def check_localized(texts: Mapping[str, str], *path: str, most: int = 200) -> dict[str, str]:
    """Text by locale, in one locale at least."""
    if not texts:
        raise InvalidInput("text in one locale at least", "none", path=path)
    return {check_locale(locale, *path): check_text(text, *path, locale, most=most) for locale, text in texts.items()}


def check_texts(work: Work, texts: Mapping[str, str], *path: str, most: int = 200) -> dict[str, str]:
    """Text in one of the confederation's locales at least, and in no other: nobody would ever be shown it."""
    checked = check_localized(texts, *path, most=most)
    for locale in checked:
        if locale not in work.actor.tenant.locales:
            raise InvalidInput(f"one of {', '.join(work.actor.tenant.locales)}", locale, path=(*path, locale))
    return checked


def check_period(starts_on: date, ends_on: date | None, *path: str) -> None:
    """A period that has an end doesn't end before it begins; its last day is part of it."""
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(f"{starts_on} or later", f"{ends_on}", path=path or ("endsOn",))


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
