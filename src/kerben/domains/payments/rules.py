"""Pure decisions of payments: what an acquirer's answer means, what is booked for a change, when to ask again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from kerben.domains.ledger.api import AccountKind, AccountRef, Transfer, merchant_balance, platform_account
from kerben.domains.payments.model import ONLINE, PaymentChange, PaymentRow, PaymentStatus, Verdict
from kerben.domains.payments.ports import ProviderState, ProviderStatus
from kerben.domains.payments.states import PAYMENT
from kerben.platform import money

FIRST_CHECK_S: Final = 15
CHECK_EVERY_S: Final = 20
CHECK_SLOWLY_S: Final = 300
CHECK_FAST_FOR: Final = timedelta(hours=1)
CHECK_FOR: Final = timedelta(hours=24)

_MONEY_MOVED: Final = frozenset({ProviderStatus.AUTHORIZED, ProviderStatus.CAPTURED, ProviderStatus.REFUNDED})

NOT_KEPT: Final = "payment_not_kept"
REFUND_DUE: Final = "payment_refund_due"
"""Kinds of the transfers that make a payment's money a debt to its buyer."""
BORNE: Final = "refund_borne"
"""Kind of the transfer by which the platform takes a refund upon itself."""

_MISMATCHES: Final = frozenset({Verdict.AMOUNT_MISMATCH, Verdict.CURRENCY_MISMATCH, Verdict.FOREIGN_PAYMENT_ID})


class Judgement(msgspec.Struct, frozen=True):
    """What to make of an answer: the new status when it is applied, a problem when a person has to look."""

    verdict: Verdict
    new: PaymentStatus | None = None
    problem: str | None = None


def judge(payment: PaymentRow, state: ProviderState) -> Judgement:
    """Decide what an acquirer's answer about this payment means.

    An answer whose payment id, currency or amount does not fit is never applied; an ambiguous one neither.
    """
    mismatch = _mismatch(payment, state)
    if mismatch is not None:
        return mismatch
    if state.status is ProviderStatus.UNKNOWN:
        return Judgement(Verdict.IGNORED)
    new = PaymentStatus(state.status.value)
    if new is payment.status:
        return Judgement(Verdict.DUPLICATE)
    if PAYMENT.allows(payment.status, new, "acquirer"):
        return Judgement(Verdict.APPLIED, new)
    problem = None
    if payment.status is PaymentStatus.CAPTURED and new is PaymentStatus.VOIDED:
        problem = "acquirer says voided after it had said captured"
    elif new is PaymentStatus.AUTHORIZED and payment.status in {PaymentStatus.VOIDED, PaymentStatus.FAILED}:
        problem = f"acquirer holds money of a payment that is {payment.status}"
    return Judgement(Verdict.IGNORED, problem=problem)


def _mismatch(payment: PaymentRow, state: ProviderState) -> Judgement | None:
    if state.payment_id is not None and state.payment_id != payment.id:
        return Judgement(
            Verdict.FOREIGN_PAYMENT_ID,
            problem=f"acquirer's payment {state.provider_payment_id} names another payment {state.payment_id}",
        )
    if payment.provider_payment_id is not None and state.provider_payment_id != payment.provider_payment_id:
        return Judgement(
            Verdict.FOREIGN_PAYMENT_ID,
            problem=f"acquirer's payment {state.provider_payment_id}, expected {payment.provider_payment_id}",
        )
    # An answer that moves no money may leave amount and currency out; one that names them must name ours.
    strict = state.status in _MONEY_MOVED
    if state.currency != payment.currency and (strict or state.currency):
        return Judgement(
            Verdict.CURRENCY_MISMATCH,
            problem=f"acquirer says {state.status} in {state.currency or 'no currency'}, expected {payment.currency}",
        )
    if state.amount != payment.amount and (strict or state.amount != 0):
        return Judgement(
            Verdict.AMOUNT_MISMATCH,
            problem=f"acquirer says {state.status} for {state.amount}, expected {payment.amount} {payment.currency}",
        )
    # Refunds are full ones only; 0 means that the acquirer does not tell the refunded part.
    if state.status is ProviderStatus.REFUNDED and state.refunded_amount not in {0, payment.amount}:
        return Judgement(
            Verdict.AMOUNT_MISMATCH,
            problem=f"acquirer says refunded {state.refunded_amount} of {payment.amount} {payment.currency}",
        )
    return None


def is_mismatch(verdict: Verdict) -> bool:
    """Whether the answer does not belong to the payment it names."""
    return verdict in _MISMATCHES


def next_check(opened_at: datetime, now: datetime, status: PaymentStatus = PaymentStatus.PENDING) -> datetime | None:
    """When to ask the acquirer again, given that it is being asked now; None: never again.

    Given up after 24 hours; a failed payment after one, as long as a buyer may try again on the acquirer's page (or
    the word of the failure was old and the one of success got lost).
    """
    age = now - opened_at
    if age >= (CHECK_FAST_FOR if status is PaymentStatus.FAILED else CHECK_FOR):
        return None
    return now + timedelta(seconds=CHECK_EVERY_S if age < CHECK_FAST_FOR else CHECK_SLOWLY_S)


def retry_delay(attempts: int) -> timedelta:
    """Pause before the next try of a refund or void: 20 s, 20 s, 20 s, then 5 minutes."""
    return timedelta(seconds=CHECK_EVERY_S if attempts <= 3 else CHECK_SLOWLY_S)


def fees(change: PaymentChange) -> tuple[int, int]:
    """Commission and acquiring fee in minor units, frozen at the sale; together never more than the amount."""
    commission = min(money.share(change.amount, change.commission_bp), change.amount)
    if change.method not in ONLINE:
        return commission, 0
    return commission, min(money.share(change.amount, change.acquiring_bp), change.amount - commission)


def settlement_transfers(change: PaymentChange) -> list[Transfer]:
    """What a change of a payment books that was kept; each currency sums to zero.

    Capture: the buyer's money is owed to the merchant, who owes commission and acquiring fee. Refund of a captured
    payment: the exact reverse, fees too, so that the two together are zero on every account. Money of methods without
    an acquirer goes from hand to hand and only the commission is booked. Other changes book nothing.
    """
    if change.new is PaymentStatus.CAPTURED:
        return [
            Transfer(f"{name}_captured", debit, credit, amount, change.currency, change.payment_id)
            for name, debit, credit, amount in _legs(change)
        ]
    if change.new is PaymentStatus.REFUNDED and change.old is PaymentStatus.CAPTURED:
        return [
            Transfer(f"{name}_refunded", credit, debit, amount, change.currency, change.payment_id)
            for name, debit, credit, amount in _legs(change)
        ]
    return []


def not_kept_transfer(change: PaymentChange) -> Transfer:
    """What the capture of a payment books whose money goes straight back: it is owed to the buyer, without fees."""
    receivable, owed = platform_account(AccountKind.ACQUIRER_RECEIVABLE), _owed()
    return Transfer(NOT_KEPT, receivable, owed, change.amount, change.currency, change.payment_id)


def hold_transfers(change: PaymentChange) -> list[Transfer]:
    """What asking for a refund books: the merchant gets the fees back and owes the money no more; the buyer has it
    coming. With `returned_transfer` it is the exact reverse of the capture."""
    payable = merchant_balance(change.merchant_id)
    fees_back = [
        Transfer(f"{name}_refunded", credit, debit, amount, change.currency, change.payment_id)
        for name, debit, credit, amount in _legs(change)
        if name != "payment"
    ]
    return [
        Transfer(REFUND_DUE, payable, _owed(), change.amount, change.currency, change.payment_id),
        *fees_back,
    ]


def borne_transfer(change: PaymentChange) -> Transfer | None:
    """What the platform gives a merchant whose refunded sale it bears: the amount without the fees, which is what he
    had of the sale and what the refund took from him. With the refund's own transfers his balance is as before."""
    net = change.amount - sum(fees(change))
    revenue = platform_account(AccountKind.PLATFORM_REVENUE)
    if net <= 0:
        return None
    return Transfer(BORNE, revenue, merchant_balance(change.merchant_id), net, change.currency, change.payment_id)


def returned_transfer(change: PaymentChange) -> Transfer:
    """What the refund of money books that was owed to the buyer: the acquirer has given it back."""
    receivable, owed = platform_account(AccountKind.ACQUIRER_RECEIVABLE), _owed()
    return Transfer("payment_refunded", owed, receivable, change.amount, change.currency, change.payment_id)


def _owed() -> AccountRef:
    return platform_account(AccountKind.REFUNDS_PAYABLE)


def _legs(change: PaymentChange) -> list[tuple[str, AccountRef, AccountRef, int]]:
    """Name, debit, credit and amount of what a capture books."""
    payable = merchant_balance(change.merchant_id)
    commission, acquiring = fees(change)
    legs = [
        ("payment", platform_account(AccountKind.ACQUIRER_RECEIVABLE), payable, change.amount),
        ("commission", payable, platform_account(AccountKind.PLATFORM_REVENUE), commission),
        ("acquiring_fee", payable, platform_account(AccountKind.ACQUIRING_FEES), acquiring),
    ]
    if change.method not in ONLINE:
        legs = legs[1:2]
    return [leg for leg in legs if leg[3]]
