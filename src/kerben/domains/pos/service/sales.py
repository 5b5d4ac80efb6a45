"""Recording receipts, many at once: one bad receipt fails nobody else and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kerben.domains.catalog.api import VariantFacts, VariantKey, find_variants
from kerben.domains.inventory.api import (
    AdjustmentCause,
    OpeningStock,
    StockChange,
    UnknownStockError,
    adjust,
    open_stock,
)
from kerben.domains.pos import rules
from kerben.domains.pos.errors import DuplicateSaleError, InvalidItemError
from kerben.domains.pos.events import SaleRecorded
from kerben.domains.pos.model import Original, Receipt, Returned, Sale, SaleLine, SaleResult, SaleType
from kerben.domains.pos.repository import devices as device_repository
from kerben.domains.pos.repository import sales as repository
from kerben.domains.pos.repository.sales import KeyRow, ReceiptKey
from kerben.domains.pos.service.prices import settle_prices
from kerben.platform.db import WriteTx
from kerben.platform.errors import DomainError

_CAUSES = {
    SaleType.SALE: AdjustmentCause.POS_SALE,
    SaleType.REFUND: AdjustmentCause.POS_REFUND,
    SaleType.VOID: AdjustmentCause.POS_VOID,
}


class _Book:
    """The receipts that others of the batch refer to, as they stand while the batch goes on."""

    def __init__(self, keys: Sequence[KeyRow], recorded: dict[ReceiptKey, Original]) -> None:
        self._keys: dict[tuple[UUID, str], list[KeyRow]] = {}
        for key in keys:
            self._keys.setdefault((key.shop_id, key.number), []).append(key)
        self._recorded = recorded
        self._by_id = {original.sale_id: original for original in recorded.values()}

    def find(self, receipt: Receipt) -> Original | None:
        """The receipt that this one names: the till's own, else the only one of that number in the shop."""
        if receipt.original_number is None:
            return None
        candidates = self._keys.get((receipt.shop_id, receipt.original_number), [])
        own = [key for key in candidates if key.device_id == receipt.device_id]
        chosen = own or (candidates if len(candidates) == 1 else [])
        return self._recorded.get((chosen[0].device_id, chosen[0].number)) if chosen else None

    def enter(self, sale: Sale) -> None:
        """Let later receipts of the batch see this one."""
        receipt, original = sale.receipt, sale.original
        entry = Original(
            sale_id=sale.id,
            device_id=receipt.device_id,
            number=receipt.number,
            type=receipt.type,
            lines=sale.lines,
            total=sale.total,
            currency=sale.currency,
            returned={},
            voided=False,
            parent_id=original.sale_id if original else None,
        )
        self._recorded[receipt.key] = entry
        self._by_id[sale.id] = entry
        if receipt.type is SaleType.REFUND and original is not None:
            _add(original.returned, sale.lines, 1)
        elif receipt.type is SaleType.VOID and original is not None:
            original.voided = True
            parent = self._by_id.get(original.parent_id) if original.parent_id else None
            if original.type is SaleType.REFUND and parent is not None:
                _add(parent.returned, sale.lines, -1)


def _add(returned: dict[UUID, Returned], lines: Sequence[SaleLine], sign: int) -> None:
    for line in lines:
        entry = returned.setdefault(line.variant_id, Returned())
        entry.qty_milli += sign * line.qty_milli
        entry.amount += sign * line.total


async def record(tx: WriteTx, receipts: Sequence[Receipt]) -> list[SaleResult | DomainError]:
    """Record receipts in the order given; no two may have the same key. Never refused for lack of stock.

    Each result is the recorded sale, or DuplicateSaleError or InvalidItemError, which have changed nothing.
    """
    if len({receipt.key for receipt in receipts}) != len(receipts):
        raise ValueError("a receipt stands twice in one batch")
    sale_ids = [tx.new_id() for _ in receipts]
    won = await repository.claim(tx, receipts, sale_ids)
    fresh = [receipt for receipt in receipts if receipt.key in won]
    known = await _known_sales(tx, [receipt.key for receipt in receipts if receipt.key not in won])
    facts = await find_variants(tx, list({line.key for receipt in fresh for line in receipt.lines})) if fresh else {}
    book = await _open_book(tx, fresh)
    results: list[SaleResult | DomainError] = []
    sales: list[Sale] = []
    for receipt, sale_id in zip(receipts, sale_ids, strict=True):
        if receipt.key not in won:
            results.append(
                DuplicateSaleError(receipt_number=receipt.number, sale_id=str(known.get(receipt.key, "")) or None)
            )
            continue
        try:
            sale = _judge(receipt, sale_id, facts, book)
        except InvalidItemError as error:
            results.append(error)
            continue
        book.enter(sale)
        sales.append(sale)
        results.append(SaleResult(sale.id, receipt.number, sale.total, sale.currency))
    await _drop_rejected(tx, receipts, results)
    if sales:
        await _store(tx, sales, {v.id: v for v in facts.values()})
    return results


async def _known_sales(tx: WriteTx, keys: Sequence[ReceiptKey]) -> dict[ReceiptKey, UUID]:
    return await repository.sale_ids_of(tx, keys) if keys else {}


async def _open_book(tx: WriteTx, receipts: Sequence[Receipt]) -> _Book:
    wanted = [(r.shop_id, r.original_number) for r in receipts if r.original_number is not None]
    if not wanted:
        return _Book([], {})
    keys = await repository.lock_keys(tx, wanted)
    return _Book(keys, await repository.originals(tx, keys))


def _judge(receipt: Receipt, sale_id: UUID, facts: Mapping[VariantKey, VariantFacts], book: _Book) -> Sale:
    if receipt.type is SaleType.VOID:
        original = rules.check_void(book.find(receipt))
        return Sale(sale_id, receipt, original.lines, original.total, original.currency, original)
    lines = rules.resolve(receipt, facts)
    original = rules.check_refund(book.find(receipt), lines) if receipt.type is SaleType.REFUND else None
    currency = facts[receipt.lines[0].key].currency
    return Sale(sale_id, receipt, tuple(lines), sum(line.total for line in lines), currency, original)


async def _drop_rejected(
    tx: WriteTx, receipts: Sequence[Receipt], results: Sequence[SaleResult | DomainError]
) -> None:
    rejected = [
        (receipt, result)
        for receipt, result in zip(receipts, results, strict=True)
        if isinstance(result, InvalidItemError)
    ]
    if not rejected:
        return
    await repository.unclaim(tx, [receipt.key for receipt, _ in rejected])
    await device_repository.log(
        tx,
        [
            (
                receipt.device_id,
                receipt.shop_id,
                "rejected",
                f"{receipt.number}: " + "; ".join(f"{e.pointer} {e.detail}" for e in error.errors[:5]),
            )
            for receipt, error in rejected
        ],
    )


def _direction(sale: Sale) -> int:
    """1 when goods come in, −1 when they go out."""
    if sale.receipt.type is SaleType.SALE:
        return -1
    if sale.receipt.type is SaleType.REFUND:
        return 1
    return 1 if sale.original is not None and sale.original.type is SaleType.SALE else -1


async def _store(tx: WriteTx, sales: Sequence[Sale], facts: Mapping[UUID, VariantFacts]) -> None:
    await _move_stock(
        tx,
        [
            StockChange(
                variant_id=line.variant_id,
                delta_milli=_direction(sale) * line.qty_milli,
                cause=_CAUSES[sale.receipt.type],
                reference=sale.id,
            )
            for sale in sales
            for line in sale.lines
        ],
        facts,
    )
    # After the stock rows are locked, so that of two batches the later one sees what the earlier one sold.
    await settle_prices(tx, sales, facts)
    await repository.insert_sales(tx, sales)
    await _store_references(tx, sales)
    tx.publish(
        *(
            SaleRecorded(
                sale_id=sale.id,
                shop_id=sale.receipt.shop_id,
                device_id=sale.receipt.device_id,
                receipt_number=sale.receipt.number,
                type=sale.receipt.type.value,
                total=sale.total,
                currency=sale.currency,
                sold_at=sale.receipt.sold_at,
            )
            for sale in sales
        )
    )


async def _move_stock(tx: WriteTx, changes: Sequence[StockChange], facts: Mapping[UUID, VariantFacts]) -> None:
    try:
        await adjust(tx, changes)
    except UnknownStockError as error:
        # A till may sell what nobody has counted yet: its stock begins at nothing. Rare, so it costs nobody else.
        missing = [facts[variant_id] for variant_id in error.data["variant_ids"]]
        await open_stock(tx, [OpeningStock(v.id, v.shop_id, v.product_id) for v in missing])
        await adjust(tx, changes)


async def _store_references(tx: WriteTx, sales: Sequence[Sale]) -> None:
    returns: dict[tuple[UUID, UUID], Returned] = {}
    voids: dict[ReceiptKey, UUID] = {}
    for sale in sales:
        original = sale.original
        if original is None:
            continue
        if sale.receipt.type is SaleType.VOID:
            voids[(original.device_id, original.number)] = sale.id
            target, sign = (original.parent_id, -1) if original.type is SaleType.REFUND else (None, 0)
        else:
            target, sign = original.sale_id, 1
        if target is None:
            continue
        for variant_id, sum_ in rules.by_variant(sale.lines).items():
            entry = returns.setdefault((target, variant_id), Returned())
            entry.qty_milli += sign * sum_.qty_milli
            entry.amount += sign * sum_.amount
    # A refund voided in the same batch leaves nothing to write.
    returns = {key: entry for key, entry in returns.items() if entry.qty_milli or entry.amount}
    if returns:
        await repository.add_returns(tx, returns)
    if voids:
        await repository.mark_voided(tx, voids)
