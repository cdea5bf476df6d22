"""The private PostgreSQL: who starts it, who stops it, and what it survives."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.core.database.embedded import EmbeddedPostgresError, embedded_postgres
from services.core.settings import CHECKOUT

ANOTHER_USER = """
import sys
from pathlib import Path
from services.core.database.embedded import embedded_postgres

with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data directory below one that only its owner may enter; not `tmp_path`, whose permissions pytest sets back."""
    with tempfile.TemporaryDirectory(prefix="confed-test-") as directory:
        home = Path(directory) / "data"
        with embedded_postgres(home, durable=False):
            pass
        yield home


@contextmanager
def another_user(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A second process that uses the server until its input ends, and the URL that it was given."""
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER_USER, home],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


async def ask(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def is_running(home: Path) -> bool:
    return (home / "postgres" / "postmaster.pid").exists()


async def test_it_runs_while_it_is_used(home: Path) -> None:
    assert not is_running(home)
    with embedded_postgres(home) as url:
        assert await ask(url, "select 'œuvre' || chr(233)") == "œuvreé"
    assert not is_running(home)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("server_encoding", "UTF8"), ("TimeZone", "UTC"), ("listen_addresses", ""), ("fsync", "on")],
)
async def test_its_settings_depend_on_no_machine(home: Path, setting: str, value: str) -> None:
    with embedded_postgres(home) as url:
        assert await ask(url, f"select current_setting('{setting}')") == value


async def test_durability_is_given_up_on_request_only(home: Path) -> None:
    with embedded_postgres(home, durable=False) as url:
        assert await ask(url, "select current_setting('fsync')") == "off"


async def test_the_first_process_starts_it_and_the_last_one_stops_it(home: Path) -> None:
    started = "select pg_postmaster_start_time()"
    with embedded_postgres(home) as url:
        first = await ask(url, started)
        with another_user(home) as (process, their_url):
            assert await ask(their_url, started) == first
            process.communicate()
        assert process.returncode == 0
        assert await ask(url, started) == first
    with another_user(home) as (process, their_url):
        with embedded_postgres(home):
            pass
        assert await ask(their_url, "select 1") == 1
        process.communicate()
    assert not is_running(home)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_user_that_is_asked_to_end_stops_it(home: Path, number: signal.Signals) -> None:
    with another_user(home) as (process, _):
        process.send_signal(number)
        assert process.wait(timeout=20) == 128 + number
        assert not is_running(home)


async def test_the_server_of_a_killed_user_is_taken_over(home: Path) -> None:
    with another_user(home) as (process, _):
        process.kill()
        process.wait()
        assert is_running(home)
        with embedded_postgres(home) as url:
            assert await ask(url, "select 1") == 1
    assert not is_running(home)


async def test_a_killed_server_is_started_anew(home: Path) -> None:
    pid_file = home / "postgres" / "postmaster.pid"
    with embedded_postgres(home):
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    with embedded_postgres(home) as url:
        assert await ask(url, "select 1") == 1


async def test_a_process_that_got_a_dead_servers_number_is_not_taken_for_it(home: Path) -> None:
    data = home / "postgres"
    with subprocess.Popen(["sleep", "60"], user=data.stat().st_uid) as process:
        try:
            (data / "postmaster.pid").write_text(f"{process.pid}\n{data}\n0\n5432\n{data}\n\n\nready\n")
            with embedded_postgres(home) as url:
                assert await ask(url, "select 1") == 1
        finally:
            process.kill()


async def test_a_path_may_be_long_and_have_any_character(home: Path) -> None:
    with embedded_postgres(home.parent / f"l'été: à 100 % $HOME, {'long ' * 20}", durable=False) as url:
        assert await ask(url, "select 1") == 1
        sockets = Path(url.partition("host=")[2].partition("&")[0])
        assert sockets.stat().st_mode & 0o077 == 0, "anybody who reaches the socket is a superuser"
    assert not sockets.exists()


def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 14"), embedded_postgres(tmp_path):
        pass


def test_a_failed_start_says_what_postgresql_said(home: Path) -> None:
    configuration = home / "postgres" / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "nonsense = on\n")
    try:
        with (
            pytest.raises(EmbeddedPostgresError, match="unrecognized configuration parameter"),
            embedded_postgres(home),
        ):
            pass
    finally:
        configuration.write_text(good)
