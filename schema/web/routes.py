"""All routes besides GraphQL's."""

from starlette.routing import BaseRoute

from schema.web.files import exports, public
from schema.web.graphql.actors import Actors
from schema.web.graphql.endpoint import Endpoint
from schema.web.ops import health, metrics
from schema.web.ops.draining import Stopping
from schema.web.signin import links, oidc, passkeys
from services.core.database.connections import Database
from services.core.settings import Settings


def routes(
    endpoint: Endpoint, database: Database, actors: Actors, settings: Settings, stopping: Stopping
) -> list[BaseRoute]:
    """Return the routes of health and metrics, files and calendars, and sign-in."""
    found: list[BaseRoute] = [
        *health.routes(database, stopping),
        *metrics.routes(endpoint, database, settings, stopping),
    ]
    for module in (public, exports, links, passkeys, oidc):
        found += module.routes(database, actors)
    return found
