"""Gathering: results to their callers, poison alone, no batch cancelled by a caller."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from kerben.platform.batching import Batcher, BatcherOverloadedError


async def turns() -> None:
    """Let everything that is ready run."""
    for _ in range(5):
        await asyncio.sleep(0)


class Doubler:
    """Doubles numbers; holds its batches until told, and remembers them."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.poison: set[int] = set()

    async def run(self, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        await self.gate.wait()
        if self.poison & set(items):
            raise ValueError(f"poison in {len(items)}")
        return [ValueError("odd") if item == 13 else item * 2 for item in items]


async def test_a_lone_call_leaves_at_once_and_the_rest_gather_behind_it() -> None:
    doubler = Doubler()
    batcher = Batcher("t1", doubler.run, size_max=4, in_flight_max=1)
    calls = [asyncio.create_task(batcher.submit(n)) for n in range(10)]
    await turns()
    assert doubler.batches == [[0, 1, 2, 3]]
    doubler.gate.set()
    assert await asyncio.gather(*calls) == [n * 2 for n in range(10)]
    assert doubler.batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_each_caller_gets_its_own_error() -> None:
    doubler = Doubler()
    doubler.gate.set()
    batcher = Batcher("t2", doubler.run)
    results = await asyncio.gather(*(batcher.submit(n) for n in (12, 13, 14)), return_exceptions=True)
    assert results[0] == 24
    assert isinstance(results[1], ValueError)
    assert results[2] == 28


async def test_a_poison_item_is_run_alone_and_fails_nobody_else() -> None:
    doubler = Doubler()
    doubler.gate.set()
    doubler.poison = {3}
    batcher = Batcher("t3", doubler.run, in_flight_max=1)
    results = await asyncio.gather(*(batcher.submit(n) for n in range(5)), return_exceptions=True)
    assert [r for r in results if isinstance(r, int)] == [0, 2, 4, 8]
    assert str(results[3]) == "poison in 1"


async def test_a_cancelled_caller_does_not_cancel_the_batch() -> None:
    doubler = Doubler()
    batcher = Batcher("t4", doubler.run, in_flight_max=1)
    gone = asyncio.create_task(batcher.submit(1))
    stays = asyncio.create_task(batcher.submit(2))
    await turns()
    gone.cancel()
    doubler.gate.set()
    assert await stays == 4
    assert doubler.batches == [[1, 2]]
    assert gone.cancelled() or gone.cancelling()


async def test_items_of_one_key_never_share_a_batch() -> None:
    doubler = Doubler()
    batcher = Batcher("t5", doubler.run, in_flight_max=2, key=lambda n: n % 3)
    calls = [asyncio.create_task(batcher.submit(n)) for n in (0, 3, 1, 6)]
    await turns()
    assert doubler.batches == [[0, 1]]
    doubler.gate.set()
    assert await asyncio.gather(*calls) == [0, 6, 2, 12]
    assert all(len({n % 3 for n in batch}) == len(batch) for batch in doubler.batches)


async def test_too_many_waiting_calls_are_refused() -> None:
    doubler = Doubler()
    batcher = Batcher("t6", doubler.run, size_max=1, in_flight_max=1, waiting_max=2)
    flying = asyncio.create_task(batcher.submit(0))
    await turns()
    waiting = [asyncio.create_task(batcher.submit(n)) for n in (1, 2)]
    await turns()
    with pytest.raises(BatcherOverloadedError):
        await batcher.submit(3)
    doubler.gate.set()
    assert await asyncio.gather(flying, *waiting) == [0, 2, 4]
