"""Pure rules of payouts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.ledger.api import AccountKind, AccountRef
from kerben.domains.payouts import rules
from kerben.domains.payouts.model import PayoutRow, PayoutStatus
from kerben.domains.payouts.states import PAYOUT
from kerben.platform.ids import new_id

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def payout(amount: int) -> PayoutRow:
    return PayoutRow(
        new_id(), new_id(), amount, "KGS", PayoutStatus.CREATED, None, None, 0, NOW, 0, None, None, NOW, None, None
    )


def walks() -> st.SearchStrategy[list[PayoutStatus]]:
    """Every way through the table, from created to an end."""
    found: list[list[PayoutStatus]] = []
    frontier = [[PayoutStatus.CREATED]]
    while frontier:
        walk = frontier.pop()
        following = [t.target for t in PAYOUT.transitions if t.source == walk[-1]]
        found += [] if following else [walk]
        frontier += [[*walk, target] for target in following]
    return st.sampled_from(found)


@given(walks(), st.integers(1, 10**12))
def test_a_payout_either_leaves_by_the_bank_or_comes_back_whole(walk: list[PayoutStatus], amount: int) -> None:
    row = payout(amount)
    balances: Counter[AccountRef] = Counter()
    for status in walk:
        for transfer in rules.transfers(row, status):
            balances[transfer.debit] -= transfer.amount
            balances[transfer.credit] += transfer.amount
    assert sum(balances.values()) == 0
    assert balances[AccountRef(AccountKind.PAYOUT_TRANSIT)] == 0
    left = amount if walk[-1] is PayoutStatus.PAID else 0
    assert balances[AccountRef(AccountKind.MERCHANT_PAYABLE, row.merchant_id)] == -left


def test_pauses_grow() -> None:
    minutes = [rules.retry_after(n) / timedelta(minutes=1) for n in range(1, 8)]
    assert minutes == [1, 5, 15, 60, 240, 240, 240]


def test_account_numbers_are_masked() -> None:
    assert rules.masked("1180000012345678") == "•••• 5678"
