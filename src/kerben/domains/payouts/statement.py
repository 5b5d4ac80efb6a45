"""A merchant's statement: what changed his balance in some days, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.api import AccountMove, Moves, Position
from kerben.domains.merchants.api import MerchantAccess
from kerben.domains.orders import api as orders
from kerben.domains.payments import api as payments
from kerben.domains.payouts import statement_rules as rules
from kerben.domains.payouts.statement_model import OrderRef, Period, Statement, StatementEntry, StatementKind
from kerben.platform.db import ReadTx


async def statement(tx: ReadTx, access: MerchantAccess, period: Period, currency: str) -> Statement:
    """Opening balance, sums by kind and by day, closing balance. Use a snapshot, so that they fit together."""
    account = ledger.merchant_balance(access.merchant_id)
    closing = await ledger.balance_before(tx, account, currency, (period.end, 0))
    found = await ledger.days(tx, account, currency, period.start, period.end, rules.ZONE.key)
    opening = closing - sum(one.change for one in found)
    return Statement(period, currency, opening, rules.sums(found), closing, rules.days(opening, found))


async def newest(
    tx: ReadTx,
    access: MerchantAccess,
    period: Period,
    currency: str,
    *,
    kinds: Collection[StatementKind] | None = None,
    before: Position | None = None,
    limit: int,
) -> list[StatementEntry]:
    """Operations, newest first, from before a position. Use a snapshot.

    Each says the balance after it, unless only some kinds are wanted: what lies between them is not read then.
    """
    account = ledger.merchant_balance(access.merchant_id)
    wanted = rules.moves(period, kinds)
    if before is not None:
        wanted = msgspec.structs.replace(wanted, end=max(wanted.first, min(before, wanted.end)))
    found = await ledger.moves(tx, account, currency, wanted, limit)
    if not found or kinds:
        return await _entries(tx, found, None)
    moment, number = found[0].position
    balance = await ledger.balance_before(tx, account, currency, (moment, number + 1))
    balances: list[int] = []
    for move in found:
        balances.append(balance)
        balance -= move.change
    return await _entries(tx, found, balances)


async def oldest(
    tx: ReadTx, access: MerchantAccess, wanted: Moves, currency: str, balance: int, limit: int
) -> list[StatementEntry]:
    """Operations, oldest first; `balance` is that before the first of them."""
    account = ledger.merchant_balance(access.merchant_id)
    found = await ledger.moves(tx, account, currency, wanted, limit, newest_first=False)
    balances: list[int] = []
    for move in found:
        balance += move.change
        balances.append(balance)
    return await _entries(tx, found, balances)


async def _entries(tx: ReadTx, moves: Sequence[AccountMove], balances: Sequence[int] | None) -> list[StatementEntry]:
    kinds = [rules.kind_of(move.kind) for move in moves]
    causes = {m.reference for m, kind in zip(moves, kinds, strict=True) if kind not in rules.PAYOUTS}
    paid = await payments.payments_by_ids(tx, sorted(causes)) if causes else {}
    order_ids = {p.subject_id for p in paid.values() if p.subject == "order"}
    found = await orders.orders_by_ids(tx, sorted(order_ids))
    made: list[StatementEntry] = []
    for n, (move, kind) in enumerate(zip(moves, kinds, strict=True)):
        payment = paid.get(move.reference)
        order = found.get(payment.subject_id) if payment is not None else None
        made.append(
            StatementEntry(
                id=move.id,
                at=move.at,
                kind=kind,
                amount=move.change,
                order=OrderRef(order.id, order.number) if order is not None else None,
                payout_id=move.reference if kind in rules.PAYOUTS else None,
                balance=balances[n] if balances is not None else None,
            )
        )
    return made
