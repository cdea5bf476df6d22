"""A real OpenID provider beside the application: npm's `oidc-provider`, on a port of this machine."""

import asyncio
import json
import shutil
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from services.core.settings import CHECKOUT

NODE = CHECKOUT / "tests" / "node"
PATIENCE = 30  # seconds
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which takes long to set up, and nothing here asks for


class OpenIDProvider:
    """The provider, and browsers at it."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    async def client(self, redirect_uri: str) -> tuple[str, str]:
        """Register a client: its id and its secret."""
        asked = {"redirect_uris": [redirect_uri], "response_types": ["code"], "grant_types": ["authorization_code"]}
        async with self._browser() as browser:
            made = (await browser.post(f"{self.issuer}/reg", json=asked)).raise_for_status().json()
        return made["client_id"], made["client_secret"]

    async def sign_in(self, address: str, account: Mapping[str, Any]) -> str:
        """Somebody comes from the application, as an account; the address that they are sent back to."""
        async with self._browser() as browser:
            while address.startswith(self.issuer):
                answer = await browser.get(address, headers={"x-login": json.dumps(account)})
                assert answer.is_redirect, answer.text
                address = str(answer.url.join(answer.headers["location"]))
        return address

    def _browser(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(trust_env=False, timeout=PATIENCE, verify=_NO_TLS)


@asynccontextmanager
async def open_id_provider() -> AsyncIterator[OpenIDProvider]:
    """The provider, for as long as the context lasts. Skips without Node.js."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not here")
    assert (NODE / "node_modules" / "oidc-provider").exists(), "`make test` installs it: npm ci in tests/node"
    pipe = asyncio.subprocess.PIPE
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        node, "provider.mjs", cwd=NODE, stdin=pipe, stdout=pipe, stderr=quiet
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await process.stdout.readline()
        assert line, "the provider didn't start"
        yield OpenIDProvider(line.decode().strip())
    finally:
        process.kill()
        await process.wait()
