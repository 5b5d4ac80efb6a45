"""Public surface of payouts."""

from kerben.domains.payouts.jobs import ask_payouts, retry_failed, send_payouts
from kerben.domains.payouts.model import MerchantBalance, PayoutRow, PayoutStatus
from kerben.domains.payouts.ports import (
    BankUnavailableError,
    PayoutBank,
    TransferOrder,
    TransferState,
    TransferStatus,
)
from kerben.domains.payouts.service import apply_bank_answers, balance, create_due, failed_payouts, payouts_by_ids

__all__ = [
    "BankUnavailableError",
    "MerchantBalance",
    "PayoutBank",
    "PayoutRow",
    "PayoutStatus",
    "TransferOrder",
    "TransferState",
    "TransferStatus",
    "apply_bank_answers",
    "ask_payouts",
    "balance",
    "create_due",
    "failed_payouts",
    "payouts_by_ids",
    "retry_failed",
    "send_payouts",
]
