"""Public surface of the ledger."""

from kerben.domains.ledger.errors import DuplicateTransferError, InvalidTransferError
from kerben.domains.ledger.model import (
    AccountKind,
    AccountRef,
    CurrencyTotals,
    LedgerEntry,
    Transfer,
    merchant_balance,
    platform_account,
)
from kerben.domains.ledger.service import balances, entries, lock_balances, post, transfers_of, trial_balance

__all__ = [
    "AccountKind",
    "AccountRef",
    "CurrencyTotals",
    "DuplicateTransferError",
    "InvalidTransferError",
    "LedgerEntry",
    "Transfer",
    "balances",
    "entries",
    "lock_balances",
    "merchant_balance",
    "platform_account",
    "post",
    "transfers_of",
    "trial_balance",
]
