"""Idempotency keys: a client whose connection broke asks again with the same key, and gets the first answer.

The edge calls `recall` first, and `remember` last, in the transaction of the operation itself: the answer is kept if
and only if the change is. Keys are an actor's own; a refusal or a dry run is rolled back and leaves the key free.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import text, tuple_
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from models import IdempotencyRecord
from services.core.errors import IdempotencyKeyReused, InvalidInput, RequestInFlight
from services.core.work import Work

LONGEST_KEY = 200  # characters


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
    if not is_well_formed(key):
        required = f"1 to {LONGEST_KEY} printable characters"
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
        person_id=work.actor.required_person_id,
        key=key,
        fingerprint=fingerprint,
        result=result,
        at=work.now,
    )
    await work.insert(record, refused={"one_answer_a_key": RequestInFlight()})


@dataclass(frozen=True)
class Keyed:
    """Somebody's request under a key."""

    person_id: UUID
    key: str
    fingerprint: str


async def recall_each(work: Work, asked: Sequence[Keyed]) -> dict[Keyed, dict[str, Any] | None]:
    """What `recall` says of each of many, in two statements. Left out is whoever it would refuse."""
    names = [_lock_name(work, each.person_id, each.key) for each in asked]
    query = text(
        "select name, pg_try_advisory_xact_lock(hashtextextended(name, 0)) "
        "from unnest(cast(:names as text[])) with ordinality lock(name, number) order by number"
    )
    got = {name for name, taken in await work.session.execute(query, {"names": names}) if taken}
    turns = [each for each, name in zip(asked, names, strict=True) if name in got]
    records = select(
        col(IdempotencyRecord.person_id),
        col(IdempotencyRecord.key),
        col(IdempotencyRecord.fingerprint),
        col(IdempotencyRecord.result),
    ).where(
        col(IdempotencyRecord.confederation_id) == work.tenant_id,
        tuple_(col(IdempotencyRecord.person_id), col(IdempotencyRecord.key)).in_(
            [(each.person_id, each.key) for each in turns]
        ),
    )
    known = {(person_id, key): (mark, result) for person_id, key, mark, result in await work.session.execute(records)}
    recalled: dict[Keyed, dict[str, Any] | None] = {}
    for each in turns:
        mark, result = known.get((each.person_id, each.key), (each.fingerprint, None))
        if mark == each.fingerprint:
            recalled[each] = result
    return recalled


async def remember_each(work: Work, answered: Mapping[Keyed, dict[str, Any]]) -> None:
    """Keep the answers of keys that `recall_each` found new."""
    rows = [
        {
            "id": uuid7(),
            "person_id": each.person_id,
            "key": each.key,
            "fingerprint": each.fingerprint,
            "result": result,
            "at": work.now,
        }
        for each, result in answered.items()
    ]
    await work.insert_all(IdempotencyRecord, rows)


def is_well_formed(key: str) -> bool:
    """Whether it can be a key."""
    return 1 <= len(key) <= LONGEST_KEY and key.isprintable()


async def _take_turn(work: Work, key: str) -> bool:
    """Whether the key is this transaction's until it ends. Nobody waits: the client is told to ask again.

    Without the lock, two requests that arrive together both find the key new and both do the work.
    """
    name = _lock_name(work, work.actor.required_person_id, key)
    taken = await work.session.execute(
        text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
    )
    return bool(taken.scalar_one())


def _lock_name(work: Work, person_id: UUID, key: str) -> str:
    return f"{work.tenant_id}:idempotency:{person_id}:{key}"


def _plain(value: Any) -> str:
    if isinstance(value, UUID | date | Decimal):
        return str(value)
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
