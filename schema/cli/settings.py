"""`python app.py settings`: what the surroundings decide, as it is, without secrets; and as README's table."""

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


def settings(
    table: Annotated[bool, typer.Option("--table", help="README's table instead: names, defaults, meanings.")] = False,
) -> None:
    """Show the settings of this process, secrets masked."""
    if table:
        typer.echo(markdown())
        return
    shown, now = Table("variable", "value", "default"), Settings()
    for name, field in Settings.model_fields.items():
        value = shown_as(name, getattr(now, name))
        shown.add_row(str(field.validation_alias), escape(value), escape(_default(name, field)))
    Console(soft_wrap=True).print(shown)


def shown_as(name: str, value: Any) -> str:
    """A setting's value without what is secret in it."""
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
    """README's table."""
    rows = [
        f"| `{field.validation_alias}` | {_cell(_default(name, field))} | {_meaning(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


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
