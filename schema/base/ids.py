"""Global identifiers, as Relay has them: base64 of `Type:key`; and parameters of mutations that are one."""

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

LONGEST_ID = 200
"""Characters; a longer text is no identifier, and isn't decoded to find that out."""


@dataclass(frozen=True)
class Ref:
    """Marks a parameter as the key of a row of a type, which clients give as its global identifier.

    `EventId = Annotated[UUID, Ref("Event", "The event.")]` stands beside the type. `Annotated[EventId, "…"]` says
    more than the description that it has by itself.
    """

    kind: str
    description: str


def encode_id(type_name: str, id: UUID) -> str:
    """The global identifier of a row."""
    return base64.b64encode(f"{type_name}:{id}".encode()).decode()


def decode_id(value: object) -> tuple[str, UUID] | None:
    """The type's name and the key in a global identifier; None where it isn't one."""
    text = str(value)
    return _decoded(text) if len(text) <= LONGEST_ID else None


@lru_cache(1_000)  # each type that a node may be of asks for the same
def _decoded(text: str) -> tuple[str, UUID] | None:
    try:
        type_name, _, key = base64.b64decode(text, validate=True).decode().partition(":")
        return type_name, UUID(key)
    except (ValueError, binascii.Error):
        return None
