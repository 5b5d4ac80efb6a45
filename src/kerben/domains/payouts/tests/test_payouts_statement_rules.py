"""Days and kinds of a statement, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kerben.domains.ledger.api import AccountDay, AccountKind, Transfer
from kerben.domains.payments import rules as payment_rules
from kerben.domains.payments.api import Method, PaymentChange, PaymentStatus
from kerben.domains.payouts import statement_rules as rules
from kerben.domains.payouts.model import PayoutRow, PayoutStatus
from kerben.domains.payouts.rules import transfers
from kerben.domains.payouts.statement_model import TITLES, StatementKind
from kerben.platform.errors import InvalidRequestError
from kerben.platform.ids import new_id

NOW = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
"""Half past one in the night of the 21st, in Bishkek."""


def test_days_begin_at_midnight_of_the_market() -> None:
    found = rules.period(NOW, None, None)
    assert (found.first, found.last) == (date(2026, 11, 1), date(2026, 11, 21))
    assert found.start == datetime(2026, 10, 31, 18, 0, tzinfo=UTC)
    assert found.end == datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    earlier = rules.period(NOW, None, date(2026, 2, 28))
    assert (earlier.first, earlier.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert rules.period(NOW, date(2025, 11, 21), None).first == date(2025, 11, 21)


@pytest.mark.parametrize(
    ("first", "last", "pointer"),
    [
        (date(2026, 11, 5), date(2026, 11, 4), "/from"),
        (date(2025, 11, 20), None, "/from"),
        (date(2026, 11, 1), date(2026, 11, 22), "/to"),
        (date(2026, 11, 22), None, "/from"),
        (None, date(9999, 12, 31), "/to"),
        (date(1, 1, 1), date(1, 1, 2), "/from"),
    ],
)
def test_days_that_are_refused(first: date | None, last: date | None, pointer: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        rules.period(NOW, first, last)
    assert [e.pointer for e in refused.value.errors] == [pointer]


def test_every_kind_has_a_name_and_all_but_one_a_transfer() -> None:
    assert TITLES.keys() == set(StatementKind)
    assert set(rules.KINDS.values()) == set(StatementKind) - {StatementKind.OTHER}
    assert rules.kind_of("gift") is StatementKind.OTHER


def payment_transfers() -> list[Transfer]:
    """All that is ever booked for a payment."""
    captured = PaymentChange(
        new_id(), "order", new_id(), new_id(), new_id(), 150_000, "KGS", PaymentStatus.PENDING,
        PaymentStatus.CAPTURED, Method.CARD, 500, 250,
    )  # fmt: skip
    refunded = replace(captured, old=PaymentStatus.CAPTURED, new=PaymentStatus.REFUNDED)
    borne = payment_rules.borne_transfer(refunded)
    assert borne is not None
    return [
        *payment_rules.settlement_transfers(captured),
        *payment_rules.settlement_transfers(refunded),
        *payment_rules.hold_transfers(refunded),
        payment_rules.not_kept_transfer(captured),
        payment_rules.returned_transfer(refunded),
        borne,
    ]


def payout_transfers() -> list[Transfer]:
    """All that is ever booked for a payout."""
    payout = PayoutRow(
        new_id(), new_id(), 5_000, "KGS", PayoutStatus.CREATED, None, None, 0, None, 0, None, None, NOW, None, None
    )
    return [t for status in PayoutStatus for t in transfers(payout, status)]


def test_every_transfer_that_touches_a_merchants_balance_has_a_kind() -> None:
    booked = {
        t.kind
        for t in payment_transfers() + payout_transfers()
        if AccountKind.MERCHANT_PAYABLE in {t.debit.kind, t.credit.kind}
    }
    assert booked == rules.KINDS.keys()


@given(st.sets(st.sampled_from(StatementKind)))
def test_kinds_asked_for_are_the_transfers_that_have_them(kinds: set[StatementKind]) -> None:
    wanted = rules.moves(rules.period(NOW, None, None), kinds)
    for name in [*rules.KINDS, "gift"]:
        listed = wanted.kinds is None or (name in wanted.kinds) != wanted.others
        assert listed == (not kinds or rules.kind_of(name) in kinds)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 1, 9)),
            st.sampled_from([*rules.KINDS, "gift"]),
            st.integers(-(10**9), 10**9),
        )
    ),
)
def test_sums_and_days_lead_from_opening_to_closing(opening: int, booked: list[tuple[date, str, int]]) -> None:
    found = [AccountDay(day, kind, 1, change) for day, kind, change in sorted(booked)]
    closing = opening + sum(change for _, _, change in booked)
    assert opening + sum(s.amount for s in rules.sums(found)) == closing
    balance = opening
    for day in rules.days(opening, found):
        assert day.change == sum(s.amount for s in day.sums)
        balance += day.change
        assert day.closing == balance
    assert balance == closing
    assert sum(s.count for s in rules.sums(found)) == len(booked)
