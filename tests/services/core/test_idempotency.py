"""Idempotency keys: one request, one change, one answer."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from models import IdempotencyRecord
from services.core import idempotency
from services.core.actor import system
from services.core.errors import IdempotencyKeyReused, InvalidInput, NotSignedIn, RequestInFlight
from services.core.idempotency import Keyed, fingerprint, recall, recall_each, remember
from services.core.work import Work
from tests.making import ActingAs, Maker

KEY = "7f1c"
PRINT = fingerprint("registerForEvent", {"event": "1"})
ANSWER = {"registration": "2", "state": "CONFIRMED"}


@pytest.mark.promise("once-per-key")
async def test_a_key_gives_the_first_answer_again(make: Maker, acting_as: ActingAs) -> None:
    ana = await make.person()
    async with acting_as(ana) as work:
        assert await recall(work, KEY, PRINT) is None
        await remember(work, KEY, PRINT, ANSWER)
    async with acting_as(ana) as work:
        assert await recall(work, KEY, PRINT) == ANSWER
        with pytest.raises(IdempotencyKeyReused):
            await recall(work, KEY, fingerprint("registerForEvent", {"event": "3"}))
        assert await recall(work, "another key", PRINT) is None


async def test_a_key_is_its_persons_own(make: Maker, acting_as: ActingAs) -> None:
    ana, ben = await make.person(), await make.person()
    async with acting_as(ana) as of_ana, acting_as(ben) as of_ben:
        assert await recall(of_ana, KEY, PRINT) is None
        assert await recall(of_ben, KEY, PRINT) is None
        await remember(of_ana, KEY, PRINT, {"whose": "ana"})
        await remember(of_ben, KEY, PRINT, {"whose": "ben"})
    async with acting_as(ben) as work:
        assert await recall(work, KEY, PRINT) == {"whose": "ben"}


async def test_what_is_rolled_back_leaves_the_key_free(make: Maker, acting_as: ActingAs) -> None:
    ana = await make.person()
    async with acting_as(ana, dry_run=True) as work:
        assert await recall(work, KEY, PRINT) is None
        await remember(work, KEY, PRINT, ANSWER)
    assert await make.count(IdempotencyRecord) == 0
    async with acting_as(ana) as work:
        assert await recall(work, KEY, fingerprint("anything", {})) is None


async def test_a_request_in_flight_is_a_conflict_until_it_ends(make: Maker, acting_as: ActingAs) -> None:
    ana = await make.person()
    async with acting_as(ana) as first:
        assert await recall(first, KEY, PRINT) is None
        with pytest.raises(RequestInFlight):
            async with acting_as(ana) as second:
                await recall(second, KEY, PRINT)
        await remember(first, KEY, PRINT, ANSWER)
    async with acting_as(ana) as third:
        assert await recall(third, KEY, PRINT) == ANSWER
    assert await make.count(IdempotencyRecord) == 1


async def test_without_its_lock_two_requests_would_both_do_the_work(
    make: Maker, acting_as: ActingAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_lock(_: Work, names: Sequence[str]) -> set[str]:
        return set(names)

    monkeypatch.setattr(idempotency, "_take_turns", no_lock)
    ana = await make.person()
    async with acting_as(ana, dry_run=True) as second:
        async with acting_as(ana) as first:
            assert await recall(first, KEY, PRINT) is None
            assert await recall(second, KEY, PRINT) is None
            await remember(first, KEY, PRINT, {"by": "first"})
        with pytest.raises(RequestInFlight):  # said by the unique constraint: too late, both have done it
            await remember(second, KEY, PRINT, {"by": "second"})
    (kept,) = await make.all(IdempotencyRecord)
    assert kept.result == {"by": "first"}


@pytest.mark.parametrize("key", ["", "k" * 201, "nul\0", "a\nb", "\ud800"])
async def test_a_key_has_1_to_200_printable_characters(make: Maker, acting_as: ActingAs, key: str) -> None:
    ana = await make.person()
    async with acting_as(ana) as work:
        assert await recall(work, "é" * 200, PRINT) is None
        with pytest.raises(InvalidInput) as refusal:
            await recall(work, key, PRINT)
    assert refusal.value.path == ("idempotencyKey",)


async def test_many_are_recalled_as_each_alone_and_who_is_refused_is_left_out(make: Maker, acting_as: ActingAs) -> None:
    ana, ben = await make.person(), await make.person()
    async with acting_as(ana) as work:
        await remember(work, KEY, PRINT, ANSWER)
    other = fingerprint("registerForEvent", {"event": "3"})
    known, new = Keyed(ana.id, KEY, PRINT), Keyed(ben.id, KEY, PRINT)
    async with acting_as(ben) as in_flight, acting_as(system(make.tenant)) as work:
        assert await recall(in_flight, "taken", PRINT) is None
        refused = [Keyed(ana.id, KEY, other), Keyed(ben.id, "taken", PRINT), Keyed(ben.id, "nul\0", PRINT)]
        assert await recall_each(work, [known, *refused, new]) == {known: ANSWER, new: None}


async def test_nobody_has_no_keys(acting_as: ActingAs) -> None:
    with pytest.raises(NotSignedIn):
        async with acting_as(None) as work:
            await recall(work, KEY, PRINT)


def test_a_fingerprint_tells_requests_apart_and_not_the_order_of_their_fields() -> None:
    event = UUID(int=1)
    same = fingerprint("register", {"event": event, "note": "é"})
    assert fingerprint("register", {"note": "é", "event": event}) == same
    assert len({same, fingerprint("cancel", {"event": event, "note": "é"}), fingerprint("register", {})}) == 3
    with pytest.raises(TypeError):
        fingerprint("register", {"event": {1, 2}})
