"""What changed a balance, by time: sums of days, single changes, balances of the past."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerben.domains.ledger import api
from kerben.domains.ledger.tests.make import sale
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id

RECEIVABLE = api.platform_account(api.AccountKind.ACQUIRER_RECEIVABLE)
ZONE = "Asia/Bishkek"


async def test_entries_of_a_moment_keep_the_order_in_which_they_were_booked(db: Database, clock: ManualClock) -> None:
    merchant = new_id()
    ref = api.merchant_balance(merchant)
    start = clock.now()
    for _ in range(3):
        async with db.write() as tx:
            await api.post(tx, [sale(merchant, amount) for amount in (1, 2, 3)])
        clock.advance(hours=1)
    wanted = api.Moves((start, 0), (clock.now(), 0))
    async with db.read() as tx:
        oldest = await api.moves(tx, ref, "KGS", wanted, 100, newest_first=False)
        newest = await api.moves(tx, ref, "KGS", wanted, 100)
        pages = [await api.entries(tx, ref, None, 4)]
        while pages[-1]:
            pages.append(await api.entries(tx, ref, (pages[-1][-1].id, pages[-1][-1].side), 4))
    assert [m.change for m in oldest] == [1, 2, 3] * 3
    assert newest == oldest[::-1]
    assert [e.id for page in pages for e in page] == [m.id for m in newest]


async def test_an_account_that_was_never_used_has_nothing(db: Database, clock: ManualClock) -> None:
    ref = api.merchant_balance(new_id())
    until = clock.now() + timedelta(days=1)
    async with db.read() as tx:
        assert await api.balance_before(tx, ref, "KGS", (until, 0)) == 0
        assert await api.days(tx, ref, "KGS", clock.now(), until, ZONE) == []
        assert await api.moves(tx, ref, "KGS", api.Moves((clock.now(), 0), (until, 0)), 10) == []


steps = st.lists(
    st.tuples(
        st.sampled_from(["sale", "fee", "payout", "strange"]),
        st.booleans(),
        st.integers(1, 10**9),
        st.integers(0, 40),
        st.sampled_from(["KGS", "KGS", "UZS"]),
    ),
    min_size=1,
    max_size=15,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moved=steps, cut=st.integers(0, 15), length=st.integers(1, 200))
async def test_days_and_changes_add_up_to_balances(
    db: Database, clock: ManualClock, moved: list[tuple[str, bool, int, int, str]], cut: int, length: int
) -> None:
    ref = api.merchant_balance(new_id())
    other = api.merchant_balance(new_id())
    booked: list[tuple[datetime, str, int]] = []
    for kind, into, amount, hours, currency in moved:
        sides = (RECEIVABLE, ref) if into else (ref, RECEIVABLE)
        async with db.write() as tx:
            await api.post(
                tx,
                [
                    api.Transfer(kind, *sides, amount, currency, new_id()),
                    api.Transfer(kind, RECEIVABLE, other, 7, currency, new_id()),
                ],
            )
        if currency == "KGS":
            booked.append((clock.now(), kind, amount if into else -amount))
        clock.advance(hours=hours)
    start = clock.now() - timedelta(hours=cut * 20)
    end = start + timedelta(hours=length)
    inside = [b for b in booked if start <= b[0] < end]
    async with db.snapshot() as tx:
        opening = await api.balance_before(tx, ref, "KGS", (start, 0))
        closing = await api.balance_before(tx, ref, "KGS", (end, 0))
        days = await api.days(tx, ref, "KGS", start, end, ZONE)
        moves = await api.moves(tx, ref, "KGS", api.Moves((start, 0), (end, 0)), 100)
        fees = await api.moves(tx, ref, "KGS", api.Moves((start, 0), (end, 0), ("fee",)), 100)
        rest = await api.moves(tx, ref, "KGS", api.Moves((start, 0), (end, 0), ("fee",), others=True), 100)
    assert opening == sum(change for at, _, change in booked if at < start)
    assert closing == sum(change for at, _, change in booked if at < end)
    assert opening + sum(d.change for d in days) == closing
    assert sum(d.count for d in days) == len(inside)
    assert [(m.at, m.kind, m.change) for m in reversed(moves)] == inside
    assert sorted(m.id for m in [*fees, *rest]) == sorted(m.id for m in moves)
    assert all(m.kind == "fee" for m in fees)
    assert all(m.kind != "fee" for m in rest)
