"""The other side."""

from collections.abc import AsyncIterator

import pytest

from tests.services.webhooks.receiving import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A server that webhooks are told."""
    async with receiving() as made:
        yield made
