"""Pure rules of payments: what is believed, what is booked, when to ask."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerben.domains.ledger.api import AccountKind, AccountRef, Transfer, merchant_balance
from kerben.domains.payments import rules
from kerben.domains.payments.model import ONLINE, Method, PaymentChange, PaymentRow, PaymentStatus, Verdict, change_of
from kerben.domains.payments.ports import ProviderState, ProviderStatus
from kerben.domains.payments.states import PAYMENT
from kerben.domains.payments.tests.make import replaced
from kerben.platform.ids import new_id

OPENED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def row(status: PaymentStatus = PaymentStatus.PENDING, amount: int = 150_000) -> PaymentRow:
    """A payment that was opened."""
    return PaymentRow(
        new_id(), "order", new_id(), new_id(), new_id(), amount, "KGS", Method.CARD, status, 0, 0, OPENED,
        provider="fake", provider_payment_id="fp-1",
    )  # fmt: skip


changes = st.builds(
    PaymentChange,
    payment_id=st.uuids(),
    subject=st.just("order"),
    subject_id=st.uuids(),
    merchant_id=st.uuids(),
    shop_id=st.uuids(),
    amount=st.integers(1, 10**12),
    currency=st.sampled_from(["KGS", "KZT"]),
    old=st.just(PaymentStatus.PENDING),
    new=st.just(PaymentStatus.CAPTURED),
    method=st.sampled_from(Method),
    commission_bp=st.integers(0, 10_000),
    acquiring_bp=st.integers(0, 10_000),
)


def balances(transfers: list[Transfer]) -> Counter[AccountRef]:
    """Credits − debits of each account."""
    found: Counter[AccountRef] = Counter()
    for transfer in transfers:
        assert transfer.amount > 0
        found[transfer.debit] -= transfer.amount
        found[transfer.credit] += transfer.amount
    return found


def refund_of(change: PaymentChange) -> PaymentChange:
    """The same payment given back."""
    return change_of(
        PaymentRow(
            change.payment_id, change.subject, change.subject_id, change.merchant_id, change.shop_id, change.amount,
            change.currency, change.method, PaymentStatus.CAPTURED, change.commission_bp, change.acquiring_bp, OPENED,
        ),
        PaymentStatus.REFUNDED,
    )  # fmt: skip


@given(changes)
def test_capture_sums_to_zero_and_merchant_gets_amount_less_fees(change: PaymentChange) -> None:
    found = balances(rules.settlement_transfers(change))
    commission, acquiring = rules.fees(change)
    assert sum(found.values()) == 0
    assert 0 <= commission + acquiring <= change.amount
    through_us = change.amount if change.method in ONLINE else 0
    assert found[merchant_balance(change.merchant_id)] == through_us - commission - acquiring
    assert found[AccountRef(AccountKind.PLATFORM_REVENUE)] == commission


@given(changes)
def test_refund_makes_exactly_zero(change: PaymentChange) -> None:
    both = [*rules.settlement_transfers(change), *rules.settlement_transfers(refund_of(change))]
    assert set(balances(both).values()) <= {0}
    assert len({(t.kind, t.reference) for t in both}) == len(both)


@given(changes.filter(lambda change: change.method in ONLINE))
def test_money_on_its_way_back_is_the_buyers(change: PaymentChange) -> None:
    held = [*rules.settlement_transfers(change), *rules.hold_transfers(refund_of(change))]
    straight = [rules.not_kept_transfer(change)]
    for booked in (held, straight):
        found = balances(booked)
        assert found[merchant_balance(change.merchant_id)] == 0
        assert found[AccountRef(AccountKind.REFUNDS_PAYABLE)] == change.amount
        assert found[AccountRef(AccountKind.PLATFORM_REVENUE)] == found[AccountRef(AccountKind.ACQUIRING_FEES)] == 0
        back = [*booked, rules.returned_transfer(refund_of(change))]
        assert set(balances(back).values()) == {0}
        assert len({(t.kind, t.reference) for t in back}) == len(back)


def test_other_changes_book_nothing() -> None:
    for old, new in [("pending", "voided"), ("pending", "failed"), ("pending", "refunded"), ("voided", "refunded")]:
        assert rules.settlement_transfers(change_of(row(PaymentStatus(old)), PaymentStatus(new))) == []


states = st.builds(
    ProviderState,
    status=st.sampled_from(ProviderStatus),
    payment_id=st.none(),
    provider_payment_id=st.sampled_from(["fp-1", "fp-2"]),
    amount=st.sampled_from([0, 1, 150_000, 150_001]),
    currency=st.sampled_from(["KGS", "KZT", ""]),
    refunded_amount=st.sampled_from([0, 1, 150_000]),
)


@given(st.lists(states, max_size=12))
def test_whatever_is_said_only_fitting_answers_move_a_payment_by_the_table(said: list[ProviderState]) -> None:
    payment = row()
    was_captured = False
    for state in said:
        judgement = rules.judge(payment, state)
        if judgement.new is None:
            assert judgement.verdict is not Verdict.APPLIED
            continue
        assert PAYMENT.allows(payment.status, judgement.new, "acquirer")
        if judgement.new in {PaymentStatus.CAPTURED, PaymentStatus.AUTHORIZED, PaymentStatus.REFUNDED}:
            assert (state.provider_payment_id, state.amount, state.currency) == ("fp-1", 150_000, "KGS")
        payment = replaced(payment, status=judgement.new)
        assert not was_captured or payment.status in {PaymentStatus.CAPTURED, PaymentStatus.REFUNDED}
        was_captured = was_captured or payment.status is PaymentStatus.CAPTURED


@pytest.mark.parametrize(
    ("status", "said", "verdict"),
    [
        ("pending", ProviderStatus.UNKNOWN, Verdict.IGNORED),
        ("captured", ProviderStatus.PENDING, Verdict.IGNORED),
        ("captured", ProviderStatus.FAILED, Verdict.IGNORED),
        ("captured", ProviderStatus.CAPTURED, Verdict.DUPLICATE),
        ("refunded", ProviderStatus.CAPTURED, Verdict.IGNORED),
        ("failed", ProviderStatus.CAPTURED, Verdict.APPLIED),
        ("voided", ProviderStatus.CAPTURED, Verdict.APPLIED),
    ],
)
def test_late_and_doubled_answers(status: str, said: ProviderStatus, verdict: Verdict) -> None:
    state = ProviderState(said, None, "fp-1", 150_000, "KGS")
    assert rules.judge(row(PaymentStatus(status)), state).verdict is verdict


def test_a_partial_refund_is_a_problem() -> None:
    state = ProviderState(ProviderStatus.REFUNDED, None, "fp-1", 150_000, "KGS", refunded_amount=1)
    judgement = rules.judge(row(PaymentStatus.CAPTURED), state)
    assert judgement.verdict is Verdict.AMOUNT_MISMATCH
    assert judgement.new is None


@given(st.integers(0, 200_000))
def test_an_open_payment_is_asked_about_within_20_s_for_an_hour_and_a_day_in_all(age_s: int) -> None:
    now = OPENED + timedelta(seconds=age_s)
    following = rules.next_check(OPENED, now)
    if age_s >= 86_400:
        assert following is None
    else:
        assert following is not None
        assert following - now == timedelta(seconds=20 if age_s < 3600 else 300)
