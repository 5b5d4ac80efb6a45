"""The ledger on a real database."""

from __future__ import annotations

import asyncio
from collections import Counter

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerben.domains.ledger import api
from kerben.domains.ledger.module import MODULE
from kerben.domains.ledger.tests.make import offenders, sale
from kerben.platform.db import Database, WriteTx
from kerben.platform.ids import new_id

RECEIVABLE = api.platform_account(api.AccountKind.ACQUIRER_RECEIVABLE)


async def balance_of(db: Database, ref: api.AccountRef, currency: str = "KGS") -> int:
    async with db.read() as tx:
        return (await api.balances(tx, [ref], currency))[ref]


async def check(db: Database) -> None:
    async with db.snapshot() as tx:
        assert await offenders(tx, MODULE.checks) == {}
        assert all(line.difference == 0 for line in await api.trial_balance(tx))


async def test_a_sale_moves_both_balances(db: Database) -> None:
    merchant = new_id()
    before = await balance_of(db, RECEIVABLE)
    async with db.write() as tx:
        await api.post(tx, [sale(merchant, 150_000), sale(merchant, 50_000)])
    assert await balance_of(db, api.merchant_balance(merchant)) == 200_000
    assert await balance_of(db, RECEIVABLE) == before + 200_000
    assert await balance_of(db, api.merchant_balance(merchant), "KZT") == 0
    await check(db)


async def test_booking_twice_is_refused_and_changes_nothing(db: Database) -> None:
    merchant, reference = new_id(), new_id()
    async with db.write() as tx:
        await api.post(tx, [sale(merchant, 100, reference=reference)])
        with pytest.raises(api.DuplicateTransferError):
            async with tx.savepoint():
                await api.post(tx, [sale(merchant, 70), sale(merchant, 100, reference=reference)])
    assert await balance_of(db, api.merchant_balance(merchant)) == 100
    with pytest.raises(api.DuplicateTransferError):
        async with db.write() as tx:
            await api.post(tx, [sale(merchant, 5, reference=(twice := new_id())), sale(merchant, 5, reference=twice)])
    assert await balance_of(db, api.merchant_balance(merchant)) == 100
    async with db.read() as tx:
        assert await api.transfers_of(tx, [reference]) == [sale(merchant, 100, reference=reference)]
    await check(db)


@pytest.mark.parametrize(
    "sql", ["UPDATE ledger.transfer SET amount = 1", "DELETE FROM ledger.transfer", "TRUNCATE ledger.transfer"]
)
async def test_transfers_are_append_only(db: Database, sql: str) -> None:
    merchant = new_id()
    async with db.write() as tx:
        await api.post(tx, [sale(merchant, 100)])
    with pytest.raises(asyncpg.RestrictViolationError):
        async with db.write() as tx:
            await tx.execute(sql)
    assert await balance_of(db, api.merchant_balance(merchant)) == 100
    await check(db)


async def test_concurrent_batches_lose_nothing(db: Database) -> None:
    merchants = [new_id() for _ in range(5)]

    async def one(n: int) -> None:
        async def work(tx: WriteTx) -> None:
            await api.post(tx, [sale(merchants[(n + i) % 5], 10) for i in range(4)])

        await db.transact(work)

    await asyncio.gather(*(one(n) for n in range(40)))
    async with db.read() as tx:
        found = await api.balances(tx, [api.merchant_balance(m) for m in merchants], "KGS")
    assert sum(found.values()) == 40 * 4 * 10
    await check(db)


async def test_locked_balances_stand_still(db: Database) -> None:
    merchant = new_id()
    ref = api.merchant_balance(merchant)
    async with db.write() as tx:
        await api.post(tx, [sale(merchant, 100)])
    async with db.write() as holder:
        never_used = api.merchant_balance(new_id())
        assert await api.lock_balances(holder, [ref, never_used], "KGS") == {ref: 100, never_used: 0}

        async def post_more() -> None:
            async with db.write() as tx:
                await api.post(tx, [sale(merchant, 1)])

        waiting = asyncio.create_task(post_more())
        async with db.read() as reader:
            while not await reader.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0)
        assert (await api.lock_balances(holder, [ref], "KGS"))[ref] == 100
    await waiting
    assert await balance_of(db, ref) == 101


moves = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 10**9), st.sampled_from(["KGS", "UZS"])).filter(
        lambda m: m[0] != m[1]
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(moves, min_size=1, max_size=3))
async def test_balances_are_sums_of_transfers(db: Database, batches: list[list[tuple[int, int, int, str]]]) -> None:
    accounts = [api.merchant_balance(new_id()), api.merchant_balance(new_id()), RECEIVABLE]
    expected: Counter[tuple[int, str]] = Counter()
    for batch in batches:
        async with db.write() as tx:
            await api.post(
                tx, [api.Transfer("move", accounts[d], accounts[c], a, cur, new_id()) for d, c, a, cur in batch]
            )
        for debit, credit, amount, currency in batch:
            expected[debit, currency] -= amount
            expected[credit, currency] += amount
    for currency in ("KGS", "UZS"):
        for n in (0, 1):
            assert await balance_of(db, accounts[n], currency) == expected[n, currency]
    await check(db)
