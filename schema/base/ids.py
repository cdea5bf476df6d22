"""Global IDs as in Relay, base64 of `Type:key`, and mutation parameters that are global IDs."""

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

LONGEST_ID = 200
"""Maximum number of characters of a global ID. Longer texts are refused without decoding them."""


@dataclass(frozen=True)
class Ref:
    """Mark a parameter as the key of a row of a type; clients pass its global ID.

    `EventId = Annotated[UUID, Ref("Event", "The event.")]` stands beside the type. `Annotated[EventId, "…"]` replaces
    the description.
    """

    kind: str
    description: str


def encode_id(type_name: str, id: UUID) -> str:
    """Return the global ID of a row."""
    return base64.b64encode(f"{type_name}:{id}".encode()).decode()


def decode_id(value: object) -> tuple[str, UUID] | None:
    """Return the type's name and the key of a global ID; None if it is malformed."""
    text = str(value)
    return _decoded(text) if len(text) <= LONGEST_ID else None


@lru_cache(1_000)  # a query decodes the same ID once for each type that a node may be of
def _decoded(text: str) -> tuple[str, UUID] | None:
    try:
        type_name, _, key = base64.b64decode(text, validate=True).decode().partition(":")
        return type_name, UUID(key)
    except (ValueError, binascii.Error):
        return None
