"""This server, as it is served, but with demo sign-in: the third read is a staff person's."""

from starlette.applications import Starlette

import app
from services.core.settings import Settings


def create_app() -> Starlette:
    """For uvicorn."""
    unlimited = {"hourly_cost": 0, "hourly_cost_of_sites": 0, "hourly_cost_of_strangers": 0}
    return app.create_app(Settings().model_copy(update=unlimited), demo_tokens=True)
