"""The settings, read once from environment variables and never changed after."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LEAST_HOURLY_COST = 50_000
"""Twice what one operation may cost (`schema.compiler.measure`), which a test holds."""
CHECKOUT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """The settings of one process. A variable that is empty counts as absent; a wrong one raises `ValidationError`."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_ignore_empty=True,
        populate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,  # `python app.py settings` and docs/settings.md show them
    )

    database_url: str | None = Field(default=None, repr=False, validation_alias="DATABASE_URL")
    """The PostgreSQL database (15.14 or newer). Absent: an embedded PostgreSQL is started under `CONFED_DATA_DIR`."""

    database_owner_url: str | None = Field(default=None, repr=False, validation_alias="DATABASE_OWNER_URL")
    """The same database, as the role that runs migrations. Absent: the role of `DATABASE_URL` does."""

    data_dir: Path = Field(default=CHECKOUT / ".data", validation_alias="CONFED_DATA_DIR")
    """The directory of the embedded PostgreSQL, created if missing. Relative to the working directory."""

    host: str = Field(default="127.0.0.1", validation_alias="HOST")
    """The address to listen on. The default accepts connections from this machine only."""

    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    """The TCP port to listen on; 0 takes any free one."""

    readers: int = Field(default=8, ge=1, validation_alias="CONFED_READERS")
    """The number of database connections for compiled reads, per process."""

    writers: int = Field(default=8, ge=1, validation_alias="CONFED_WRITERS")
    """The number of database connections for operations, per process: as many run at the same time."""

    read_seconds: float = Field(default=2.0, gt=0, le=600, validation_alias="CONFED_READ_SECONDS")
    """How long PostgreSQL may work on one read before the statement is cancelled."""

    operation_seconds: float = Field(default=30.0, gt=0, le=3600, validation_alias="CONFED_OPERATION_SECONDS")
    """How long it may work on one statement of an operation or a job."""

    public_url: str | None = Field(default=None, validation_alias="CONFED_PUBLIC_URL")
    """The public address of this server, for links: `https://api.example.org`. Absent: made of `HOST` and `PORT`."""

    worker: bool = Field(default=True, validation_alias="CONFED_WORKER")
    """Whether `python app.py serve` runs background jobs as well. `no` where `python app.py worker` runs them."""

    smtp_url: SecretStr | None = Field(default=None, validation_alias="SMTP_URL")
    """The mail server: `smtp://user:password@host:587` (STARTTLS if offered) or `smtps://…` (TLS from the start).
    Absent: mail is recorded as queued and is never sent, not even later.
    """

    mail_from: str = Field(default="no-reply@confed.example", validation_alias="CONFED_MAIL_FROM")
    """The sender address of all mail. The sender name is the association's."""

    origins: str = Field(default="", validation_alias="CONFED_ORIGINS")
    """The origins, separated by commas, whose pages may send requests with a session cookie, besides this server's
    own: `https://members.example.org`.
    """

    secret_key: SecretStr | None = Field(default=None, validation_alias="CONFED_SECRET_KEY")
    """The key that encrypts stored secrets, such as OAuth client secrets and webhook secrets: at least 32 random
    characters. Several keys separated by commas: the first encrypts, the others only decrypt. The embedded database has
    a key of its own under `CONFED_DATA_DIR`. Absent elsewhere: operations that need it are refused.
    """

    private_addresses: bool = Field(default=False, validation_alias="CONFED_PRIVATE_ADDRESSES")
    """Whether identity providers and webhooks may have addresses in private networks, or on this machine without TLS.
    Safe only if the staff of every association may reach everything that the server reaches.
    """

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, given: SecretStr | None) -> SecretStr | None:
        if given and any(len(key.strip()) < 32 for key in given.get_secret_value().split(",")):
            raise ValueError("at least 32 characters are required")
        return given

    hourly_cost: int = Field(default=5_000_000, ge=0, validation_alias="CONFED_HOURLY_COST")
    """The cost that one person's operations may add up to in an hour, per process: the sum of `extensions.cost` and a
    small amount per request. A unit is about 20 µs of work. At least twice the maximum cost of one operation; 0, here
    and in the next two settings, means no limit.
    """

    hourly_cost_of_sites: int = Field(default=50_000_000, ge=0, validation_alias="CONFED_HOURLY_COST_OF_SITES")
    """The same for one secret site key."""

    hourly_cost_of_strangers: int = Field(default=5_000_000, ge=0, validation_alias="CONFED_HOURLY_COST_OF_STRANGERS")
    """The same for anonymous requests and publishable site keys, per confederation and client address."""

    public_seconds: float = Field(default=1.0, ge=0, le=60, validation_alias="CONFED_PUBLIC_SECONDS")
    """The seconds that this process answers a public GET from memory: an answer may be that old. 0 turns it off."""

    sign_in_attempts: int = Field(default=600, ge=0, validation_alias="CONFED_SIGN_IN_ATTEMPTS")
    """The number of sign-in attempts per hour, network address and confederation: links asked for, and links, passkeys
    and answers of identity providers used. A large office shares one address. 0 means no limit.
    """

    trusted_proxies: str = Field(default="", validation_alias="CONFED_TRUSTED_PROXIES")
    """The addresses or networks, separated by commas, of proxies whose `X-Forwarded-For` is trusted. Empty: none is,
    and all anonymous clients behind a proxy share one address and one hourly cost.
    """

    introspection: Literal["everybody", "signed-in", "nobody"] = Field(
        default="everybody", validation_alias="CONFED_INTROSPECTION"
    )
    """Who may query `__schema` and `__type`: `everybody`, `signed-in` or `nobody`. The schema itself is public."""

    log: Literal["text", "json"] = Field(default="text", validation_alias="CONFED_LOG")
    """The format of the log on standard error: `text` or `json`, one line per entry."""

    metrics_token: SecretStr | None = Field(default=None, min_length=16, validation_alias="CONFED_METRICS_TOKEN")
    """The bearer token for `/metrics`, at least 16 characters. Absent: `/metrics` does not exist."""

    drain_seconds: float = Field(default=1.0, ge=0, le=600, validation_alias="CONFED_DRAIN_SECONDS")
    """The seconds that a stopping server keeps serving while `/readyz` answers 503. Behind a load balancer: longer than
    it takes to notice.
    """

    otlp_endpoint: str | None = Field(default=None, repr=False, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """The OpenTelemetry collector that traces are sent to (OTLP over HTTP). Absent: nothing is traced. OpenTelemetry's
    other variables work as specified.
    """

    service_name: str = Field(default="confed", validation_alias="OTEL_SERVICE_NAME")
    """The name of this service in traces."""

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

    @field_validator("hourly_cost", "hourly_cost_of_sites", "hourly_cost_of_strangers")
    @classmethod
    def _check_hourly_cost(cls, given: int) -> int:
        if 0 < given < LEAST_HOURLY_COST:
            raise ValueError(f"0, or at least {LEAST_HOURLY_COST}, is required")
        return given

    @field_validator("trusted_proxies")
    @classmethod
    def _check_trusted_proxies(cls, given: str) -> str:
        for network in given.split(",") if given else ():
            ip_network(network.strip())
        return given

    @field_validator("origins")
    @classmethod
    def _check_origins(cls, given: str) -> str:
        if any(not re.fullmatch(r"https?://[a-z0-9.:-]+", each.strip()) for each in given.split(",") if given):
            raise ValueError("https://host, by commas, is required")
        return given

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The websites whose pages may ask with a session's cookie, this server's own among them."""
        parts = urlsplit(self.address)
        return frozenset({f"{parts.scheme}://{parts.netloc}", *map(str.strip, self.origins.split(","))} - {""})

    @property
    def address(self) -> str:
        """The beginning of every link to this server, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
