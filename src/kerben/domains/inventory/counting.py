"""Stock that staff move by hand: goods in, write-offs, stocktakes; each with its cause and who did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog.api import VariantFacts, variants_by_ids
from kerben.domains.inventory import service
from kerben.domains.inventory.model import AdjustmentCause, StockChange, StockLevel, StockTarget
from kerben.domains.merchants.api import ShopAccess
from kerben.platform import qty
from kerben.platform.db import WriteTx
from kerben.platform.errors import FieldError, InvalidRequestError

ROWS_MAX = 500


class Movement(msgspec.Struct):
    """One line: `qty` came in, was written off, or (stocktake) is what was counted. `unit_cost` in minor units."""

    variant_id: UUID
    cause: Literal["goods_in", "write_off", "stocktake"]
    qty: Annotated[float, Meta(ge=0, le=10**9)]
    unit_cost: Annotated[int, Meta(ge=0, le=10**15)] | None = None
    supplier: Annotated[str, Meta(max_length=200)] | None = None
    note: Annotated[str, Meta(max_length=500)] | None = None


async def move(
    tx: WriteTx, access: ShopAccess, movements: Sequence[Movement], ip: str
) -> tuple[dict[UUID, VariantFacts], dict[UUID, StockLevel]]:
    """Carry out all movements, or none. Returns the variants and their levels after it.

    Raises InvalidRequestError with a pointer for another shop's variant, a bad quantity or a variant named twice,
    NegativeStockError for a write-off of more than there is.
    """
    facts = await variants_by_ids(tx, sorted({m.variant_id for m in movements}))
    amounts = _check(access, movements, facts)
    levels = await service.set_on_hand(
        tx,
        [
            StockTarget(
                variant_id=m.variant_id,
                on_hand_milli=amount,
                cause=AdjustmentCause.STOCKTAKE,
                actor_id=access.actor,
                note=m.note,
            )
            for m, amount in zip(movements, amounts, strict=True)
            if m.cause == "stocktake"
        ],
    )
    changes = [
        StockChange(
            variant_id=m.variant_id,
            delta_milli=amount if m.cause == "goods_in" else -amount,
            cause=AdjustmentCause(m.cause),
            actor_id=access.actor,
            note=m.note,
            unit_cost=m.unit_cost,
            supplier=m.supplier,
        )
        for m, amount in zip(movements, amounts, strict=True)
        if m.cause != "stocktake"
    ]
    levels |= await service.adjust(tx, changes)
    await record(tx, *(_entry(access, m, levels[m.variant_id], ip) for m in movements))
    return facts, levels


def _check(access: ShopAccess, movements: Sequence[Movement], facts: dict[UUID, VariantFacts]) -> list[int]:
    faults: list[FieldError] = []
    amounts: list[int] = []
    seen: set[UUID] = set()
    for i, movement in enumerate(movements):
        fact = facts.get(movement.variant_id)
        if fact is None or fact.shop_id != access.shop_id:
            faults.append(
                FieldError(f"/items/{i}/variant_id", "UNKNOWN_VARIANT", "В этом магазине нет такого товара.")
            )
            continue
        if movement.variant_id in seen:
            faults.append(FieldError(f"/items/{i}/variant_id", "REPEATED", "Этот товар уже есть в списке."))
        seen.add(movement.variant_id)
        try:
            amount = qty.to_milli(movement.qty, fact.unit)
        except qty.InvalidQuantityError:
            amount = -1
        if amount < 0 or (amount == 0 and movement.cause != "stocktake"):
            faults.append(
                FieldError(f"/items/{i}/qty", "INVALID_QUANTITY", "Штуки — целым числом, килограммы — до грамма.")
            )
        amounts.append(amount)
    if faults:
        raise InvalidRequestError(errors=faults)
    return amounts


def _entry(access: ShopAccess, movement: Movement, level: StockLevel, ip: str) -> AuditEntry:
    after: dict[str, Any] = {
        "cause": movement.cause,
        "qty": movement.qty,
        "on_hand": qty.to_number(level.on_hand_milli),
    }
    return AuditEntry(
        access.actor,
        access.role,
        "stock.adjusted",
        "variant",
        str(movement.variant_id),
        None,
        after,
        ip,
        access.merchant_id,
    )
