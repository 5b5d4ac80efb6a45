"""Pure rules of the ledger."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.ledger import rules
from kerben.domains.ledger.errors import InvalidTransferError
from kerben.domains.ledger.model import SHARDED, SHARDS, AccountKind, AccountRef, Transfer
from kerben.domains.ledger.tests.make import sale
from kerben.platform.ids import new_id

OWNERS = [UUID(int=n) for n in range(1, 4)]

refs = st.one_of(
    st.sampled_from([AccountRef(AccountKind.MERCHANT_PAYABLE, owner) for owner in OWNERS]),
    st.sampled_from([AccountRef(kind) for kind in sorted(SHARDED)]),
)
transfers = st.builds(
    Transfer,
    kind=st.sampled_from(["payment_captured", "payment_refunded"]),
    debit=refs,
    credit=refs,
    amount=st.integers(1, 10**12),
    currency=st.sampled_from(["KGS", "KZT"]),
    reference=st.uuids(),
).filter(lambda t: t.debit != t.credit)


@given(st.lists(transfers, max_size=30), st.integers(0, SHARDS - 1))
def test_every_currency_sums_to_zero(batch: list[Transfer], shard: int) -> None:
    totals = rules.totals(batch, shard)
    for currency in ("KGS", "KZT"):
        amounts = [t for key, t in totals.items() if key.currency == currency]
        assert sum(t.debits for t in amounts) == sum(t.credits for t in amounts)


@given(st.lists(transfers, max_size=30), st.integers(0, SHARDS - 1))
def test_a_batch_touches_each_account_once_and_loses_nothing(batch: list[Transfer], shard: int) -> None:
    totals = rules.totals(batch, shard)
    assert sum(t.debits for t in totals.values()) == sum(t.amount for t in batch)
    for key in totals:
        ref = rules.ref_of(key.owner_id, key.kind)
        assert rules.key_of(ref, key.currency, shard) == key
        assert key.shard == (shard if ref.kind in SHARDED else 0)


def test_shards_are_all_used() -> None:
    assert {rules.shard_of([sale(OWNERS[0], reference=new_id())]) for _ in range(400)} == set(range(SHARDS))


@pytest.mark.parametrize("amount", [0, -1])
def test_amounts_are_positive(amount: int) -> None:
    with pytest.raises(InvalidTransferError):
        rules.check([sale(OWNERS[0], amount)])


def test_both_sides_must_differ() -> None:
    ref = AccountRef(AccountKind.BANK)
    with pytest.raises(InvalidTransferError):
        rules.check([Transfer("x", ref, ref, 1, "KGS", new_id())])


def test_signs_are_natural_to_the_kind() -> None:
    assert rules.balance(AccountKind.BANK, 300, 100) == 200
    assert rules.balance(AccountKind.MERCHANT_PAYABLE, 100, 300) == 200
