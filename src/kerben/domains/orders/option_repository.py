"""SQL of what shops offer at checkout."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.orders.model import DeliveryMethod, DeliveryOption, PaymentMethod
from kerben.platform.db import ReadTx, WriteTx


async def delivery_options(tx: ReadTx, shop_ids: Sequence[UUID]) -> dict[UUID, list[DeliveryOption]]:
    """What shops offer: their own rows over the defaults. Uses the unique index on (shop_id, method)."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT ON (s.id, d.method) s.id, d.method, d.enabled, d.fee, d.payment_methods, d.countries
        FROM unnest($1::uuid[]) AS s(id)
        JOIN orders.delivery_option d ON d.shop_id = s.id OR d.shop_id IS NULL
        ORDER BY s.id, d.method, d.shop_id NULLS LAST
        """,
        list(shop_ids),
    )
    options: dict[UUID, list[DeliveryOption]] = {}
    for row in rows:
        options.setdefault(row["id"], []).append(
            DeliveryOption(
                DeliveryMethod(row["method"]),
                row["enabled"],
                row["fee"],
                [PaymentMethod(m) for m in row["payment_methods"]],
                list(row["countries"]),
            )
        )
    return options


async def set_delivery_option(tx: WriteTx, shop_id: UUID, option: DeliveryOption) -> None:
    """A shop's own terms for one way of delivery."""
    await tx.execute(
        """
        INSERT INTO orders.delivery_option (shop_id, method, enabled, fee, payment_methods, countries)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (shop_id, method) DO UPDATE SET enabled = excluded.enabled, fee = excluded.fee,
            payment_methods = excluded.payment_methods, countries = excluded.countries
        """,
        shop_id,
        option.method.value,
        option.enabled,
        option.fee,
        [m.value for m in option.payment_methods],
        option.countries,
    )
