"""Use cases of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from kerben.domains.ledger import entry_repository, move_repository, repository, rules
from kerben.domains.ledger.errors import DuplicateTransferError
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
)
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


async def balance_before(tx: ReadTx, ref: AccountRef, currency: str, position: Position) -> int:
    """What the balance was before the transfer at `position` and all later ones: today's without what they did.

    Signs as in `balances`. It costs as much as there are transfers since then, however long the history before is.
    """
    row = await move_repository.totals_before(tx, ref, currency, position)
    return rules.balance(ref.kind, row["debits"], row["credits"])


async def days(
    tx: ReadTx, ref: AccountRef, currency: str, start: datetime, end: datetime, zone: str
) -> list[AccountDay]:
    """What changed a balance from `start` until before `end`, by day of a time zone and kind of transfer, oldest
    first. Its changes are exactly what lies between `balance_before` the one and the other moment."""
    rows = await move_repository.days(tx, ref, currency, start, end, zone)
    return [
        AccountDay(r["day"], r["kind"], r["count"], rules.balance(ref.kind, r["debits"], r["credits"])) for r in rows
    ]


async def moves(
    tx: ReadTx, ref: AccountRef, currency: str, wanted: Moves, limit: int, *, newest_first: bool = True
) -> list[AccountMove]:
    """Single changes of a balance, by moment and id."""
    find = move_repository.newest if newest_first else move_repository.oldest
    return [
        AccountMove(
            r["id"], r["created_at"], r["kind"], rules.balance(ref.kind, r["debits"], r["credits"]), r["reference"]
        )
        for r in await find(tx, ref, currency, wanted, limit)
    ]
