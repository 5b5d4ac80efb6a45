"""The books after the storm: the journal of the clients against database, acquirer and bank."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final, TypeAlias

import asyncpg

from kerben.entrypoints import wiring
from kerben.platform import invariants
from kerben_sandbox.store import DATABASE_FILE
from tests.chaos.clients import Journal

OPENING: Final = 1_000_000
"""Pieces of each variant at the beginning, so that nobody is refused."""

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_UNSETTLED: Final = {
    "approved payments that wait": (
        "SELECT count(*) FROM payments.payment WHERE id = ANY($1::uuid[]) AND status NOT IN ('captured', 'refunded')"
    ),
    "refunds under way": "SELECT count(*) FROM payments.refund WHERE status IN ('requested', 'sent')",
    "payments to be given up": "SELECT count(*) FROM payments.payment WHERE void_due_at IS NOT NULL",
    "payouts under way": "SELECT count(*) FROM payouts.payout WHERE status IN ('created', 'sent')",
    "events behind": (
        "SELECT coalesce(sum((SELECT count(*) FROM platform.outbox o WHERE o.id > c.last) + cardinality(c.gaps)), 0)"
        " FROM platform.consumer c"
    ),
}


async def settle(connection: _Connection, journal: Journal, within_s: float) -> tuple[float, float, dict[str, int]]:
    """Wait until nothing is under way: (seconds until every consumer had read everything, seconds in all, what still
    is under way)."""
    started = time.monotonic()
    lag_s: float | None = None
    while True:
        left: dict[str, int] = {}
        for name, sql in _UNSETTLED.items():
            args = [sorted(journal.approved)] if "$1" in sql else []
            if count := int(await connection.fetchval(sql, *args)):
                left[name] = count
        seconds = time.monotonic() - started
        if lag_s is None and "events behind" not in left:
            lag_s = seconds
        if not left or seconds > within_s:
            return (lag_s if lag_s is not None else seconds), seconds, left
        await asyncio.sleep(0.2)


async def audit(connection: _Connection, journal: Journal, variant_ids: list[str], sandbox: Path) -> list[str]:
    """What is wrong, in sentences; nothing if all is well. The sandbox must have ended."""
    with sqlite3.connect(sandbox / DATABASE_FILE) as books:
        books.row_factory = sqlite3.Row
        payments = books.execute("SELECT * FROM payments").fetchall()
        transfers = books.execute("SELECT * FROM transfers").fetchall()
    books.close()
    found = await _orders(connection, journal)
    found += await _sales(connection, journal)
    found += await _payments(connection, journal, payments)
    found += await _payouts(connection, transfers)
    found += await _stock(connection, journal, variant_ids)
    found += [f"invariant {n}: {c}" for n, c in (await invariants.broken(connection, wiring.load_modules())).items()]
    parked = await connection.fetch("SELECT consumer, name, error FROM platform.dead_letter LIMIT 5")
    found += [f"parked event {row['consumer']} {row['name']}: {row['error'][:300]}" for row in parked]
    ledger = "SELECT currency, sum(debits - credits)::bigint AS difference FROM ledger.account GROUP BY currency"
    for row in await connection.fetch(ledger):
        if row["difference"]:
            found.append(f"the ledger is off by {row['difference']} {row['currency']}")
    return found


async def _orders(connection: _Connection, journal: Journal) -> list[str]:
    rows = await connection.fetch(
        "SELECT o.id::text, o.total, o.status, l.variant_id::text AS variant, l.qty_milli, p.id::text AS payment"
        " FROM orders.order o JOIN orders.order_line l ON l.order_id = o.id"
        " JOIN payments.payment p ON p.subject_id = o.id"
    )
    stored = {row["id"]: row for row in rows}
    told = {placed.order_id: placed for placed in journal.orders.values()}
    found: list[str] = []
    if len(told) != len(journal.orders):
        found.append(f"{len(journal.orders)} keys got {len(told)} orders")
    if len(rows) != len(stored):
        found.append(f"{len(rows)} lines or payments of {len(stored)} orders of one line and one payment each")
    found += [f"acknowledged order {i} is lost" for i in told.keys() - stored.keys()]
    found += [f"order {i} exists that nobody was told of" for i in stored.keys() - told.keys()]
    for i in told.keys() & stored.keys():
        row, placed = stored[i], told[i]
        if (row["total"], row["variant"], row["payment"]) != (placed.total, placed.variant_id, placed.payment_id):
            found.append(f"order {i} is not as it was acknowledged")
    found += [f"order {i} was delivered and is {stored[i]['status']}" for i in journal.delivered & stored.keys()
              if stored[i]["status"] != "delivered"]  # fmt: skip
    found += [f"order {i} was cancelled and is {stored[i]['status']}" for i in journal.cancelled & stored.keys()
              if stored[i]["status"] != "cancelled"]  # fmt: skip
    return found


async def _sales(connection: _Connection, journal: Journal) -> list[str]:
    rows = await connection.fetch(
        "SELECT s.id::text, s.device_id::text AS device, s.receipt_number, i.variant_id::text AS variant, i.qty"
        " FROM pos.sale s JOIN pos.sale_item i ON i.sale_id = s.id"
    )
    stored = Counter((r["device"], r["receipt_number"], r["id"], r["variant"], r["qty"] // 1000) for r in rows)
    told = Counter((*key, *sale) for key, sale in journal.sales.items())
    return [f"acknowledged sale {sale[:3]} is lost" for sale in told - stored] + [
        f"sale {sale[:3]} is there {stored[sale]} times, acknowledged {told[sale]} times" for sale in stored - told
    ]


async def _payments(connection: _Connection, journal: Journal, books: list[sqlite3.Row]) -> list[str]:
    rows = await connection.fetch("SELECT id::text, status, amount, provider_payment_id FROM payments.payment")
    stored = {row["id"]: row for row in rows}
    acquirer = {row["order_id"]: row for row in books}
    found: list[str] = []
    if len(acquirer) != len(books):
        found.append("the acquirer has a payment twice")
    found += [f"approved payment {i} is not in the acquirer's books" for i in journal.approved - acquirer.keys()]
    for i, row in acquirer.items():
        ours = stored.get(i)
        if ours is None or (row["captured"] and ours["provider_payment_id"] != str(row["pg_id"])):
            found.append(f"payment {i} of the acquirer is unknown here")
            continue
        wanted = "refunded" if row["refunded"] else "captured" if row["captured"] else None
        if wanted is not None and ours["status"] != wanted:
            found.append(f"payment {i} is {wanted} at the acquirer and {ours['status']} here")
        if row["refunded"] not in {0, ours["amount"]} or row["captured"] not in {0, ours["amount"]}:
            found.append(f"payment {i}: {row['captured']} captured, {row['refunded']} refunded of {ours['amount']}")
        if wanted is None and ours["status"] in {"captured", "refunded"}:
            found.append(f"payment {i} is {ours['status']} here and {row['status']} at the acquirer")
    refunds = await connection.fetch(
        "SELECT p.subject_id::text AS order_id, r.id::text AS id, p.status FROM payments.refund r"
        " JOIN payments.payment p ON p.id = r.payment_id"
    )
    by_order = {row["order_id"]: row for row in refunds}
    if len(by_order) != len(refunds):
        found.append("an order was refunded twice")
    for order_id, refund_id in journal.refunded.items():
        row = by_order.get(order_id)
        if row is None or row["id"] != refund_id or row["status"] != "refunded":
            found.append(f"acknowledged refund {refund_id} of order {order_id} did not happen")
    return found


async def _payouts(connection: _Connection, transfers: list[sqlite3.Row]) -> list[str]:
    rows = await connection.fetch("SELECT id::text, amount, status FROM payouts.payout")
    ours = {row["id"]: row["amount"] for row in rows if row["status"] == "paid"}
    contents: list[dict[str, Any]] = [json.loads(row["content"]) for row in transfers]
    bank = {
        c["reference"]: c["amount"] for c, row in zip(contents, transfers, strict=True) if row["status"] == "paid"
    }
    found: list[str] = []
    if len(bank) != len(transfers):
        found.append(f"the bank has {len(transfers)} transfers, {len(bank)} of them paid")
    found += [f"payout {i} was never sent by the bank" for i in ours.keys() - bank.keys()]
    found += [f"the bank sent {i} which is not paid here" for i in bank.keys() - ours.keys()]
    found += [
        f"payout {i}: {ours[i]} here, {bank[i]} at the bank" for i in ours.keys() & bank.keys() if ours[i] != bank[i]
    ]
    credits = await connection.fetchval(
        "SELECT coalesce(sum(amount), 0)::bigint FROM payments.payment WHERE status IN ('captured', 'refunded')"
    )
    if sum(bank.values()) > credits:
        found.append(f"the bank sent {sum(bank.values())}, buyers paid {credits}")
    return found


async def _stock(connection: _Connection, journal: Journal, variant_ids: list[str]) -> list[str]:
    rows = await connection.fetch(
        "SELECT s.variant_id::text AS id, s.on_hand, s.reserved,"
        " coalesce((SELECT sum(r.qty) FROM inventory.reservation r WHERE r.variant_id = s.variant_id"
        "           AND r.status = 'active'), 0)::bigint AS kept,"
        " coalesce((SELECT sum(l.qty_milli) FROM orders.order o JOIN orders.order_line l ON l.order_id = o.id"
        "           WHERE l.variant_id = s.variant_id AND o.status NOT IN ('cancelled', 'returned', 'delivered')), 0"
        " )::bigint AS live"
        " FROM inventory.stock s WHERE s.variant_id = ANY($1::uuid[])",
        variant_ids,
    )
    sold: Counter[str] = Counter()
    for _, variant_id, pieces in journal.sales.values():
        sold[variant_id] += pieces
    variant_of = {placed.order_id: placed.variant_id for placed in journal.orders.values()}
    handed_over = Counter(variant_of[order_id] for order_id in journal.delivered)
    found: list[str] = []
    for row in rows:
        wanted = (OPENING - sold[row["id"]] - handed_over[row["id"]]) * 1000
        if row["on_hand"] != wanted:
            found.append(f"variant {row['id']}: {row['on_hand']} on hand, {wanted} by the journal")
        if not row["reserved"] == row["kept"] == row["live"]:
            found.append(f"variant {row['id']}: {row['reserved']} reserved, {row['kept']} kept, {row['live']} live")
    return found
