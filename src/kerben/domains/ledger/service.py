"""Use cases of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from kerben.domains.ledger import entry_repository, repository, rules
from kerben.domains.ledger.errors import DuplicateTransferError
from kerben.domains.ledger.model import AccountKind, AccountRef, CurrencyTotals, LedgerEntry, Transfer
from kerben.platform.db import ReadTx, Row, WriteTx


async def post(tx: WriteTx, transfers: Sequence[Transfer]) -> None:
    """Book transfers, all or none; accounts are made on first use.

    Raises DuplicateTransferError when one of them is booked already (or stands twice): the transaction is then
    beyond use, as PostgreSQL demands. Raises InvalidTransferError before anything is touched.
    """
    if not transfers:
        return
    rules.check(transfers)
    shard = rules.shard_of(transfers)
    totals = rules.totals(transfers, shard)
    keys = list(totals)
    ids = await repository.account_ids(tx, keys)
    if missing := [key for key in keys if key not in ids]:
        await repository.create_accounts(tx, missing)
        ids = await repository.account_ids(tx, keys)
    try:
        await repository.insert_transfers(tx, transfers, ids, shard)
    except asyncpg.UniqueViolationError as error:
        raise DuplicateTransferError from error
    # Balances come last: their locks are the ones that others wait for.
    await repository.add(tx, {ids[key]: added for key, added in totals.items()})


async def balances(tx: ReadTx, refs: Sequence[AccountRef], currency: str) -> dict[AccountRef, int]:
    """Balance of each account in minor units, 0 for one that was never used.

    Sign: credits − debits for what we owe and earn (`merchant_payable` above zero: we owe the merchant), debits −
    credits for assets (`acquirer_receivable`, `bank`).
    """
    return _summed(refs, await repository.accounts(tx, refs, currency))


async def lock_balances(tx: WriteTx, refs: Sequence[AccountRef], currency: str) -> dict[AccountRef, int]:
    """Balances that nobody else can change until this transaction ends; accounts are locked in id order.

    An account that was never used has no row to lock; its balance is 0.
    """
    return _summed(refs, await repository.lock_accounts(tx, refs, currency))


def _summed(refs: Sequence[AccountRef], rows: Sequence[Row]) -> dict[AccountRef, int]:
    found = dict.fromkeys(refs, 0)
    for row in rows:
        ref = rules.ref_of(row["owner_id"], row["kind"])
        found[ref] += rules.balance(AccountKind(row["kind"]), row["debits"], row["credits"])
    return found


async def trial_balance(tx: ReadTx) -> list[CurrencyTotals]:
    """Debits and credits by currency; every difference is 0, or the books are broken."""
    return await repository.trial_balance(tx)


async def transfers_of(tx: ReadTx, references: Sequence[UUID]) -> list[Transfer]:
    """What is booked for payments, payouts …, oldest first."""
    return await repository.transfers_of(tx, references)


async def entries(
    tx: ReadTx, account: AccountRef | None, before: tuple[int, int] | None, limit: int
) -> list[LedgerEntry]:
    """What is booked, side by side, newest first; of one account, in all its currencies, or of all.

    `before`: id and side of the last entry that the caller has seen. An account that was never used has none.
    """
    if account is None:
        return await entry_repository.page(tx, before, limit)
    ids = await entry_repository.ids_of(tx, account)
    return await entry_repository.page_of(tx, ids, before, limit) if ids else []
