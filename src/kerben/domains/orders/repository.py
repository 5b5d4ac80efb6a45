"""SQL of orders and their history; lines and shops' options have repositories of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.orders import line_repository, rules
from kerben.domains.orders.line_repository import json_text
from kerben.domains.orders.model import (
    Actor,
    Contact,
    Delivery,
    HistoryEntry,
    Move,
    Moved,
    NewOrder,
    Order,
    OrderChange,
    OrderFilter,
    OrderStatus,
    PaymentMethod,
)
from kerben.platform.db import ReadTx, Row, WriteTx

_delivery = msgspec.json.Decoder(Delivery)

COLUMNS: Final = """
    o.id, o.number, o.version, o.user_id, o.guest_token_hash, o.shop_id, o.merchant_id, o.status, o.delivery,
    o.payment_method, o.contact_name, o.contact_phone, o.contact_email, o.comment, o.items_total, o.delivery_fee,
    o.total, o.currency, o.commission_bp, o.reserved_until, o.created_at, o.confirmed_at, o.paid_at, o.cooking_at,
    o.ready_at, o.shipped_at, o.delivered_at, o.cancelled_at, o.cancel_reason, o.needs_attention
"""


def order_of(row: Row) -> Order:
    """An order from its row."""
    return Order(
        id=row["id"],
        number=rules.number_text(row["number"]),
        version=row["version"],
        user_id=row["user_id"],
        guest_token_hash=row["guest_token_hash"],
        shop_id=row["shop_id"],
        merchant_id=row["merchant_id"],
        status=OrderStatus(row["status"]),
        delivery=_delivery.decode(row["delivery"]),
        payment_method=PaymentMethod(row["payment_method"]),
        contact=Contact(row["contact_name"], row["contact_phone"], row["contact_email"]),
        comment=row["comment"],
        items_total=row["items_total"],
        delivery_fee=row["delivery_fee"],
        total=row["total"],
        currency=row["currency"],
        commission_bp=row["commission_bp"],
        reserved_until=row["reserved_until"],
        created_at=row["created_at"],
        confirmed_at=row["confirmed_at"],
        paid_at=row["paid_at"],
        cooking_at=row["cooking_at"],
        ready_at=row["ready_at"],
        shipped_at=row["shipped_at"],
        delivered_at=row["delivered_at"],
        cancelled_at=row["cancelled_at"],
        cancel_reason=row["cancel_reason"],
        needs_attention=row["needs_attention"],
    )


# One statement for many orders with their lines and the first row of their history.
_PLACE: Final = """
WITH placed AS (
    INSERT INTO orders.order (
        id, number, version, user_id, guest_token_hash, shop_id, merchant_id, status, delivery_method, delivery,
        payment_method, contact_name, contact_phone, contact_email, comment, items_total, delivery_fee, total,
        currency, commission_bp, reserved_until, remind_at, created_at)
    SELECT o.id, nextval('orders.order_number'), 1, o.user_id, o.guest, o.shop_id, o.merchant_id, o.status,
           o.delivery_method, o.delivery::jsonb, o.payment_method, o.name, o.phone, o.email, o.comment,
           o.items_total, o.fee, o.items_total + o.fee, o.currency, o.commission_bp, o.reserved_until, o.remind_at, $1
    FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[],
                $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[],
                $17::text[], $18::int[], $19::timestamptz[], $20::timestamptz[])
         AS o(id, user_id, guest, shop_id, merchant_id, status, delivery_method, delivery, payment_method, name,
              phone, email, comment, items_total, fee, currency, commission_bp, reserved_until, remind_at)
    RETURNING id, number
), lines AS (
    INSERT INTO orders.order_line (
        order_id, n, product_id, variant_id, sku, name, attributes, unit, qty_milli, unit_price, amount, note)
    SELECT l.order_id, l.n, l.product_id, l.variant_id, l.sku, l.name, l.attributes::jsonb, l.unit, l.qty, l.price,
           l.amount, l.note
    FROM unnest($21::uuid[], $22::int[], $23::uuid[], $24::uuid[], $25::text[], $26::text[], $27::text[], $28::text[],
                $29::bigint[], $30::bigint[], $31::bigint[], $32::text[])
         AS l(order_id, n, product_id, variant_id, sku, name, attributes, unit, qty, price, amount, note)
), begun AS (
    INSERT INTO orders.history (order_id, n, at, actor_id, actor_role, action, to_status)
    SELECT h.order_id, 1, $1, h.actor_id, h.actor_role, 'placed', h.status
    FROM unnest($2::uuid[], $33::uuid[], $34::text[], $7::text[]) AS h(order_id, actor_id, actor_role, status)
)
SELECT id, number FROM placed
"""


async def insert_orders(tx: WriteTx, orders: Sequence[NewOrder]) -> dict[UUID, int]:
    """Insert orders, lines and history; the numbers they were given."""
    lines = [(o.id, n, line) for o in orders for n, line in enumerate(o.lines, 1)]
    rows = await tx.fetch(
        _PLACE,
        tx.now,
        [o.id for o in orders],
        [o.user_id for o in orders],
        [o.guest_token_hash for o in orders],
        [o.shop_id for o in orders],
        [o.merchant_id for o in orders],
        [o.status.value for o in orders],
        [o.delivery.method.value for o in orders],
        [json_text(o.delivery) for o in orders],
        [o.payment_method.value for o in orders],
        [o.contact.name for o in orders],
        [o.contact.phone for o in orders],
        [o.contact.email for o in orders],
        [o.comment for o in orders],
        [o.items_total for o in orders],
        [o.delivery_fee for o in orders],
        [o.currency for o in orders],
        [o.commission_bp for o in orders],
        [o.reserved_until for o in orders],
        [o.remind_at for o in orders],
        *line_repository.line_columns(lines),
        [o.actor_id for o in orders],
        [o.actor_role for o in orders],
    )
    return {row["id"]: row["number"] for row in rows}


async def orders_by_ids(tx: ReadTx, ids: Sequence[UUID]) -> list[Order]:
    """Orders by id. Uses order_pkey."""
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM orders.order o WHERE o.id = ANY($1::uuid[])", list(ids))
    return [order_of(row) for row in rows]


async def lock(tx: WriteTx, ids: Sequence[UUID]) -> list[Order]:
    """Lock orders in id order and read them. Uses order_pkey."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM orders.order o WHERE o.id = ANY($1::uuid[]) ORDER BY o.id FOR UPDATE", list(ids)
    )
    return [order_of(row) for row in rows]


async def history(tx: ReadTx, order_id: UUID) -> list[HistoryEntry]:
    """All changes of an order, oldest first. Uses history_pkey."""
    rows = await tx.fetch("SELECT * FROM orders.history WHERE order_id = $1 ORDER BY n", order_id)
    return [
        HistoryEntry(
            n=row["n"],
            at=row["at"],
            actor_id=row["actor_id"],
            actor_role=row["actor_role"],
            action=row["action"],
            from_status=OrderStatus(row["from_status"]) if row["from_status"] else None,
            to_status=OrderStatus(row["to_status"]),
            comment=row["comment"],
            before=msgspec.json.decode(row["before"]) if row["before"] else None,
            after=msgspec.json.decode(row["after"]) if row["after"] else None,
        )
        for row in rows
    ]


# Uses order_pkey. `locked` takes the locks in id order and sees the newest committed status; only orders that stand
# in one of the step's sources move, so of two racing steps one wins.
_MOVE: Final = f"""
WITH step AS MATERIALIZED (
    SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[], $8::timestamptz[],
                         $9::timestamptz[], $10::uuid[], $11::text[], $12::text[], $13::text[])
        AS s(id, target, sources, cancelled_as, paid, reason, keep_until, remind_at, actor_id, actor_role, action,
             comment)
), locked AS MATERIALIZED (
    SELECT o.id, o.status FROM orders.order o JOIN step s ON s.id = o.id
    WHERE o.status = ANY(string_to_array(s.sources, ','))
      AND (s.cancelled_as IS NULL OR o.status <> 'cancelled' OR o.cancel_reason = s.cancelled_as)
    ORDER BY o.id FOR UPDATE OF o
), o AS (
    UPDATE orders.order o SET
        status = s.target,
        version = o.version + 1,
        reserved_until = s.keep_until,
        remind_at = s.remind_at,
        paid_at = CASE WHEN s.paid THEN coalesce(o.paid_at, $1) ELSE o.paid_at END,
        confirmed_at = CASE WHEN s.target IN ('awaiting_payment', 'awaiting_shipment_cod')
                            THEN coalesce(o.confirmed_at, $1) ELSE o.confirmed_at END,
        cooking_at = CASE WHEN s.target = 'cooking' THEN coalesce(o.cooking_at, $1) ELSE o.cooking_at END,
        ready_at = CASE WHEN s.target = 'ready_for_pickup' THEN coalesce(o.ready_at, $1) ELSE o.ready_at END,
        shipped_at = CASE WHEN s.target IN ('shipped', 'delivering')
                          THEN coalesce(o.shipped_at, $1) ELSE o.shipped_at END,
        delivered_at = CASE WHEN s.target = 'delivered' THEN $1 ELSE o.delivered_at END,
        cancelled_at = CASE WHEN s.target = 'cancelled' THEN $1 END,
        cancel_reason = CASE WHEN s.target = 'cancelled' THEN s.reason END,
        needs_attention = CASE WHEN s.target IN ('cancelled', 'returned')
                                    OR s.target IN ('shipped', 'delivering', 'delivered') AND o.needs_attention = $14
                               THEN NULL ELSE o.needs_attention END
    FROM step s JOIN locked l ON l.id = s.id
    WHERE o.id = s.id
    RETURNING {COLUMNS}, l.status AS previous, s.actor_id, s.actor_role, s.action, s.comment AS remark
), kept AS (
    INSERT INTO orders.history (
        order_id, n, at, actor_id, actor_role, action, from_status, to_status, comment, after)
    SELECT o.id, o.version, $1, o.actor_id, o.actor_role, o.action, o.previous, o.status, o.remark,
           CASE WHEN o.cancel_reason IS NOT NULL THEN jsonb_build_object('cancel_reason', o.cancel_reason) END
    FROM o
)
SELECT * FROM o ORDER BY o.id
"""


async def move(tx: WriteTx, moves: Sequence[Move], sources: Sequence[Sequence[OrderStatus]]) -> list[Moved]:
    """Make the steps that are possible where their orders stand; returns those that happened, by id."""
    rows = await tx.fetch(
        _MOVE,
        tx.now,
        [m.order_id for m in moves],
        [m.to.value for m in moves],
        [",".join(allowed) for allowed in sources],
        [m.cancelled_as.value if m.cancelled_as else None for m in moves],
        [m.paid for m in moves],
        [m.reason.value if m.reason else None for m in moves],
        [m.keep_until for m in moves],
        [m.remind_at for m in moves],
        [m.actor.id for m in moves],
        [m.actor.role for m in moves],
        [m.action for m in moves],
        [m.comment for m in moves],
        rules.OVERSOLD,
    )
    return [Moved(order_of(row), OrderStatus(row["previous"])) for row in rows]


async def due(tx: ReadTx, limit: int) -> list[UUID]:
    """Orders that await payment or confirmation beyond their time. Uses order_due."""
    rows = await tx.fetch(
        """
        SELECT id FROM orders.order
        WHERE status IN ('awaiting_payment', 'awaiting_confirmation') AND reserved_until <= $1
        ORDER BY reserved_until LIMIT $2
        """,
        tx.now,
        limit,
    )
    return [row["id"] for row in rows]


async def take_reminders(tx: WriteTx, limit: int) -> list[Order]:
    """Orders whose reminder is due; the reminder is taken, so that it is sent once. Uses order_reminder."""
    rows = await tx.fetch(
        f"""
        WITH due AS (
            SELECT id FROM orders.order WHERE remind_at <= $1 AND remind_at IS NOT NULL
            ORDER BY remind_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE orders.order o SET remind_at = NULL FROM due WHERE o.id = due.id RETURNING {COLUMNS}
        """,
        tx.now,
        limit,
    )
    return [order_of(row) for row in rows]


async def change(tx: WriteTx, order: Order, edit: OrderChange, actor: Actor, before: object, after: object) -> Order:
    """Write a manager's edit of a locked order, and its history. Uses order_pkey."""
    items_total = sum(line.amount for line in edit.lines) if edit.lines is not None else order.items_total
    if edit.lines is not None:
        await line_repository.replace(tx, order.id, edit.lines)
    row = await tx.fetchrow(
        f"""
        WITH o AS (
            UPDATE orders.order o SET version = version + 1, delivery_method = $3, delivery = $4::jsonb,
                   payment_method = $5, contact_name = $6, contact_phone = $7, contact_email = $8, comment = $9,
                   items_total = $10, delivery_fee = $11, total = $10::bigint + $11::bigint
            WHERE o.id = $1 RETURNING {COLUMNS}
        ), kept AS (
            INSERT INTO orders.history (
                order_id, n, at, actor_id, actor_role, action, from_status, to_status, before, after)
            SELECT o.id, o.version, $2, $12, $13, 'edited', o.status, o.status, $14::jsonb, $15::jsonb FROM o
        )
        SELECT * FROM o
        """,
        order.id,
        tx.now,
        edit.delivery.method.value,
        json_text(edit.delivery),
        edit.payment_method.value,
        edit.contact.name,
        edit.contact.phone,
        edit.contact.email,
        edit.comment,
        items_total,
        edit.delivery_fee,
        actor.id,
        actor.role,
        json_text(before),
        json_text(after),
    )
    assert row is not None, "the order is locked, so it is there"  # noqa: S101
    return order_of(row)


async def list_orders(tx: ReadTx, wanted: OrderFilter, limit: int) -> list[Order]:
    """Newest first. Uses order_user, order_shop or order_attention."""
    column = "user_id" if wanted.user_id is not None else "shop_id"
    attention = "AND o.needs_attention IS NOT NULL" if wanted.attention else ""
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM orders.order o
        WHERE o.{column} = $1 AND ($2::uuid IS NULL OR o.id < $2)
          AND (cardinality($3::text[]) = 0 OR o.status = ANY($3)) {attention}
        ORDER BY o.id DESC LIMIT $4
        """,
        wanted.user_id if wanted.user_id is not None else wanted.shop_id,
        wanted.before,
        [s.value for s in wanted.statuses],
        limit,
    )
    return [order_of(row) for row in rows]


async def awaiting_pickup(tx: ReadTx, shop_id: UUID, before: UUID | None, limit: int) -> list[Order]:
    """Orders that lie ready at a shop's counter, newest first. Uses order_pickup_shop."""
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM orders.order o
        WHERE o.shop_id = $1 AND o.status IN ('ready_for_pickup', 'pickup_expired')
          AND ($2::uuid IS NULL OR o.id < $2)
        ORDER BY o.id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [order_of(row) for row in rows]


async def claim(tx: WriteTx, pairs: Sequence[tuple[UUID, UUID]]) -> int:
    """Give the orders of guest users (first) to accounts (second). Uses order_user."""
    return await tx.execute(
        """
        UPDATE orders.order o SET user_id = c.account
        FROM unnest($1::uuid[], $2::uuid[]) AS c(guest, account) WHERE o.user_id = c.guest
        """,
        [guest for guest, _ in pairs],
        [account for _, account in pairs],
    )
