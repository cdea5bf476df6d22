"""Every setting is declared in one place and described in docs/settings.md."""

import ast

import pytest
from typer.testing import CliRunner

from app import cli
from schema.cli.settings import markdown
from services.core.settings import CHECKOUT, Settings
from tests.test_architecture import parsed, sources

LATE = {"opentelemetry", "prometheus_client"}
"""Libraries that only those who configure them pay for."""


def test_the_page_of_settings_is_the_one_that_the_command_writes() -> None:
    assert all(field.description and field.validation_alias for field in Settings.model_fields.values())
    assert markdown() == (CHECKOUT / "docs" / "settings.md").read_text(), "run make papers"
    assert CliRunner().invoke(cli, ["settings", "--page"]).output == markdown()


def test_nothing_else_looks_at_the_environment() -> None:
    looking = {
        str(path)
        for path in sources("app.py", "models", "services", "schema")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in ("environ", "getenv", "environb")
    }
    assert looking == set()


def test_what_is_not_configured_is_not_imported() -> None:
    at_once = {
        f"{path}: {name}"
        for path in sources("app.py", "models", "services", "schema")
        for node in parsed(path).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
        if name.partition(".")[0] in LATE
    }
    assert at_once == set()


def test_the_command_shows_settings_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DATABASE_URL": "postgresql://confed:geheim1@db.example/confed?sslpassword=geheim2&sslmode=require",
        "SMTP_URL": "smtp://mail:geheim3@mail.example",
        "CONFED_SECRET_KEY": "geheim4" * 5,
        "CONFED_METRICS_TOKEN": "geheim5" * 3,
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:geheim6@traces.example",
        "PORT": "8123",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    shown = CliRunner().invoke(cli, ["settings"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "geheim" not in shown.output
    assert "geheim" not in repr(Settings())
    for what in ("postgresql://confed:***@db.example/confed?sslpassword=***&sslmode=require", "8123", "***"):
        assert what in shown.output
