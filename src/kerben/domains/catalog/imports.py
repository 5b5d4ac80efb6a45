"""Bulk import: rows into products and variants, and the runs that carry a file through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from kerben.domains.catalog import category_repository, change_repository, import_repository, repository
from kerben.domains.catalog.events import ProductChanged
from kerben.domains.catalog.import_model import (
    ImportProgress,
    ImportRow,
    ImportRun,
    ImportStatus,
    NewImport,
    RowFault,
    RowOutcome,
    StoredProduct,
    StoredVariant,
)
from kerben.domains.catalog.import_rules import (
    CategoryIndex,
    CheckedRow,
    blocked_by_barcode,
    category_warning,
    changed_product,
    changed_variant,
    check_rows,
    new_variant,
    off_sale_warning,
)
from kerben.domains.catalog.model import FALLBACK_CATEGORY, PriceChange
from kerben.domains.catalog.repository import ProductRow, VariantRow
from kerben.domains.catalog.rules import VARIANTS_MAX, words_of
from kerben.domains.catalog.service import issue_barcodes, raise_taken, set_prices, store_new
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import IllegalTransitionError, NotFoundError

OPEN: Final = frozenset({ImportStatus.QUEUED, ImportStatus.RUNNING})
"""A run that has not ended."""


class _Plan:
    """What rows would change, worked out against what is stored."""

    def __init__(
        self,
        shop_id: UUID,
        categories: CategoryIndex,
        variants: Sequence[StoredVariant],
        products: Sequence[StoredProduct],
        *,
        revive: bool,
    ) -> None:
        self._shop_id = shop_id
        self._revive = revive
        self._categories = categories
        self._by_sku = {v.sku: v for v in variants}
        self._by_barcode = {v.barcode: v for v in variants if v.barcode is not None}
        self._products = {p.id: p for p in products}
        self._groups = {p.group_key: p.id for p in products if p.group_key is not None}
        self.new_products: dict[UUID, ProductRow] = {}
        self.new_variants: list[VariantRow] = []
        self.product_updates: dict[UUID, StoredProduct] = {}
        self.renamed: list[UUID] = []
        """Products whose name or place on sale changes: tills fetch their variants again."""
        self.variant_updates: list[StoredVariant] = []
        self.prices: dict[UUID, int] = {}
        self.sizes: dict[UUID, int] = {}
        """How many variants the product of each group has."""
        self.grown: set[UUID] = set()
        """Products that were there and whose variants change."""
        self.yielding: set[UUID] = set()
        """Variants whose barcode another row takes."""
        self._blocked: dict[str, str] = {}

    def settle_barcodes(self, rows: Sequence[CheckedRow]) -> None:
        """Find out which rows can have the barcode they want."""
        self._blocked, self.yielding = blocked_by_barcode(rows, self._by_barcode)

    def adopt_groups(self, rows: Sequence[CheckedRow]) -> None:
        """New rows of a group join the product that another row of it already belongs to."""
        for row in rows:
            old = self._by_sku.get(row.sku)
            if row.group_key is not None and old is not None:
                self._groups.setdefault(row.group_key, old.product_id)

    def group_products(self) -> list[UUID]:
        """Products that rows may add variants to."""
        return sorted(set(self._groups.values()))

    def add(self, tx: WriteTx, row: CheckedRow) -> RowOutcome:
        """Plan one row."""
        if (owner := self._blocked.get(row.sku)) is not None:
            text = f"Этот штрихкод в магазине уже носит товар с артикулом {owner}."
            return RowOutcome(row.source.row, "failed", fault=RowFault("barcode", "BARCODE_TAKEN", text))
        old = self._by_sku.get(row.sku)
        return self._add_new(tx, row) if old is None else self._compare(row, old)

    def _add_new(self, tx: WriteTx, row: CheckedRow) -> RowOutcome:
        product_id = self._groups.get(row.group_key) if row.group_key is not None else None
        warnings: tuple[RowFault, ...] = ()
        if product_id is not None and self.sizes.get(product_id, 0) >= VARIANTS_MAX:
            text = f"У товара не больше {VARIANTS_MAX} вариантов: разделите группу."
            return RowOutcome(row.source.row, "failed", fault=RowFault("group", "TOO_MANY_VARIANTS", text))
        if product_id is None:
            category = self._categories.find(row.source.category) if row.source.category else None
            warnings = category_warning(row, category, is_new=True)
            product_id = tx.new_id()
            self.new_products[product_id] = ProductRow(
                product_id, self._shop_id, category.id if category else FALLBACK_CATEGORY, row.name,
                row.description or "", row.picture, row.sku, row.group_key, "",
            )  # fmt: skip
            if row.group_key is not None:
                self._groups[row.group_key] = product_id
        elif product_id not in self.new_products:
            self.grown.add(product_id)
        self.sizes[product_id] = self.sizes.get(product_id, 0) + 1
        variant_id = tx.new_id()
        self.new_variants.append(VariantRow(variant_id, product_id, self._shop_id, new_variant(row)))
        return RowOutcome(row.source.row, "created", variant_id, product_id, warnings=warnings)

    def _compare(self, row: CheckedRow, old: StoredVariant) -> RowOutcome:
        changed = False
        warnings: tuple[RowFault, ...] = ()
        product = self._products[old.product_id]
        # Only the row that made the product speaks for its name and texts: rows of one product may differ in them.
        if product.lead_sku == row.sku:
            category = self._categories.find(row.source.category) if row.source.category else None
            warnings = category_warning(row, category, is_new=False)
            new_product = changed_product(row, product, category, revive=self._revive)
        else:
            new_product = self._revived(product)
        if new_product is not None:
            changed = True
            self.product_updates[product.id] = new_product
            if (new_product.name, new_product.is_active) != (product.name, product.is_active):
                self.renamed.append(product.id)
        if not self._revive and not (old.is_active and product.is_active):
            warnings = (*warnings, off_sale_warning())
        variant = changed_variant(row, old, revive=self._revive)
        if variant is not None:
            changed = True
            self.variant_updates.append(variant)
            self.grown.add(old.product_id)
        own_price = not row.source.price_is_default and row.source.currency == old.currency
        if own_price and row.price != old.price:
            changed = True
            self.prices[old.id] = row.price
        status = "updated" if changed else "unchanged"
        return RowOutcome(row.source.row, status, old.id, old.product_id, warnings=warnings)

    def _revived(self, product: StoredProduct) -> StoredProduct | None:
        """A product off sale, put on sale by a row that is not the one that speaks for it; None when it stays."""
        if not self._revive or product.is_active or product.id in self.product_updates:
            return None
        return msgspec.structs.replace(product, is_active=True)


async def upsert_rows(
    tx: WriteTx,
    shop_id: UUID,
    rows: Sequence[ImportRow],
    *,
    dry_run: bool = False,
    reference: str | None = None,
    revive: bool = False,
) -> list[RowOutcome]:
    """Add or change the variants of a shop as rows of a file say (500–1,000 at once); an outcome per row, in order.

    Rows are matched by SKU within the shop. What a row does not say stays; a row that changes nothing writes nothing,
    so running a file again changes nothing. Categories are never made: an unknown one puts a new product into
    «Прочее» and leaves an old one where it is, with a warning. A new variant without a barcode gets an internal
    EAN-13. Rows may let barcodes change places among them. Goods that were taken off sale are brought up to date and
    stay off sale, with a warning; `revive` puts them on sale again. A bad row fails alone. `dry_run` only tells what
    would happen; `reference` goes into the price history.

    Raises SkuTakenError or BarcodeTakenError when somebody adds the same by hand at this moment: run the rows again.
    """
    checked, faults = check_rows(rows)
    if not dry_run:
        await import_repository.lock_shop(tx, shop_id)
    plan = await _plan(tx, shop_id, checked, revive=revive)
    planned = iter([plan.add(tx, row) for row in checked])
    outcomes = [
        RowOutcome(row.row, "failed", fault=faults[place]) if place in faults else next(planned)
        for place, row in enumerate(rows)
    ]
    if dry_run:
        return [_without_new_ids(outcome) for outcome in outcomes]
    await _write(tx, shop_id, plan, reference)
    return outcomes


async def _plan(tx: ReadTx, shop_id: UUID, rows: Sequence[CheckedRow], *, revive: bool) -> _Plan:
    categories = CategoryIndex(await category_repository.all_categories(tx))
    barcodes = [row.barcode for row in rows if row.barcode is not None]
    variants = await import_repository.stored_variants(tx, shop_id, [row.sku for row in rows], barcodes)
    groups = {row.group_key for row in rows if row.group_key is not None}
    product_ids = {variant.product_id for variant in variants}
    products = await import_repository.stored_products(tx, shop_id, sorted(product_ids), sorted(groups))
    plan = _Plan(shop_id, categories, variants, products, revive=revive)
    plan.settle_barcodes(rows)
    plan.adopt_groups(rows)
    if may_grow := plan.group_products():
        plan.sizes = await import_repository.variant_counts(tx, may_grow)
    return plan


def _without_new_ids(outcome: RowOutcome) -> RowOutcome:
    if outcome.status != "created":
        return outcome
    return RowOutcome(outcome.row, outcome.status, warnings=outcome.warnings)


async def _write(tx: WriteTx, shop_id: UUID, plan: _Plan, reference: str | None) -> None:
    numbered = await issue_barcodes(tx, [row.variant for row in plan.new_variants])
    variants = [
        VariantRow(row.id, row.product_id, row.shop_id, variant)
        for row, variant in zip(plan.new_variants, numbered, strict=True)
    ]
    await import_repository.lock(
        tx,
        sorted(plan.product_updates.keys() | plan.grown),
        sorted({variant.id for variant in plan.variant_updates} | plan.prices.keys()),
    )
    if plan.yielding:
        await import_repository.clear_barcodes(tx, sorted(plan.yielding))
    if updates := list(plan.product_updates.values()):
        await import_repository.update_products(tx, updates)
        await repository.learn_words(tx, [product.name for product in updates])
    await store_new(tx, _with_words(plan, variants), variants)
    if plan.variant_updates:
        try:
            await import_repository.update_variants(tx, plan.variant_updates)
        except asyncpg.UniqueViolationError as error:
            raise_taken(error)
    if plan.renamed:
        await change_repository.touch_variants(tx, plan.renamed)
    if plan.prices:
        await set_prices(tx, [PriceChange(i, price, "import", reference) for i, price in plan.prices.items()])
    if plan.grown:
        await repository.refresh_words(tx, sorted(plan.grown))
    changed = sorted(plan.product_updates.keys() | plan.grown)
    tx.publish(*(ProductChanged(product_id, shop_id) for product_id in changed))


def _with_words(plan: _Plan, variants: Sequence[VariantRow]) -> list[ProductRow]:
    of_product: dict[UUID, list[VariantRow]] = {}
    for row in variants:
        of_product.setdefault(row.product_id, []).append(row)
    return [
        ProductRow(
            p.id, p.shop_id, p.category_id, p.name, p.description, p.picture, p.lead_sku, p.group_key,
            words_of(row.variant for row in of_product[p.id]),
        )
        for p in plan.new_products.values()
    ]  # fmt: skip


async def create_import(tx: WriteTx, new: NewImport) -> UUID:
    """Queue a run of import; its id."""
    run_id = tx.new_id()
    await import_repository.insert_run(tx, run_id, new)
    return run_id


async def import_by_id(tx: ReadTx, run_id: UUID) -> ImportRun:
    """A run; NotFoundError when there is none. Whoever shows it checks that the person may see its shop."""
    found = await import_repository.run(tx, run_id)
    if found is None:
        raise NotFoundError
    return found


async def imports_of_shop(
    tx: ReadTx, shop_id: UUID | None, *, before: UUID | None = None, limit: int = 24, unfinished: bool = False
) -> list[ImportRun]:
    """Runs of a shop, the newest first, that come after `before`.

    `unfinished`: instead all those that have not ended, the oldest first; of every shop when `shop_id` is None.
    """
    if unfinished:
        return await import_repository.open_runs(tx, shop_id)
    return await import_repository.runs_of_shop(tx, shop_id, before, limit) if shop_id is not None else []


async def start_import(tx: WriteTx, run_id: UUID, *, total: int | None = None, attempt: bool = False) -> ImportRun:
    """Mark a run as running, or go on with one that a crash interrupted (see `checkpoint`); `total` rows, if known.

    Holds the run's row until the transaction ends. The run stays queued, as the answer shows, while another run of
    its shop is running or has waited longer: the files of a shop never mix. `attempt` counts that a worker has taken
    the run up; a step forward sets the count to zero. Raises IllegalTransitionError when the run has ended.
    """
    run = await import_repository.hold(tx, run_id)
    if run is None or run.status not in OPEN:
        raise IllegalTransitionError
    if run.status is ImportStatus.QUEUED:
        await import_repository.lock_shop(tx, run.shop_id)
        if await import_repository.must_wait(tx, run_id, run.shop_id):
            return run
    return await import_repository.start(tx, run_id, total, int(attempt))


async def advance_import(tx: WriteTx, run_id: UUID, step: ImportProgress) -> bool:
    """Add a step's counts, faults and checkpoint, in the transaction that wrote its rows.

    False when the run is not running any more (it was cancelled): then the transaction should be rolled back.
    The first 1,000 faults are kept.
    """
    return await import_repository.advance(tx, run_id, step, step.checkpoint)


async def finish_import(tx: WriteTx, run_id: UUID, *, failure: str | None = None) -> bool:
    """End a run as done, or as failed for the reason given (in Russian, for the seller); False if it had ended."""
    status = ImportStatus.DONE if failure is None else ImportStatus.FAILED
    sources = [ImportStatus.RUNNING] if failure is None else [ImportStatus.QUEUED, ImportStatus.RUNNING]
    return await import_repository.finish(tx, run_id, status, sources, failure)


async def cancel_import(tx: WriteTx, run_id: UUID) -> bool:
    """Cancel a run that has not ended; what it has written stays. False if it had ended."""
    return await import_repository.finish(
        tx, run_id, ImportStatus.CANCELLED, [ImportStatus.QUEUED, ImportStatus.RUNNING], None
    )
