"""`python app.py settings`: print the settings of this process with secrets masked; `--page` prints
docs/settings.md.
"""

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.core.settings import CHECKOUT, Settings

HIDDEN = "***"
INTRODUCTION = """# Settings

A process reads its settings from environment variables once, when it starts. An empty variable counts as absent, and a
wrong value stops the process with a message. `python app.py settings` shows the values in use, secrets masked.
`make papers` writes this page from `services/core/settings.py`.
"""


def settings(
    page: Annotated[bool, typer.Option("--page", help="Print docs/settings.md: names, defaults and meanings.")] = False,
) -> None:
    """Print the settings of this process, with secrets masked."""
    if page:
        typer.echo(markdown(), nl=False)
        return
    shown, now = Table("variable", "value", "default"), Settings()
    for name, field in Settings.model_fields.items():
        value = shown_as(name, getattr(now, name))
        shown.add_row(str(field.validation_alias), escape(value), escape(_default(name, field)))
    Console(soft_wrap=True).print(shown)


def shown_as(name: str, value: Any) -> str:
    """Return a setting's value with secrets masked."""
    if isinstance(value, SecretStr):
        return HIDDEN
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Path) and value.is_relative_to(CHECKOUT):
        return str(value.relative_to(CHECKOUT))
    return _without_password(str(value)) if name.endswith("url") or name == "otlp_endpoint" else str(value)


def markdown() -> str:
    """Return the content of docs/settings.md."""
    rows = [
        f"| `{field.validation_alias}` | {_cell(_default(name, field))} | {_meaning(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join([INTRODUCTION, "| variable | default | meaning |", "| --- | --- | --- |", *rows, ""])


def _default(name: str, field: FieldInfo) -> str:
    return shown_as(name, field.default)


def _cell(default: str) -> str:
    return f"`{default}`" if default else ""


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split()).replace("|", "\\|")


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    user, at, host = parts.netloc.rpartition("@")
    if ":" in user:
        user = f"{user.partition(':')[0]}:{HIDDEN}"
    query = re.sub(r"(?i)((?:^|&)[^=&]*(?:pass|key|secret|token)[^=&]*=)[^&]*", rf"\1{HIDDEN}", parts.query)
    return parts._replace(netloc=f"{user}{at}{host}", query=query).geturl()
