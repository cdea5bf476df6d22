"""Idempotency keys: a client whose connection broke asks again with the same key, and gets the first answer.

The edge calls `recall` first, and `remember` last, in the transaction of the operation itself: the answer is kept if
and only if the change is. Keys are an actor's own; a refusal or a dry run is rolled back and leaves the key free.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from models import IdempotencyRecord
from services.core.errors import IdempotencyKeyReused, InvalidInput, RequestInFlight
from services.core.work import Work

LONGEST = 200  # characters


def fingerprint(mutation: str, input: Mapping[str, Any]) -> str:
    """The same for the same mutation with the same input, in whatever order its fields came."""
    canonical = json.dumps([mutation, input], sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def recall(work: Work, key: str, fingerprint: str) -> dict[str, Any] | None:
    """What this key was answered, or null when it is new: then this transaction alone works on it until it ends.

    InvalidInput for a key that is empty, too long or not printable; RequestInFlight while another transaction has the
    key; IdempotencyKeyReused when it was used for another request; NotSignedIn where the actor is no person.
    """
    person_id = work.actor.required_person_id
    if not (1 <= len(key) <= LONGEST and key.isprintable()):
        required = f"1 to {LONGEST} printable characters"
        raise InvalidInput(required=required, found=f"{len(key)} characters", path=("idempotencyKey",))
    if not await _take_turn(work, key):
        raise RequestInFlight
    query = select(IdempotencyRecord).where(
        col(IdempotencyRecord.confederation_id) == work.tenant_id,
        col(IdempotencyRecord.person_id) == person_id,
        col(IdempotencyRecord.key) == key,
    )
    record = (await work.session.execute(query)).scalar_one_or_none()
    if record is None:
        return None
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return record.result


async def remember(work: Work, key: str, fingerprint: str, result: dict[str, Any]) -> None:
    """Keep the answer of a key that `recall` found new. `result` is JSON."""
    record = IdempotencyRecord(
        confederation_id=work.tenant_id,
        person_id=work.actor.required_person_id,
        key=key,
        fingerprint=fingerprint,
        result=result,
        at=work.now,
    )
    await work.insert(record, refused={"one_answer_a_key": RequestInFlight()})


async def _take_turn(work: Work, key: str) -> bool:
    """Whether the key is this transaction's until it ends. Nobody waits: the client is told to ask again.

    Without the lock, two requests that arrive together both find the key new and both do the work.
    """
    name = f"{work.tenant_id}:idempotency:{work.actor.required_person_id}:{key}"
    taken = await work.session.execute(
        text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
    )
    return bool(taken.scalar_one())


def _plain(value: Any) -> str:
    if isinstance(value, UUID | date | Decimal):
        return str(value)
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
