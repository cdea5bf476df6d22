"""This server, as it is served, but with demo sign-in: the third read is a staff person's."""

from starlette.applications import Starlette

import app


def create_app() -> Starlette:
    """For uvicorn."""
    return app.create_app(demo_tokens=True)
