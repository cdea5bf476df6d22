"""What adding a passkey and signing in with one share: for which host and origin, and for how long."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from webauthn.helpers import parse_client_data_json

from services.core.work import Work
from services.identity.attempts import ATTEMPT_LIFE

MILLISECONDS = int(ATTEMPT_LIFE.total_seconds() * 1000)
"""How long the browser is to wait for the device."""

_USUAL_PORTS = {"https": 443, "http": 80}


class Challenge(NamedTuple):
    """What the browser's `navigator.credentials` is given, and the handle that the answer has to bring."""

    handle: str
    options: dict[str, Any]


def host(work: Work) -> str:
    """The relying party: the host of the server's public address."""
    return urlsplit(work.settings.address).hostname or ""


def origin(work: Work) -> str:
    """The origin of the pages that may ask, as browsers write it."""
    parts = urlsplit(work.settings.address)
    port = "" if parts.port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def check_not_embedded(client_data: bytes) -> None:
    """ValueError where a page of another site shows ours in a frame: it asks for no passkey of ours."""
    if parse_client_data_json(client_data).cross_origin:
        raise ValueError("asked for by a page of another origin")
