"""SQL of receipts. Keys are claimed and locked in (till, number) order, before any stock row is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.pos.model import Original, Receipt, Returned, Sale, SaleLine, SaleType
from kerben.platform.db import ReadTx, WriteTx

ReceiptKey = tuple[UUID, str]


class KeyRow(msgspec.Struct, frozen=True):
    """Where a receipt is kept."""

    device_id: UUID
    number: str
    sale_id: UUID
    shop_id: UUID
    sold_at: datetime
    voided: bool


async def claim(tx: WriteTx, receipts: Sequence[Receipt], sale_ids: Sequence[UUID]) -> set[ReceiptKey]:
    """Claim receipt numbers for ever; returns those that were free. Waits for whoever claims the same just now.

    Uses receipt_key_pkey.
    """
    ordered = sorted(zip(receipts, sale_ids, strict=True), key=lambda entry: entry[0].key)
    rows = await tx.fetch(
        """
        INSERT INTO pos.receipt_key (device_id, receipt_number, sale_id, shop_id, sold_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[])
        ON CONFLICT (device_id, receipt_number) DO NOTHING
        RETURNING device_id, receipt_number
        """,
        [r.device_id for r, _ in ordered],
        [r.number for r, _ in ordered],
        [sale_id for _, sale_id in ordered],
        [r.shop_id for r, _ in ordered],
        [r.sold_at for r, _ in ordered],
    )
    return {(row["device_id"], row["receipt_number"]) for row in rows}


async def unclaim(tx: WriteTx, keys: Sequence[ReceiptKey]) -> None:
    """Give back numbers claimed by this transaction whose receipts turned out wrong. Uses receipt_key_pkey."""
    await tx.execute(
        """
        DELETE FROM pos.receipt_key k USING unnest($1::uuid[], $2::text[]) AS w(device_id, receipt_number)
        WHERE k.device_id = w.device_id AND k.receipt_number = w.receipt_number
        """,
        [key[0] for key in keys],
        [key[1] for key in keys],
    )


async def sale_ids_of(tx: ReadTx, keys: Sequence[ReceiptKey]) -> dict[ReceiptKey, UUID]:
    """Sales behind receipt numbers. Uses receipt_key_pkey."""
    rows = await tx.fetch(
        """
        SELECT k.device_id, k.receipt_number, k.sale_id
        FROM unnest($1::uuid[], $2::text[]) AS w(device_id, receipt_number)
        JOIN pos.receipt_key k ON k.device_id = w.device_id AND k.receipt_number = w.receipt_number
        """,
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row["device_id"], row["receipt_number"]): row["sale_id"] for row in rows}


async def lock_keys(tx: WriteTx, wanted: Sequence[tuple[UUID, str]]) -> list[KeyRow]:
    """All receipts of these (shop, number), locked in order. Uses receipt_key_shop."""
    rows = await tx.fetch(
        """
        SELECT k.* FROM pos.receipt_key k
        JOIN (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[]) AS u(shop_id, receipt_number)) w
          ON w.shop_id = k.shop_id AND w.receipt_number = k.receipt_number
        ORDER BY k.device_id, k.receipt_number FOR UPDATE OF k
        """,
        [w[0] for w in wanted],
        [w[1] for w in wanted],
    )
    return [
        KeyRow(
            row["device_id"],
            row["receipt_number"],
            row["sale_id"],
            row["shop_id"],
            row["sold_at"],
            row["voided_by"] is not None,
        )
        for row in rows
    ]


async def originals(tx: ReadTx, keys: Sequence[KeyRow]) -> dict[ReceiptKey, Original]:
    """Recorded receipts with their lines and what came back. Uses the primary keys of one partition each."""
    ids, times = [k.sale_id for k in keys], [k.sold_at for k in keys]
    sales = await tx.fetch(
        """
        SELECT s.id, s.type, s.total, s.currency, s.original_sale_id
        FROM unnest($1::uuid[], $2::timestamptz[]) AS w(id, sold_at)
        JOIN pos.sale s ON s.id = w.id AND s.sold_at = w.sold_at
        """,
        ids,
        times,
    )
    items = await tx.fetch(
        """
        SELECT i.* FROM unnest($1::uuid[], $2::timestamptz[]) AS w(id, sold_at)
        JOIN pos.sale_item i ON i.sale_id = w.id AND i.sold_at = w.sold_at
        ORDER BY i.sale_id, i.line
        """,
        ids,
        times,
    )
    returns = await tx.fetch("SELECT * FROM pos.sale_return WHERE sale_id = ANY($1::uuid[])", ids)
    lines: dict[UUID, list[SaleLine]] = {}
    for row in items:
        lines.setdefault(row["sale_id"], []).append(
            SaleLine(row["variant_id"], row["qty"], row["unit_price"], row["discount"], row["total_price"])
        )
    returned: dict[UUID, dict[UUID, Returned]] = {}
    for row in returns:
        returned.setdefault(row["sale_id"], {})[row["variant_id"]] = Returned(row["qty"], row["amount"])
    by_id = {row["id"]: row for row in sales}
    return {
        (key.device_id, key.number): Original(
            sale_id=key.sale_id,
            device_id=key.device_id,
            number=key.number,
            type=SaleType(by_id[key.sale_id]["type"]),
            lines=tuple(lines.get(key.sale_id, [])),
            total=by_id[key.sale_id]["total"],
            currency=by_id[key.sale_id]["currency"],
            returned=returned.get(key.sale_id, {}),
            voided=key.voided,
            parent_id=by_id[key.sale_id]["original_sale_id"],
        )
        for key in keys
        if key.sale_id in by_id
    }


async def insert_sales(tx: WriteTx, sales: Sequence[Sale]) -> None:
    """Write receipts and their lines."""
    await tx.execute(
        """
        INSERT INTO pos.sale
            (id, shop_id, device_id, receipt_number, type, original_sale_id, payment, total, currency, sold_at,
             created_at)
        SELECT *, $11::timestamptz
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::bigint[],
                    $9::text[], $10::timestamptz[])
        """,
        [s.id for s in sales],
        [s.receipt.shop_id for s in sales],
        [s.receipt.device_id for s in sales],
        [s.receipt.number for s in sales],
        [s.receipt.type.value for s in sales],
        [s.original.sale_id if s.original else None for s in sales],
        [s.receipt.payment for s in sales],
        [s.total for s in sales],
        [s.currency for s in sales],
        [s.receipt.sold_at for s in sales],
        tx.now,
    )
    lines = [(sale, number, line) for sale in sales for number, line in enumerate(sale.lines)]
    await tx.execute(
        """
        INSERT INTO pos.sale_item
            (sale_id, line, shop_id, variant_id, qty, unit_price, discount, total_price, type, sold_at)
        SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[],
                             $7::bigint[], $8::bigint[], $9::text[], $10::timestamptz[])
        """,
        [sale.id for sale, _, _ in lines],
        [number for _, number, _ in lines],
        [sale.receipt.shop_id for sale, _, _ in lines],
        [line.variant_id for _, _, line in lines],
        [line.qty_milli for _, _, line in lines],
        [line.unit_price for _, _, line in lines],
        [line.discount for _, _, line in lines],
        [line.total for _, _, line in lines],
        [sale.receipt.type.value for sale, _, _ in lines],
        [sale.receipt.sold_at for sale, _, _ in lines],
    )


async def add_returns(tx: WriteTx, changes: Mapping[tuple[UUID, UUID], Returned]) -> None:
    """Add to what came back of sales, by (sale, variant); a voided refund takes away. Uses sale_return_pkey."""
    ordered = sorted(changes.items())
    sale_ids, variant_ids = [key[0] for key, _ in ordered], [key[1] for key, _ in ordered]
    # First the rows, then the sums: the table refuses a negative row even where a conflict would make it right.
    await tx.execute(
        """
        INSERT INTO pos.sale_return (sale_id, variant_id, qty, amount)
        SELECT *, 0, 0 FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT (sale_id, variant_id) DO NOTHING
        """,
        sale_ids,
        variant_ids,
    )
    await tx.execute(
        """
        UPDATE pos.sale_return r SET qty = r.qty + c.qty, amount = r.amount + c.amount
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) AS c(sale_id, variant_id, qty, amount)
        WHERE r.sale_id = c.sale_id AND r.variant_id = c.variant_id
        """,
        sale_ids,
        variant_ids,
        [value.qty_milli for _, value in ordered],
        [value.amount for _, value in ordered],
    )


async def mark_voided(tx: WriteTx, voids: Mapping[ReceiptKey, UUID]) -> None:
    """Mark receipts as voided by a receipt; their keys are locked by the caller. Uses receipt_key_pkey."""
    await tx.execute(
        """
        UPDATE pos.receipt_key k SET voided_by = w.sale_id
        FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS w(device_id, receipt_number, sale_id)
        WHERE k.device_id = w.device_id AND k.receipt_number = w.receipt_number
        """,
        [key[0] for key in voids],
        [key[1] for key in voids],
        list(voids.values()),
    )


async def newest_sales(tx: ReadTx, variant_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each variant was last sold, by the tills' own time. Uses sale_item_variant, backwards, per partition."""
    rows = await tx.fetch(
        """
        SELECT v.variant_id, newest.sold_at
        FROM unnest($1::uuid[]) AS v(variant_id)
        CROSS JOIN LATERAL (
            SELECT i.sold_at FROM pos.sale_item i
            WHERE i.variant_id = v.variant_id AND i.type = 'sale' ORDER BY i.sold_at DESC LIMIT 1
        ) AS newest
        """,
        list(variant_ids),
    )
    return {row["variant_id"]: row["sold_at"] for row in rows}
