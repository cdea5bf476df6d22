"""Body and signature of webhook messages: https://github.com/standard-webhooks/standard-webhooks.

A body has identifiers and states, and no personal data: receivers read more through the API, with their own rights.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from models import JournalEntry

PREFIX = "whsec_"
_KEY = 32  # bytes
_PLAIN = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # keys
    r"|[A-Z][A-Z0-9_]{0,39}"  # states and kinds
    r"|\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?"  # days and moments
)


def new_secret() -> str:
    """Create a signing secret, in its text form."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY)).decode()


def body(entry: JournalEntry) -> bytes:
    """The message body for a journal entry, as JSON."""
    assert entry.association_id is not None
    told = {
        "type": entry.action,
        "timestamp": entry.at,
        "data": {
            "entryId": _global_id("JournalEntry", entry.id),
            "associationId": _global_id("Association", entry.association_id),
            "subject": {"type": entry.subject_type, "id": _global_id(entry.subject_type, entry.subject_id)},
            "facts": facts(entry.data),
        },
    }
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """Filter an entry's data: only keys, states, times, numbers and booleans are sent."""
    return {name: value for name, value in data.items() if _is_plain(value)}


def signed(id: UUID, at: datetime, content: bytes, keys: Sequence[str]) -> dict[str, str]:
    """The headers of a message, with a signature by each of the secrets. Its id is the same on each attempt."""
    message, timestamp = f"msg_{id.hex}", str(int(at.timestamp()))
    signatures = (
        hmac.digest(
            base64.b64decode(key.removeprefix(PREFIX)), f"{message}.{timestamp}.".encode() + content, hashlib.sha256
        )
        for key in keys
    )
    return {
        "content-type": "application/json",
        "user-agent": "Confed-Webhooks",
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(signature).decode()}" for signature in signatures),
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    return (
        value is None
        or isinstance(value, bool | int | float)
        or (isinstance(value, str) and bool(_PLAIN.fullmatch(value)))
    )


def _global_id(type_name: str, id: UUID) -> str:
    return base64.b64encode(f"{type_name}:{id}".encode()).decode()
