"""Render a letter: subject, text and HTML, from one template per language.

A template has paragraphs, facts, links and pictures; `text.jinja` and `html.jinja` define how those look. In HTML
everything is escaped, and in neither can a name or a title begin a line of its own.
"""

import base64
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.core.outside.mail import one_line
from services.messages.letters import Letter, Picture

_WIDTH = 76


@dataclass(frozen=True)
class Rendered:
    """A rendered message."""

    subject: str
    text: str
    html: str


def previewed(letter: Letter) -> Rendered:
    """Render a preview: its pictures are embedded in the HTML."""
    return rendered(letter, lambda picture: "data:image/png;base64," + base64.b64encode(picture.png).decode())


def rendered(letter: Letter, image: Callable[[Picture], str]) -> Rendered:
    """Render the message. `image`: returns a picture's URL in the HTML."""
    said = _said(letter, image)
    subject, text = _in("text", letter, said)
    _, html = _in("html", letter, said)
    return Rendered(subject, text, html)


def _said(letter: Letter, image: Callable[[Picture], str]) -> dict[str, Any]:
    said = {name: one_line(value) if isinstance(value, str) else value for name, value in letter.said.items()}
    return said | {
        "name": one_line(letter.name),
        "host": one_line(letter.host),
        "facts": [(label, one_line(value)) for label, value in letter.facts if value],
        "pictures": [
            {"caption": one_line(each.caption), "code": each.code, "url": each.url, "image": image(each)}
            for each in letter.pictures
        ],
    }


def _in(medium: str, letter: Letter, said: dict[str, Any]) -> tuple[str, str]:
    """Render subject and body in a medium."""
    environment = _environment(letter.templates, medium, letter.locale)
    template = environment.get_template(f"{letter.locale}/{letter.template}.jinja")
    context = template.new_context(said)
    subject, body = ("".join(template.blocks[part](context)) for part in ("subject", "body"))
    # Blocks are escaped already, so both are safe.
    whole: str = environment.globals["b"].page(Markup(subject.strip()), Markup(body))  # type: ignore[attr-defined]  # noqa: S704
    return one_line(subject), _spaced(letter.locale, re.sub(r"\n{3,}", "\n\n", whole).strip()) + "\n"


@cache
def _environment(package: str, medium: str, locale: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("services.messages")]),
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
    """Wrap a paragraph into lines. URLs are not broken."""
    return textwrap.fill(
        re.sub(r"[ \t\r\n]+", " ", text).strip(), _WIDTH, break_long_words=False, break_on_hyphens=False
    )


def _spaced(locale: str, text: str) -> str:
    """Put non-breaking spaces before double punctuation in French."""
    return re.sub(r"(?<=«) | (?=[»:;?!])", "\u00a0", text) if locale == "fr" else text
