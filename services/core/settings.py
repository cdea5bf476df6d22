"""What the surroundings decide: read once from the environment, then never changed."""

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
        use_attribute_docstrings=True,  # `python app.py settings` and README's table show them
    )

    database_url: str | None = Field(default=None, repr=False, validation_alias="DATABASE_URL")
    """The PostgreSQL (15.14 or newer) to use; without it a private one is kept under `CONFED_DATA_DIR`."""

    database_owner_url: str | None = Field(default=None, repr=False, validation_alias="DATABASE_OWNER_URL")
    """The same database as the role that migrates, where that is not the role of `DATABASE_URL`."""

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
    """Where the world reaches this server, for links in mail: `https://api.example.org`. Default: `HOST` and `PORT`."""

    worker: bool = Field(default=True, validation_alias="CONFED_WORKER")
    """Whether `python app.py serve` also does jobs; no where processes of `python app.py worker` do."""

    smtp_url: SecretStr | None = Field(default=None, validation_alias="SMTP_URL")
    """The server that mail is sent through: `smtp://user:password@host:587` (STARTTLS where it is offered), `smtps://…`
    (TLS from the start). Without one, mail is written down as queued and never sent, not even later.
    """

    mail_from: str = Field(default="no-reply@confed.example", validation_alias="CONFED_MAIL_FROM")
    """The address that mail is from; the name before it is the association's."""

    origins: str = Field(default="", validation_alias="CONFED_ORIGINS")
    """The websites, besides this server's own address, whose pages may ask with a session's cookie, by commas:
    `https://members.example.org`.
    """

    secret_key: SecretStr | None = Field(default=None, validation_alias="CONFED_SECRET_KEY")
    """What secrets are encrypted with that the server must have again, such as identity providers': at least 32
    characters at random. Several with commas between: the first encrypts, the others still open what they encrypted.
    The embedded database has one of its own under `CONFED_DATA_DIR`; elsewhere nothing that needs it is kept without.
    """

    private_addresses: bool = Field(default=False, validation_alias="CONFED_PRIVATE_ADDRESSES")
    """Whether identity providers and webhooks may be at addresses of private networks, and on this machine without TLS.
    Only where every association's staff may reach whatever the server reaches.
    """

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, given: SecretStr | None) -> SecretStr | None:
        if given and any(len(key.strip()) < 32 for key in given.get_secret_value().split(",")):
            raise ValueError("at least 32 characters are required")
        return given

    hourly_cost: int = Field(default=5_000_000, ge=0, validation_alias="CONFED_HOURLY_COST")
    """What a person's operations may cost in an hour, of this process: `extensions.cost`, and a little for asking; some
    20 µs of work each. The least but 0 is twice what one operation may cost; 0 sets no limit, here and in the next two.
    """

    hourly_cost_of_sites: int = Field(default=50_000_000, ge=0, validation_alias="CONFED_HOURLY_COST_OF_SITES")
    """The same, of each secret site key."""

    hourly_cost_of_strangers: int = Field(default=5_000_000, ge=0, validation_alias="CONFED_HOURLY_COST_OF_STRANGERS")
    """The same, of whoever is not signed in, by confederation and address; by address too with a public site key."""

    public_seconds: float = Field(default=1.0, ge=0, le=60, validation_alias="CONFED_PUBLIC_SECONDS")
    """How long this process gives again what anybody gets by GET, from memory: so old it may be. 0 keeps nothing."""

    sign_in_attempts: int = Field(default=600, ge=0, validation_alias="CONFED_SIGN_IN_ATTEMPTS")
    """How many links may be asked for, and how many secrets, passkeys and providers' answers brought, from one network
    address in an hour, at one confederation. A large office shares one address. 0 sets no limit.
    """

    trusted_proxies: str = Field(default="", validation_alias="CONFED_TRUSTED_PROXIES")
    """The addresses or networks of the proxies before this server, by commas, whose `X-Forwarded-For` is believed. By
    default nobody's is: behind a proxy that isn't named here all strangers share its address, and its allowance.
    """

    introspection: Literal["everybody", "signed-in", "nobody"] = Field(
        default="everybody", validation_alias="CONFED_INTROSPECTION"
    )
    """Who may ask for `__schema` and `__type`. The schema is no secret: it is in `schema/schema.graphql`."""

    log: Literal["text", "json"] = Field(default="text", validation_alias="CONFED_LOG")
    """How the log is written on standard error: lines of text, or of JSON."""

    metrics_token: SecretStr | None = Field(default=None, min_length=16, validation_alias="CONFED_METRICS_TOKEN")
    """What `/metrics` asks for, as `Authorization: Bearer …`; at least 16 characters. Without it there is no such page.
    """

    drain_seconds: float = Field(default=1.0, ge=0, le=600, validation_alias="CONFED_DRAIN_SECONDS")
    """How long a server that is told to stop goes on serving while `/readyz` says that it is stopping: behind a load
    balancer, longer than it takes to notice.
    """

    otlp_endpoint: str | None = Field(default=None, repr=False, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Where traces are sent to by OpenTelemetry's protocol over HTTP; without it nothing is traced. OpenTelemetry's
    other variables mean what its specification says.
    """

    service_name: str = Field(default="confed", validation_alias="OTEL_SERVICE_NAME")
    """What the server is called in traces."""

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
