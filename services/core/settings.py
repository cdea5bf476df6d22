"""What the surroundings decide: read once from the environment, then never changed."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """The settings of one process. A variable that is empty counts as absent; a wrong one raises `ValidationError`."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, populate_by_name=True, extra="ignore")

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
