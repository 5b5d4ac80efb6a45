"""Builders and invariant checks for tests."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kerben.domains.ledger.model import AccountKind, Transfer, merchant_balance, platform_account
from kerben.domains.ledger.service import post
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.ids import new_id


def sale(
    merchant_id: UUID, amount: int = 150_000, *, reference: UUID | None = None, currency: str = "KGS"
) -> Transfer:
    """A buyer's money owed to a merchant."""
    return Transfer(
        "payment_captured",
        platform_account(AccountKind.ACQUIRER_RECEIVABLE),
        merchant_balance(merchant_id),
        amount,
        currency,
        reference or new_id(),
    )


async def give_balance(tx: WriteTx, merchant_id: UUID, amount: int = 150_000, currency: str = "KGS") -> None:
    """Let a merchant have sold something."""
    await post(tx, [sale(merchant_id, amount, currency=currency)])


async def offenders(tx: ReadTx, checks: Mapping[str, str]) -> dict[str, int]:
    """Invariants that do not hold, with how many rows offend."""
    found = {name: len(await tx.fetch(sql)) for name, sql in checks.items()}
    return {name: count for name, count in found.items() if count}
