"""SQL of the lines of orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.orders.model import NewLine, OrderLine
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.qty import Unit

_json = msgspec.json.Encoder()
_attributes = msgspec.json.Decoder(dict[str, str])


def json_text(value: object) -> str:
    """A value as the text of a jsonb parameter."""
    return _json.encode(value).decode()


def line_columns(lines: Sequence[tuple[UUID, int, NewLine]]) -> list[list[Any]]:
    """Lines with their order and number as the arrays of an `unnest`."""
    return [
        [order_id for order_id, _, _ in lines],
        [n for _, n, _ in lines],
        [line.product_id for _, _, line in lines],
        [line.variant_id for _, _, line in lines],
        [line.sku for _, _, line in lines],
        [line.name for _, _, line in lines],
        [json_text(line.attributes) for _, _, line in lines],
        [line.unit.value for _, _, line in lines],
        [line.qty_milli for _, _, line in lines],
        [line.unit_price for _, _, line in lines],
        [line.amount for _, _, line in lines],
        [line.note for _, _, line in lines],
    ]


async def replace(tx: WriteTx, order_id: UUID, lines: Sequence[NewLine]) -> None:
    """Other lines for an order whose row is locked. Uses order_line_pkey."""
    await tx.execute("DELETE FROM orders.order_line WHERE order_id = $1", order_id)
    await tx.execute(
        """
        INSERT INTO orders.order_line (
            order_id, n, product_id, variant_id, sku, name, attributes, unit, qty_milli, unit_price, amount, note)
        SELECT l.order_id, l.n, l.product_id, l.variant_id, l.sku, l.name, l.attributes::jsonb, l.unit, l.qty,
               l.price, l.amount, l.note
        FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::bigint[], $10::bigint[], $11::bigint[], $12::text[])
             AS l(order_id, n, product_id, variant_id, sku, name, attributes, unit, qty, price, amount, note)
        """,
        *line_columns([(order_id, n, line) for n, line in enumerate(lines, 1)]),
    )


async def lines_by_orders(tx: ReadTx, ids: Sequence[UUID]) -> dict[UUID, list[OrderLine]]:
    """Lines by order, in their order. Uses order_line_pkey."""
    rows = await tx.fetch(
        "SELECT * FROM orders.order_line WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, n", list(ids)
    )
    lines: dict[UUID, list[OrderLine]] = {}
    for row in rows:
        lines.setdefault(row["order_id"], []).append(
            OrderLine(
                product_id=row["product_id"],
                variant_id=row["variant_id"],
                sku=row["sku"],
                name=row["name"],
                attributes=_attributes.decode(row["attributes"]),
                unit=Unit(row["unit"]),
                qty_milli=row["qty_milli"],
                unit_price=row["unit_price"],
                amount=row["amount"],
                note=row["note"],
                n=row["n"],
            )
        )
    return lines
