"""Idempotency keys: a client whose connection broke retries with the same key, and gets the first answer.

The edge calls `recall` first and `remember` last, in the operation's own transaction: the answer is stored if and only
if the change is committed. Keys belong to an actor; a refusal or a dry run is rolled back and leaves the key unused.
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
from sqlmodel import col
from uuid_utils.compat import uuid7

from models import IdempotencyRecord
from services.core.errors import IdempotencyKeyReused, InvalidInput, Problem, RequestInFlight
from services.core.work import Work

LONGEST_KEY = 200  # characters


def fingerprint(mutation: str, input: Mapping[str, Any]) -> str:
    """Return a hash of a mutation and its input, independent of the order of fields."""
    canonical = json.dumps([mutation, input], sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Keyed:
    """A request with an idempotency key."""

    person_id: UUID
    key: str
    fingerprint: str


async def recall(work: Work, key: str, fingerprint: str) -> dict[str, Any] | None:
    """Return the stored answer of a key, or None for a new key, which is then locked until the transaction ends.

    InvalidInput for a key that is empty, too long or not printable; RequestInFlight while another transaction has
    locked the key; IdempotencyKeyReused if it was used for another request; NotSignedIn if the actor is no person.
    """
    keyed = Keyed(work.actor.required_person_id, key, fingerprint)
    recalled = (await _recall(work, [keyed]))[keyed]
    if isinstance(recalled, Problem):
        raise recalled
    return recalled


async def recall_each(work: Work, asked: Sequence[Keyed]) -> dict[Keyed, dict[str, Any] | None]:
    """Do `recall` for many requests in two statements. Refused ones are left out."""
    return {
        keyed: recalled for keyed, recalled in (await _recall(work, asked)).items() if not isinstance(recalled, Problem)
    }


async def remember(work: Work, key: str, fingerprint: str, result: dict[str, Any]) -> None:
    """Store the answer of a key that `recall` found new. `result` is JSON."""
    await remember_each(work, {Keyed(work.actor.required_person_id, key, fingerprint): result})


async def remember_each(work: Work, answered: Mapping[Keyed, dict[str, Any]]) -> None:
    """Store the answers of keys that `recall_each` found new. RequestInFlight if one was stored meanwhile."""
    rows = [{"id": uuid7(), **vars(each), "result": result, "at": work.now} for each, result in answered.items()]
    await work.insert_all(IdempotencyRecord, rows, refused={"one_answer_a_key": RequestInFlight()})


def is_well_formed(key: str) -> bool:
    """Whether a text is a valid key."""
    return 1 <= len(key) <= LONGEST_KEY and key.isprintable()


async def _recall(work: Work, asked: Sequence[Keyed]) -> dict[Keyed, dict[str, Any] | Problem | None]:
    """The stored answer to each request: None for a new key, or the refusal."""
    recalled: dict[Keyed, dict[str, Any] | Problem | None] = {
        keyed: _not_well_formed(keyed.key) for keyed in asked if not is_well_formed(keyed.key)
    }
    names = {keyed: _lock_name(work, keyed) for keyed in asked if keyed not in recalled}
    turns = await _take_turns(work, list(names.values()))
    mine = [(keyed.person_id, keyed.key) for keyed, name in names.items() if name in turns]
    records = work.select(IdempotencyRecord).where(
        tuple_(col(IdempotencyRecord.person_id), col(IdempotencyRecord.key)).in_(mine)
    )
    known = {(row.person_id, row.key): row for row in await work.session.scalars(records)} if mine else {}
    for keyed, name in names.items():
        record = known.get((keyed.person_id, keyed.key))
        if name not in turns:
            recalled[keyed] = RequestInFlight()
        elif record is None:
            recalled[keyed] = None
        else:
            recalled[keyed] = record.result if record.fingerprint == keyed.fingerprint else IdempotencyKeyReused()
    return recalled


def _not_well_formed(key: str) -> Problem:
    required = f"1 to {LONGEST_KEY} printable characters"
    return InvalidInput(required=required, found=f"{len(key)} characters", path=("idempotencyKey",))


async def _take_turns(work: Work, names: Sequence[str]) -> set[str]:
    """Lock the keys until the transaction ends, and return those that were free.

    It never waits: the client is told to retry.

    Without the lock, two simultaneous requests would both find the key new and both do the work.
    """
    query = text(
        "select name, pg_try_advisory_xact_lock(hashtextextended(name, 0)) "
        "from unnest(cast(:names as text[])) with ordinality lock(name, number) order by number"
    )
    return {name for name, taken in await work.session.execute(query, {"names": names}) if taken}


def _lock_name(work: Work, keyed: Keyed) -> str:
    return f"{work.tenant_id}:idempotency:{keyed.person_id}:{keyed.key}"


def _plain(value: Any) -> str:
    if isinstance(value, UUID | date | Decimal):
        return str(value)
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
