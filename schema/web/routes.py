"""Every address besides GraphQL's."""

from starlette.routing import BaseRoute

from schema.web import exports, health, metrics, oidc, passkeys, public, signin
from schema.web.actors import Actors
from schema.web.draining import Stopping
from schema.web.endpoint import Endpoint
from services.core.database import Database
from services.core.settings import Settings


def routes(
    endpoint: Endpoint, database: Database, actors: Actors, settings: Settings, stopping: Stopping
) -> list[BaseRoute]:
    """Health and figures, files and calendars, signing in."""
    found: list[BaseRoute] = [
        *health.routes(database, stopping),
        *metrics.routes(endpoint, database, settings, stopping),
    ]
    for module in (public, exports, signin, passkeys, oidc):
        found += module.routes(database, actors)
    return found
