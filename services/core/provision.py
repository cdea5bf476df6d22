"""Which database a process acts on: the configured one, or the private one that it starts for itself."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.core.embedded import embedded_postgres
from services.core.settings import Settings


@dataclass(frozen=True)
class Provided:
    """A database that is there: the settings that name it, and its address as the owner, who migrates."""

    settings: Settings
    owner_url: str
    is_embedded: bool


@contextmanager
def provided(settings: Settings) -> Iterator[Provided]:
    """The configured database, else the embedded one for as long as the context lasts."""
    if settings.database_url is not None:
        yield Provided(settings, settings.database_owner_url or settings.database_url, is_embedded=False)
        return
    with embedded_postgres(settings.data_dir) as url:
        yield Provided(settings.model_copy(update={"database_url": url}), url, is_embedded=True)


@contextmanager
def scratch() -> Iterator[str]:
    """An empty database that is gone afterwards."""
    with tempfile.TemporaryDirectory() as directory, embedded_postgres(Path(directory), durable=False) as url:
        yield url
