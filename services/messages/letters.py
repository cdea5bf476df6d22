"""The content of a message, in one language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A picture in a message, such as a ticket: its caption, code, URL path on this server, and content."""

    caption: str
    code: str
    url: str
    png: bytes


@dataclass(frozen=True)
class Letter:
    """A message in one language.

    `templates`: the package whose folder `templates/<locale>/` has `<template>.jinja`; `said`: what is put into it.
    `host`: who writes, as the sender's name says; `name`: to whom. `list_id`: names the mailing list in front of the
    server's domain (RFC 2919); null for a message to one alone. `facts`: labels and values, those without a value left
    out. `calendar`: makes the calendar entry between organizer and attendee, two mail addresses: its method and
    content. `headers`: further ones, such as `Reply-To` or `List-Unsubscribe`. `differs_each_time`: sent again it
    carries another secret, and has another Message-ID.
    """

    templates: str
    template: str
    locale: str
    host: str
    name: str
    said: Mapping[str, Any]
    list_id: str | None = None
    pictures: tuple[Picture, ...] = ()
    calendar: Callable[[str, str], tuple[str, bytes]] | None = None
    facts: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    differs_each_time: bool = False
