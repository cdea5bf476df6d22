"""Kinds of messages, each declared by its domain: how it is composed, its address, and its readers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from models import Message
from models.base.permissions import Permission
from services.core.discovery import import_all
from services.core.settings import Settings
from services.core.work import Work
from services.messages.letters import Letter
from services.messages.recipients import preferred_address

Compose = Callable[[Work, Message, Settings], Awaitable[Letter | None]]
Address = Callable[[Work, Message], Awaitable[str | None]]


class Pace(Enum):
    """The job that sends a message. Each has its share of the workers (`services.core.jobs.taking`)."""

    URGENT = "send_urgent_message"  # somebody is waiting for it to sign in
    USUAL = "send_message"
    BULK = "send_bulk_message"  # to many at once: must not delay confirmations


@dataclass(frozen=True)
class MessageKind:
    """A kind of message.

    `compose`: returns the letter at the time of sending; None if it is no longer true. `permission`: by which STAFF of
    the sending association read that it was sent; None if only the person may. `address`: returns the address; None if
    there is none. `pace`: its priority.
    """

    name: str
    compose: Compose
    permission: Permission | None
    address: Address
    pace: Pace

    @property
    def job(self) -> str:
        """The job that sends it."""
        return self.pace.value


_kinds: dict[str, MessageKind] = {}


def message_kind(
    name: str, *, permission: Permission | None = None, address: Address = preferred_address, pace: Pace = Pace.USUAL
) -> Callable[[Compose], Compose]:
    """Declare a kind, `domain.kind`, by the function that composes it.

    Its permission must be declared by `readable_with`.
    """

    def declare(compose: Compose) -> Compose:
        assert name not in _kinds, name
        _kinds[name] = MessageKind(name, compose, permission, address, pace)
        return compose

    return declare


def kind_of(name: str) -> MessageKind:
    """The kind of this name."""
    if name not in _kinds:
        import_all("services")
    return _kinds[name]
