"""Serving in this process, or in several processes that share one address (uvicorn's supervisor).

Several processes share only the database: each has its own caches, connections and rate limits, gets all notifications,
and runs jobs. Hourly costs are divided by the number of processes, so that together they allow what one would. Attempts
to sign in (`CONFED_SIGN_IN_ATTEMPTS`) are not: each process counts its own.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess

from schema.web.application import Application
from schema.web.ops.protocol import Protocol
from schema.web.ops.stopping import Server
from services.core.settings import LEAST_HOURLY_COST, Settings
from services.core.telemetry.logs import configure

_SHARED = ("hourly_cost", "hourly_cost_of_sites", "hourly_cost_of_strangers")


class _Process(multiprocess.Process):
    """uvicorn's process, with a server that drains."""

    @property
    def server(self) -> uvicorn.Server:
        """Return the server that runs in it."""
        if self._server is None:
            self._server = Server(self.config)
        return self._server


def divided(settings: Settings, workers: int) -> Settings:
    """Return the settings of one of several processes. Each share is enough for the most expensive operation."""
    shares = {name: max(LEAST_HOURLY_COST, each // workers) for name in _SHARED if (each := getattr(settings, name))}
    return settings.model_copy(update=shares)


def headers(settings: Settings) -> list[tuple[str, str]]:
    """Return the security headers of every answer."""
    always = [("x-content-type-options", "nosniff")]
    over_tls = ("strict-transport-security", "max-age=31536000")
    return [*always, over_tls] if settings.address.startswith("https://") else always


def run(make: Callable[[Settings], Application], settings: Settings, *, workers: int = 1) -> None:
    """Serve the application that `make` creates, until told to stop. Raise SystemExit if it can't start.

    `make`: a function that another process can import.
    """
    config = uvicorn.Config(
        partial(_made, make, divided(settings, workers)),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        access_log=False,
        proxy_headers=False,  # CONFED_TRUSTED_PROXIES decides which proxies are trusted
        server_header=False,
        headers=headers(settings),
        http=Protocol,
        log_config=None,  # it uses the application's own logging
        log_level="warning",
        ws_max_size=2_000_000,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=30,
    )
    if workers > 1:
        # uvicorn offers no other way to choose the class of its processes.
        multiprocess.Process = _Process  # type: ignore[misc]
        multiprocess.Multiprocess(config, sockets=[config.bind_socket()]).run()
        return
    server = Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


def _made(make: Callable[[Settings], Application], settings: Settings) -> Application:
    configure(settings.log)
    return make(settings)
