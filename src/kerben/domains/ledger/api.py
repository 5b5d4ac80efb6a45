"""Public surface of the ledger."""

from kerben.domains.ledger.errors import DuplicateTransferError, InvalidTransferError
from kerben.domains.ledger.model import (
    AccountKind,
    AccountRef,
    CurrencyTotals,
    Transfer,
    merchant_balance,
    platform_account,
)
from kerben.domains.ledger.service import balances, lock_balances, post, transfers_of, trial_balance

__all__ = [
    "AccountKind",
    "AccountRef",
    "CurrencyTotals",
    "DuplicateTransferError",
    "InvalidTransferError",
    "Transfer",
    "balances",
    "lock_balances",
    "merchant_balance",
    "platform_account",
    "post",
    "transfers_of",
    "trial_balance",
]
