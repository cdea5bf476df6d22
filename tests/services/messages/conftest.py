"""A mail server, and a worker's hand."""

from tests.services.events.mail.conftest import post, server

__all__ = ["post", "server"]
