"""The context of a read besides its arguments: named parameters that declarations may use."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Date, DateTime, Text, Uuid, bindparam

from schema.base.scalars import LOCALES
from services.core.actor import Actor


class Context(NamedTuple):
    """The reader, the time, and the locales in order of preference."""

    actor: Actor
    now: datetime
    locales: tuple[str, ...]

    @property
    def today(self) -> date:
        """Return the day of `now` in the confederation's time zone."""
        return self.now.astimezone(ZoneInfo(self.actor.tenant.time_zone)).date()

    def acting(self, actor: Actor) -> "Context":
        """Return the same context for another actor."""
        return Context(actor, self.now, self.locales)


def parameter(name: str, type_: Any) -> BindParameter[Any]:
    """Return a parameter that gets its value from each request; the statement is compiled without one."""
    return bindparam(name, required=False, type_=type_)


def tenant() -> BindParameter[Any]:
    """The confederation's ID."""
    return parameter("tenant", Uuid())


def confederation() -> BindParameter[Any]:
    """The confederation's slug, as in URLs."""
    return parameter("confederation", Text())


def person() -> BindParameter[Any]:
    """The person who reads; null if the reader is not a person."""
    return parameter("person", Uuid())


def key() -> BindParameter[Any]:
    """The site key that reads; null for other readers."""
    return parameter("key", Uuid())


def session() -> BindParameter[Any]:
    """The session of the reader; null for other credentials."""
    return parameter("session", Uuid())


def today() -> BindParameter[Any]:
    """The day in the confederation's time zone."""
    return parameter("today", Date())


def now() -> BindParameter[Any]:
    """The time of the request."""
    return parameter("now", DateTime(timezone=True))


def locale(choice: int) -> BindParameter[Any]:
    """The locale of a given rank, from 0, in the order in which a text is looked up."""
    return parameter(f"locale{choice}", Text())


def _choice(i: int, context: Context) -> str:
    return context.locales[i]


VALUES: dict[str, Callable[[Context], Any]] = {
    "tenant": lambda context: context.actor.tenant.id,
    "confederation": lambda context: context.actor.tenant.slug,
    "person": lambda context: context.actor.person_id,
    "key": lambda context: context.actor.key_id,
    "session": lambda context: context.actor.session_id,
    "today": lambda context: context.today,
    "now": lambda context: context.now,
    **{f"locale{i}": partial(_choice, i) for i in range(len(LOCALES))},
}
"""How to get each of these parameters from a request."""


def preferring(locale: str, locales: tuple[str, ...]) -> tuple[str, ...]:
    """Return the locales with one of them first."""
    return (locale, *(other for other in locales if other != locale))
