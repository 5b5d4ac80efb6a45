"""Adding products with their opening stock."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog.api import (
    CreatedProduct,
    NewProduct,
    NewVariant,
    ProductFacts,
    add_variant,
    create_products,
    products_by_ids,
)
from kerben.domains.inventory.api import OpeningStock, levels, open_stock
from kerben.domains.merchants.api import ShopAccess
from kerben.flows.goods.views import (
    BulkResult,
    ProductInput,
    StaffProduct,
    StaffVariant,
    VariantInput,
    staff_product,
    staff_variant,
)
from kerben.platform.db import WriteTx
from kerben.platform.errors import DomainError, FieldError, InvalidRequestError, invalid
from kerben.platform.money import Money
from kerben.platform.problems import problem
from kerben.platform.qty import InvalidQuantityError, Unit, to_milli

BULK_MAX = 100
"""Products in one call; more go through an import."""


def check_currency(price: Money, currency: str, pointer: str) -> int:
    """The amount of a price in the market's currency; InvalidRequestError for another one."""
    if price.currency != currency:
        raise invalid(f"{pointer}/currency", f"Цены указывают в {currency}.", "UNSUPPORTED_CURRENCY")
    return price.amount


def check_stock(qty: float, unit: Unit, pointer: str) -> int:
    """Thousandths of a stock that somebody typed: not below zero, pieces whole. InvalidRequestError otherwise."""
    try:
        milli = to_milli(qty, unit)
    except InvalidQuantityError as error:
        raise invalid(pointer, "Штуки — целое число; вес — не больше трёх знаков.", "INVALID_QUANTITY") from error
    if milli < 0:
        raise invalid(pointer, "Остаток не может быть меньше нуля.", "INVALID_QUANTITY")
    return milli


class Draft:
    """A product of a request, its numbers read. Raises InvalidRequestError with every fault."""

    def __init__(self, shop_id: UUID, given: ProductInput, currency: str) -> None:
        faults: list[FieldError] = []
        variants: list[NewVariant] = []
        self.stock: list[int] = []
        for n, variant in enumerate(given.variants):
            try:
                self.stock.append(check_stock(variant.stock_qty, variant.unit, f"/variants/{n}/stock_qty"))
                variants.append(_variant(variant, currency, f"/variants/{n}"))
            except InvalidRequestError as error:
                faults.extend(error.errors)
        if faults:
            raise InvalidRequestError(errors=faults)
        self.product = NewProduct(shop_id, given.name, given.description, given.category_id, variants, given.picture)


def _variant(given: VariantInput, currency: str, pointer: str) -> NewVariant:
    amount = check_currency(given.price, currency, f"{pointer}/price")
    return NewVariant(given.sku, given.barcode, given.attributes, amount, given.unit, currency)


async def add_products(tx: WriteTx, access: ShopAccess, drafts: Sequence[Draft], ip: str) -> list[StaffProduct]:
    """Add products with their stock, all or none, with an entry in the audit log each.

    Raises what `create_products` raises.
    """
    created = await create_products(tx, [draft.product for draft in drafts])
    opening = [
        OpeningStock(variant_id, access.shop_id, made.id, qty)
        for made, draft in zip(created, drafts, strict=True)
        for variant_id, qty in zip(made.variant_ids, draft.stock, strict=True)
    ]
    await open_stock(tx, opening)
    await record(tx, *(_entry(access, *pair, ip) for pair in zip(created, drafts, strict=True)))
    facts = await products_by_ids(tx, [made.id for made in created])
    stock = await levels(tx, [item.variant_id for item in opening])
    return [staff_product(facts[made.id], stock) for made in created]


def _entry(access: ShopAccess, made: CreatedProduct, draft: Draft, ip: str) -> AuditEntry:
    after = {
        "shop_id": str(access.shop_id),
        "name": draft.product.name,
        "variants": [
            {"id": str(i), "sku": v.sku, "price": v.price, "on_hand_milli": qty}
            for i, v, qty in zip(made.variant_ids, draft.product.variants, draft.stock, strict=True)
        ],
    }
    return AuditEntry(
        access.actor, access.role, "product.create", "product", str(made.id), None, after, ip, access.merchant_id
    )  # fmt: skip


async def grow_product(
    tx: WriteTx, access: ShopAccess, product: ProductFacts, given: VariantInput, currency: str, ip: str
) -> StaffVariant:
    """Add a variant with its stock to a product, with an entry in the audit log.

    Raises what `add_variant` raises, with pointers into the variant.
    """
    qty = check_stock(given.stock_qty, given.unit, "/stock_qty")
    made = await add_variant(tx, product.id, _variant(given, currency, ""))
    await open_stock(tx, [OpeningStock(made.id, access.shop_id, product.id, qty)])
    after = {"product_id": str(product.id), "sku": made.sku, "price": made.price, "on_hand_milli": qty}
    entry = AuditEntry(
        access.actor, access.role, "variant.create", "variant", str(made.id), None, after, ip, access.merchant_id
    )  # fmt: skip
    await record(tx, entry)
    return staff_variant(made, (await levels(tx, [made.id])).get(made.id))


async def add_many(
    tx: WriteTx, access: ShopAccess, given: Sequence[ProductInput], currency: str, ip: str
) -> list[BulkResult]:
    """Add products, each for itself: a bad one fails alone, pointers are relative to it.

    All good ones go in together; only where that fails one after the other.
    """
    results: dict[int, BulkResult] = {}
    drafts: dict[int, Draft] = {}
    for n, item in enumerate(given):
        try:
            drafts[n] = Draft(access.shop_id, item, currency)
        except DomainError as error:
            results[n] = _refused(error)
    try:
        async with tx.savepoint():
            added = await add_products(tx, access, list(drafts.values()), ip)
        results.update((n, BulkResult(201, product)) for n, product in zip(drafts, added, strict=True))
    except DomainError:
        for n, draft in drafts.items():
            results[n] = await _add_alone(tx, access, draft, ip)
    return [results[n] for n in range(len(given))]


async def _add_alone(tx: WriteTx, access: ShopAccess, draft: Draft, ip: str) -> BulkResult:
    try:
        async with tx.savepoint():
            return BulkResult(201, (await add_products(tx, access, [draft], ip))[0])
    except DomainError as error:
        return _refused(error)


def _refused(error: DomainError) -> BulkResult:
    document = problem(error)
    return BulkResult(document.status, error=document)
