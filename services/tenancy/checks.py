"""Rules about input that several operations share: known before anything is read."""

import re
from collections.abc import Mapping
from datetime import date

from services.core.errors import InvalidInput

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def check_slug(slug: str, *path: str) -> str:
    """A slug is what an address shows: lower-case letters, digits, single hyphens, at most 80 characters."""
    if len(slug) > 80 or not _SLUG.fullmatch(slug):
        raise InvalidInput(
            "lower-case letters and digits with single hyphens, at most 80", slug, path=path or ("slug",)
        )
    return slug


def check_text(text: str, *path: str, most: int = 200) -> str:
    """Text with something in it, of `most` characters at most, without the white space around it."""
    stripped = text.strip()
    if not stripped or len(stripped) > most or "\x00" in stripped:
        raise InvalidInput(f"1 to {most} characters", f"{len(stripped)}", path=path)
    return stripped


def check_locale(locale: str, *path: str) -> str:
    """A language, and a region where it matters: `fr`, `en-CA`."""
    if not _LOCALE.fullmatch(locale):
        raise InvalidInput("a language such as fr or en-CA", locale, path=path or ("locale",))
    return locale


def check_localized(texts: Mapping[str, str], *path: str, most: int = 200) -> dict[str, str]:
    """Text by locale, in one locale at least."""
    if not texts:
        raise InvalidInput("text in one locale at least", "none", path=path)
    return {check_locale(locale, *path): check_text(text, *path, locale, most=most) for locale, text in texts.items()}


def check_period(starts_on: date, ends_on: date | None, *path: str) -> None:
    """A period that has an end doesn't end before it begins; its last day is part of it."""
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(f"{starts_on} or later", f"{ends_on}", path=path or ("endsOn",))
