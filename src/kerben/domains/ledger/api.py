"""Public surface of the ledger."""

from kerben.domains.ledger.errors import DuplicateTransferError, InvalidTransferError
from kerben.domains.ledger.model import (
    AccountDay,
    AccountKind,
    AccountMove,
    AccountRef,
    CurrencyTotals,
    LedgerEntry,
    Moves,
    Position,
    Transfer,
    merchant_balance,
    platform_account,
)
from kerben.domains.ledger.service import (
    balance_before,
    balances,
    days,
    entries,
    lock_balances,
    moves,
    post,
    transfers_of,
    trial_balance,
)

__all__ = [
    "AccountDay",
    "AccountKind",
    "AccountMove",
    "AccountRef",
    "CurrencyTotals",
    "DuplicateTransferError",
    "InvalidTransferError",
    "LedgerEntry",
    "Moves",
    "Position",
    "Transfer",
    "balance_before",
    "balances",
    "days",
    "entries",
    "lock_balances",
    "merchant_balance",
    "moves",
    "platform_account",
    "post",
    "transfers_of",
    "trial_balance",
]
