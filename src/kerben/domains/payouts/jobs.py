"""Sweeps of payouts: send, ask, pay again. The bank is always spoken to outside a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from kerben.domains.merchants import api as merchants
from kerben.domains.payouts import repository, rules, service
from kerben.domains.payouts.model import PayoutRow, PayoutStatus
from kerben.domains.payouts.ports import (
    BankUnavailableError,
    PayoutBank,
    TransferOrder,
    TransferState,
    TransferStatus,
)
from kerben.platform.db import Database, WriteTx
from kerben.platform.logs import logger, scrub
from kerben.platform.modules import Sweep
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import Keyring

_log = logger("payouts")

_In = TypeVar("_In")

LIMIT: Final = 50
CONCURRENT: Final = 8
PURPOSE: Final = "Выплата за продажи на площадке Kerben"


async def send_payouts(db: Database, bank: PayoutBank, keys: Keyring) -> int:
    """Send what is created; how many were taken.

    A payout is stored as sent, and that is committed, before the bank hears of it: whoever dies in between leaves a
    payout that `ask_payouts` asks about and sends again only when the bank has never seen it.
    """

    async def take(tx: WriteTx) -> tuple[list[TransferOrder], int]:
        created = await repository.take_created(tx, LIMIT)
        if not created:
            return [], 0
        orders, refused = await _orders(tx, created, keys)
        words: dict[UUID, str | None] = {p.id: "payouts are not active" for p in refused}
        await service.end(tx, refused, PayoutStatus.FAILED, words, "platform")
        sent_ids = {o.reference for o in orders}
        await repository.mark_sent(
            tx,
            [p for p in created if p.id in sent_ids],
            [(rules.masked(o.account_number), o.bank_name) for o in orders],
            tx.now + rules.ASK_AFTER,
        )
        return orders, len(created)

    orders, taken = await db.transact(take)
    await _settle(db, await _each(orders, lambda order: _send(bank, order)))
    return taken


async def _orders(
    tx: WriteTx, payouts: Sequence[PayoutRow], keys: Keyring
) -> tuple[list[TransferOrder], list[PayoutRow]]:
    """Orders to the bank in the order of the payouts, and the payouts that have no active account to go to."""
    accounts = await merchants.payout_accounts(tx, sorted({p.merchant_id for p in payouts}), keys)
    orders: list[TransferOrder] = []
    refused: list[PayoutRow] = []
    for payout in payouts:
        account = accounts.get(payout.merchant_id)
        if account is None or account.status is not merchants.PayoutStatus.ACTIVE:
            refused.append(payout)
        else:
            orders.append(_order(payout, account))
    return orders, refused


def _order(payout: PayoutRow, account: merchants.PayoutAccount) -> TransferOrder:
    return TransferOrder(
        payout.id, payout.amount, payout.currency, account.account_number, account.bank_name, PURPOSE
    )


async def ask_payouts(db: Database, bank: PayoutBank, keys: Keyring) -> int:
    """Ask about payouts without an answer for 10 s; how many were asked about.

    One that the bank has never seen is sent again under the same reference, even if the merchant was suspended
    meanwhile: it may be on its way already.
    """

    async def take(tx: WriteTx) -> list[tuple[PayoutRow, TransferOrder | None]]:
        asked = await repository.take_unanswered(tx, LIMIT, tx.now + rules.ASK_AFTER, tx.now + rules.ASK_SLOWLY)
        if not asked:
            return []
        accounts = await merchants.payout_accounts(tx, sorted({p.merchant_id for p in asked}), keys)
        return [(p, _order(p, accounts[p.merchant_id]) if p.merchant_id in accounts else None) for p in asked]

    asked = await db.transact(take)
    await _settle(db, await _each(asked, lambda a: _ask(bank, *a)))
    return len(asked)


async def _ask(bank: PayoutBank, payout: PayoutRow, order: TransferOrder | None) -> TransferState | None:
    try:
        state = await bank.state(payout.id)
    except BankUnavailableError as error:
        _log.info("bank_silent", payout_id=str(payout.id), error=scrub(str(error)))
        return None
    if state.status is TransferStatus.NOT_FOUND and order is not None:
        return await _send(bank, order)
    return state


async def _send(bank: PayoutBank, order: TransferOrder) -> TransferState | None:
    """The bank's answer; None when there is none, which may mean that the money is on its way."""
    try:
        return await bank.send(order)
    except BankUnavailableError as error:
        _log.warning("bank_unavailable", payout_id=str(order.reference), error=scrub(str(error)))
        return None


async def _settle(db: Database, answers: Sequence[TransferState | None]) -> None:
    known = [a for a in answers if a is not None]

    async def work(tx: WriteTx) -> None:
        await service.apply_bank_answers(tx, known)

    if known:
        await db.transact(work)


async def retry_failed(db: Database) -> int:
    """Pay merchants again whose payout failed and whose pause is over; how many failed payouts were looked at."""

    async def work(tx: WriteTx) -> int:
        failed = await repository.take_retries(tx, LIMIT)
        for currency in sorted({p.currency for p in failed}):
            await service.create_due(tx, [p.merchant_id for p in failed if p.currency == currency], currency)
        return len(failed)

    return await db.transact(work)


async def _each(
    items: Sequence[_In], work: Callable[[_In], Awaitable[TransferState | None]]
) -> list[TransferState | None]:
    """Run `work` on each item, at most CONCURRENT at once; one that fails unexpectedly is logged and gives None, as
    it must not keep the others from being settled."""
    gate = asyncio.Semaphore(CONCURRENT)

    async def one(item: _In) -> TransferState | None:
        async with gate:
            try:
                return await work(item)
            except Exception as error:
                _log.error("bank_call_failed", error=scrub(repr(error)))
                return None

    return await asyncio.gather(*(one(item) for item in items))


async def _run_send(runtime: Runtime) -> int:
    if not runtime.has_port(PayoutBank):
        return 0
    return await send_payouts(runtime.db, runtime.port(PayoutBank), runtime.keys)


async def _run_ask(runtime: Runtime) -> int:
    if not runtime.has_port(PayoutBank):
        return 0
    return await ask_payouts(runtime.db, runtime.port(PayoutBank), runtime.keys)


async def _run_retry(runtime: Runtime) -> int:
    return await retry_failed(runtime.db)


SWEEPS: Final = (
    Sweep("payouts.send", 0.5, _run_send),
    Sweep("payouts.ask", 2.0, _run_ask),
    Sweep("payouts.retry", 5.0, _run_retry),
)
