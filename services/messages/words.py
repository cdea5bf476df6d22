"""Days, hours and periods in the languages that messages are written in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
_DAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
LOCALES = tuple(_DAYS)
"""Languages in which messages are available."""


def writable(*wished: str) -> str:
    """The first of these languages in which messages are available; English if none is."""
    return next((locale for wish in wished if (locale := wish.partition("-")[0]) in LOCALES), "en")


def chosen(texts: Mapping[str, str] | None, wished: Sequence[str]) -> str:
    """A localized text in the first of these languages that it has, else in any; empty if there is no text."""
    texts = texts or {}
    return next((texts[locale] for locale in wished if locale in texts), next(iter(texts.values()), ""))


def day(moment: datetime, locale: str) -> str:
    """A day with weekday and year; the moment is already in the time zone to show."""
    weekday, month = _DAYS[locale].split()[moment.weekday()], _MONTHS[locale].split()[moment.month - 1]
    if locale == "fr":
        return f"{weekday} {'1er' if moment.day == 1 else moment.day} {month} {moment.year}"
    return f"{weekday}, {month} {moment.day}, {moment.year}"


def hour(moment: datetime, locale: str) -> str:
    """A time of day."""
    if locale == "fr":
        return f"{moment.hour} h" + (f" {moment.minute:02}" if moment.minute else "")
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'a.m.' if moment.hour < 12 else 'p.m.'}"


def instant(moment: datetime, time_zone: str, locale: str) -> str:
    """A day and a time, with the time zone's city."""
    local = moment.astimezone(ZoneInfo(time_zone))
    at = " à " if locale == "fr" else " at "
    return f"{day(local, locale)}{at}{hour(local, locale)} ({_clock(time_zone, locale)})"


def span(starts_at: datetime, ends_at: datetime, time_zone: str, locale: str) -> str:
    """A start and an end, with the time zone's city."""
    start, end = starts_at.astimezone(ZoneInfo(time_zone)), ends_at.astimezone(ZoneInfo(time_zone))
    clock = _clock(time_zone, locale)
    if start.date() == end.date():
        between = ("de", "à") if locale == "fr" else ("from", "to")
        hours = f"{between[0]} {hour(start, locale)} {between[1]} {hour(end, locale)}"
        return f"{day(start, locale)}, {hours} ({clock})"
    first, last = (f"{day(moment, locale)}, {hour(moment, locale)}" for moment in (start, end))
    return f"{first} – {last} ({clock})"


def _clock(time_zone: str, locale: str) -> str:
    """The city by which the IANA database names the time zone."""
    city = time_zone.rpartition("/")[2].replace("_", " ")
    if locale == "fr":
        return f"heure d’{city}" if city[0] in "AEIOUYÉH" else f"heure de {city}"
    return f"{city} time"
