"""What a read knows of its request besides the arguments: named parameters that declarations may use."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Date, DateTime, Text, Uuid, bindparam

from schema.base.scalars import LOCALES
from services.core.actor import Actor


class Context(NamedTuple):
    """Who reads, when, and in which order of locales text is looked for."""

    actor: Actor
    now: datetime
    locales: tuple[str, ...]

    @property
    def today(self) -> date:
        """The day of `now` where the confederation is."""
        return self.now.astimezone(ZoneInfo(self.actor.tenant.time_zone)).date()

    def acting(self, actor: Actor) -> "Context":
        """The same reading by another actor."""
        return Context(actor, self.now, self.locales)


def parameter(name: str, type_: Any) -> BindParameter[Any]:
    """A parameter that gets its value with each request: the statement is compiled without one."""
    return bindparam(name, required=False, type_=type_)


def tenant() -> BindParameter[Any]:
    """The confederation."""
    return parameter("tenant", Uuid())


def confederation() -> BindParameter[Any]:
    """The confederation's slug, as addresses have it."""
    return parameter("confederation", Text())


def person() -> BindParameter[Any]:
    """The person who reads; null for anybody."""
    return parameter("person", Uuid())


def key() -> BindParameter[Any]:
    """The site key that reads; null for anybody else."""
    return parameter("key", Uuid())


def session() -> BindParameter[Any]:
    """The session that the person reads in; null for other credentials."""
    return parameter("session", Uuid())


def today() -> BindParameter[Any]:
    """The day where the confederation is."""
    return parameter("today", Date())


def now() -> BindParameter[Any]:
    """The moment of the request."""
    return parameter("now", DateTime(timezone=True))


def locale(choice: int) -> BindParameter[Any]:
    """The locale that a text is looked for in first, second, … counted from 0."""
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
"""How each of these parameters is had from a request."""


def preferring(locale: str, locales: tuple[str, ...]) -> tuple[str, ...]:
    """The same locales, one of them first."""
    return (locale, *(other for other in locales if other != locale))
