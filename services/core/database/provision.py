"""The database of a process: the configured one, or an embedded one that it starts."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from services.core.database.embedded import embedded_postgres
from services.core.settings import Settings


@dataclass(frozen=True)
class Provided:
    """A database that is running: the settings for it, and the URL of its owner, who migrates."""

    settings: Settings
    owner_url: str
    is_embedded: bool


@contextmanager
def provided(settings: Settings) -> Iterator[Provided]:
    """The configured database, otherwise the embedded one for as long as the context lasts."""
    if settings.database_url is not None:
        yield Provided(settings, settings.database_owner_url or settings.database_url, is_embedded=False)
        return
    with embedded_postgres(settings.data_dir) as url:
        key = settings.secret_key or _own_key(settings.data_dir / "secret.key")
        yield Provided(settings.model_copy(update={"database_url": url, "secret_key": key}), url, is_embedded=True)


def _own_key(path: Path) -> SecretStr:
    """The embedded database's own encryption key, created if missing; readable by this account only."""
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
    return SecretStr(path.read_text())


@contextmanager
def scratch() -> Iterator[str]:
    """An empty database that is dropped afterwards."""
    with tempfile.TemporaryDirectory() as directory, embedded_postgres(Path(directory), durable=False) as url:
        yield url
