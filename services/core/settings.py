"""What the surroundings decide: read once from the environment, then never changed."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """The settings of one process. A variable that is empty counts as absent; a wrong one raises `ValidationError`."""

    model_config = SettingsConfigDict(
        frozen=True, env_ignore_empty=True, populate_by_name=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """The PostgreSQL (15.14 or newer) to use; without it a private one is kept under `data_dir`."""

    database_owner_url: str | None = Field(default=None, validation_alias="DATABASE_OWNER_URL")
    """The same database as the role that migrates, where that is not the role of `database_url`."""

    data_dir: Path = Field(default=CHECKOUT / ".data", validation_alias="CONFED_DATA_DIR")
    """Where the private PostgreSQL keeps its data; made when absent. Relative to the working directory."""

    host: str = Field(default="127.0.0.1", validation_alias="HOST")
    """The address to listen on. The default is reached from this machine only."""

    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    """The TCP port to listen on; 0 takes any free one."""

    readers: int = Field(default=8, ge=1, validation_alias="CONFED_READERS")
    """Connections to the database that this process keeps for compiled reads."""

    writers: int = Field(default=8, ge=1, validation_alias="CONFED_WRITERS")
    """Connections to the database that this process keeps for operations, so also how many run at once."""

    public_url: str | None = Field(default=None, validation_alias="CONFED_PUBLIC_URL")
    """Where the world reaches this server, for links in mail: `https://api.example.org`. Default: `host` and `port`."""

    worker: bool = Field(default=True, validation_alias="CONFED_WORKER")
    """Whether `python app.py serve` also does jobs; no where processes of `python app.py worker` do."""

    smtp_url: SecretStr | None = Field(default=None, validation_alias="SMTP_URL")
    """The server that mail is sent through: `smtp://user:password@host:587` (STARTTLS where it is offered), `smtps://…`
    (TLS from the start). Without one, mail is written down as queued and never sent, not even later.
    """

    mail_from: str = Field(default="no-reply@confed.example", validation_alias="CONFED_MAIL_FROM")
    """The address that mail is from; the name before it is the association's."""

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, given: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(given.get_secret_value()) if given else None
        if parts and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("smtp://host:port or smtps://host:port is required")
        return given

    @field_validator("mail_from")
    @classmethod
    def _check_mail_from(cls, given: str) -> str:
        if not re.fullmatch(r"[^@\s<>,]+@[A-Za-z0-9.-]+", given):
            raise ValueError("a mail address is required")
        return given

    @property
    def address(self) -> str:
        """The beginning of every link to this server, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
