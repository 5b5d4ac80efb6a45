"""Pure decisions: what makes a receipt right, and when a shop may sell online."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.catalog.api import VariantFacts, VariantKey
from kerben.domains.merchants.api import PayoutStatus, ShopFacts, ShopPoint
from kerben.domains.pos.errors import InvalidItemError
from kerben.domains.pos.model import (
    Original,
    PosStatus,
    Presence,
    Reason,
    Receipt,
    ReceiptLine,
    Returned,
    SaleLine,
    SaleType,
    ShopEligibility,
)
from kerben.platform.errors import FieldError
from kerben.platform.money import AMOUNT_MAX, times_milli
from kerben.platform.qty import ONE, Unit

ACTIVE: Final = "active"
"""The only status of a heartbeat that keeps a shop alive."""

_KEY_FIELD: Final = {"id": "variant_id", "sku": "sku", "barcode": "barcode"}


def fault(pointer: str, detail: str) -> FieldError:
    """One fault of a receipt."""
    return FieldError(pointer, InvalidItemError.code, detail)


def is_alive(presence: Presence | None, now: datetime, silence_s: int) -> bool:
    """Whether a shop's tills were heard within the last `silence_s` seconds, that moment included."""
    return (
        presence is not None
        and presence.alive_at is not None
        and now - presence.alive_at <= timedelta(seconds=silence_s)
    )


def as_heard(presence: Presence, now: datetime, silence_s: int) -> Presence:
    """A shop's presence as it is at a moment, whatever was published last."""
    if presence.pos_status == "pos_active" and not is_alive(presence, now, silence_s):
        return msgspec.structs.replace(presence, pos_status="pos_offline")
    return presence


def sells_while_alive(shop: ShopFacts | ShopPoint) -> bool:
    """Whether buyers may buy at a shop as long as its tills are heard: the rule of `eligibility` without them, quick
    enough to be asked of every shop there is."""
    return (
        shop.verified
        and shop.is_active
        and shop.payout_status is PayoutStatus.ACTIVE
        and shop.eligibility_mode != "manual"
    )


def eligibility(shop: ShopFacts, presence: Presence | None, now: datetime, silence_s: int) -> ShopEligibility:
    """Whether buyers may buy at a shop now. `pos` and `hybrid` follow the rule shop by shop, `manual` never sells."""
    alive = is_alive(presence, now, silence_s)
    status: PosStatus = "pos_active" if alive else "pos_offline"
    reasons: list[str] = []
    if shop.eligibility_mode == "manual":
        reasons.append(Reason.MANUAL_MODE.value)
    if not shop.is_active:
        reasons.append(Reason.SHOP_INACTIVE.value)
    if not alive:
        reasons.append(Reason.POS_OFFLINE.value)
    if shop.payout_status is not PayoutStatus.ACTIVE:
        reasons.append(Reason.PAYOUT_INACTIVE.value)
    if not shop.verified:
        reasons.append(Reason.NOT_VERIFIED.value)
    until = presence.alive_at + timedelta(seconds=silence_s) if alive and presence and presence.alive_at else None
    return ShopEligibility(
        shop_id=shop.id,
        merchant_id=shop.merchant_id,
        buy_eligibility="manual_contact" if reasons else "online_purchase",
        pos_status=status,
        last_heartbeat_at=presence.last_heartbeat_at if presence else None,
        eligible_until=None if reasons else until,
        reasons=reasons,
    )


def merchant_reasons(shops: Sequence[ShopEligibility]) -> list[str]:
    """Why a merchant's shops sell nothing online; empty when one of them does."""
    if not shops:
        return [Reason.NO_SHOPS.value]
    if any(shop.buy_eligibility == "online_purchase" for shop in shops):
        return []
    found = {reason for shop in shops for reason in shop.reasons}
    return [reason.value for reason in Reason if reason in found]


def resolve(receipt: Receipt, facts: Mapping[VariantKey, VariantFacts]) -> list[SaleLine]:
    """The lines with their variants. Raises InvalidItemError with every fault."""
    faults: list[FieldError] = []
    lines: list[SaleLine] = []
    if not receipt.lines:
        faults.append(fault("/items", "В чеке нет ни одной строки."))
    for index, line in enumerate(receipt.lines):
        resolved = _line(line, facts.get(line.key), receipt.shop_id, f"/items/{index}")
        if isinstance(resolved, FieldError):
            faults.append(resolved)
        else:
            lines.append(resolved)
    if faults:
        raise InvalidItemError(errors=faults)
    return lines


def _line(line: ReceiptLine, facts: VariantFacts | None, shop_id: UUID, pointer: str) -> SaleLine | FieldError:
    if facts is None or facts.shop_id != shop_id:
        return fault(f"{pointer}/{_KEY_FIELD[line.key.kind]}", "Такого товара в этом магазине нет.")
    if line.qty_milli <= 0:
        return fault(f"{pointer}/qty", "Количество должно быть больше нуля.")
    if facts.unit is Unit.PCS and line.qty_milli % ONE:
        return fault(f"{pointer}/qty", "Этот товар продаётся только целыми штуками.")
    gross = times_milli(line.unit_price, line.qty_milli)
    if gross > AMOUNT_MAX:
        return fault(f"{pointer}/unit_price", "Слишком большая сумма.")
    if gross < line.discount:
        return fault(f"{pointer}/discount", "Скидка больше стоимости строки.")
    return SaleLine(facts.id, line.qty_milli, line.unit_price, line.discount, gross - line.discount)


def by_variant(lines: Sequence[SaleLine]) -> dict[UUID, Returned]:
    """Quantity and amount of each variant in a receipt."""
    summed: dict[UUID, Returned] = {}
    for line in lines:
        entry = summed.setdefault(line.variant_id, Returned())
        entry.qty_milli += line.qty_milli
        entry.amount += line.total
    return summed


def check_refund(original: Original | None, lines: Sequence[SaleLine]) -> Original:
    """Refuse a refund of what was not sold, or of more than was sold and not yet taken back, in goods or money."""
    if original is None or original.type is not SaleType.SALE:
        raise InvalidItemError(errors=[fault("/original_receipt_number", "Исходный чек продажи не найден.")])
    if original.voided:
        raise InvalidItemError(errors=[fault("/original_receipt_number", "Исходный чек аннулирован.")])
    sold = by_variant(original.lines)
    left_qty = {v: s.qty_milli - original.returned.get(v, Returned()).qty_milli for v, s in sold.items()}
    left_amount = {v: s.amount - original.returned.get(v, Returned()).amount for v, s in sold.items()}
    faults: list[FieldError] = []
    for index, line in enumerate(lines):
        if line.qty_milli > left_qty.get(line.variant_id, 0):
            faults.append(fault(f"/items/{index}/qty", "Возврат больше, чем было продано по этому чеку."))
            continue
        if line.total > left_amount[line.variant_id]:
            faults.append(fault(f"/items/{index}/unit_price", "Сумма возврата больше суммы продажи."))
            continue
        left_qty[line.variant_id] -= line.qty_milli
        left_amount[line.variant_id] -= line.total
    if faults:
        raise InvalidItemError(errors=faults)
    return original


def check_void(original: Original | None) -> Original:
    """Refuse to void what is not there, a void, a receipt voided before, or a sale that is partly taken back."""
    pointer = "/original_receipt_number"
    if original is None or original.type is SaleType.VOID:
        raise InvalidItemError(errors=[fault(pointer, "Исходный чек не найден.")])
    if original.voided:
        raise InvalidItemError(errors=[fault(pointer, "Исходный чек уже аннулирован.")])
    if any(entry.qty_milli for entry in original.returned.values()):
        raise InvalidItemError(errors=[fault(pointer, "По исходному чеку уже был возврат.")])
    return original
