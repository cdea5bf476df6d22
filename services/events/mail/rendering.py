"""From a letter to words: subject, text and HTML, all of one template in each language.

A template says what is told, in paragraphs, facts and links; `text.jinja` and `html.jinja` say how those look. In HTML
everything is escaped, and in neither can a name or a title begin a line of its own.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.core.outside.mail import one_line
from services.events.mail import words
from services.events.mail.letters import Letter, Ticket

_WIDTH = 76


@dataclass(frozen=True)
class Rendered:
    """A message in words."""

    subject: str
    text: str
    html: str


def rendered(letter: Letter, image: Callable[[Ticket], str]) -> Rendered:
    """The message. `image`: the address of a ticket's picture in the HTML."""
    said = _said(letter, image)
    subject, text = _in("text", letter, said)
    _, html = _in("html", letter, said)
    return Rendered(subject, text, html)


def _said(letter: Letter, image: Callable[[Ticket], str]) -> dict[str, Any]:
    labels, locale = words.LABELS[letter.locale], letter.locale
    when = words.span(letter.starts_at, letter.ends_at, letter.time_zone, locale)
    facts = [
        (labels["when"], when),
        (labels["where"], letter.where),
        (labels["host"], letter.host),
        (labels["seats"], str(letter.seats) if letter.seats > 1 else ""),
        (labels["place"], str(letter.place) if letter.place else ""),
    ]
    expires = letter.expires_at and words.instant(letter.expires_at, letter.time_zone, locale)
    said = asdict(letter) | {
        "facts": [(label, one_line(value)) for label, value in facts if value],
        "expires": expires,
        "takes_back": letter.invitation is not None and letter.invitation.is_taken_back,
        "tickets": [
            asdict(ticket) | {"name": one_line(ticket.name), "image": image(ticket)} for ticket in letter.tickets
        ],
    }
    return {name: one_line(value) if isinstance(value, str) else value for name, value in said.items()}


def _in(medium: str, letter: Letter, said: dict[str, Any]) -> tuple[str, str]:
    """Subject and body in a medium."""
    environment = _environment(medium, letter.locale)
    template = environment.get_template(f"{letter.locale}/{letter.kind.value}.jinja")
    context = template.new_context(said)
    subject, body = ("".join(template.blocks[part](context)) for part in ("subject", "body"))
    # Blocks come escaped, so both are text that is safe as it is.
    whole: str = environment.globals["b"].page(Markup(subject.strip()), Markup(body))  # type: ignore[attr-defined]  # noqa: S704
    return one_line(subject), _spaced(letter.locale, re.sub(r"\n{3,}", "\n\n", whole).strip()) + "\n"


@cache
def _environment(medium: str, locale: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("services.events.mail"),
        autoescape=medium == "html",  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["filled"] = _filled
    environment.globals["locale"] = locale
    environment.globals["b"] = environment.get_template(f"{medium}.jinja").module
    return environment


def _filled(text: str) -> str:
    """A paragraph in lines. Addresses stay whole."""
    return textwrap.fill(
        re.sub(r"[ \t\r\n]+", " ", text).strip(), _WIDTH, break_long_words=False, break_on_hyphens=False
    )


def _spaced(locale: str, text: str) -> str:
    """French puts a space before its double signs, at which no line ends."""
    return re.sub(r"(?<=«) | (?=[»:;?!])", "\u00a0", text) if locale == "fr" else text
