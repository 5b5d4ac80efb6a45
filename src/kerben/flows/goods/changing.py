"""Changing goods by hand, under the condition that they still are what the person saw."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

import msgspec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog.api import (
    ProductFacts,
    ProductPatch,
    VariantFacts,
    VariantPatch,
    products_by_ids,
    update_product,
    update_variant,
    variants_by_ids,
)
from kerben.domains.inventory.api import (
    AdjustmentCause,
    OpeningStock,
    StockChange,
    StockLevel,
    adjust,
    levels,
    open_stock,
)
from kerben.domains.media.api import URL_PREFIX, attach_media
from kerben.domains.merchants.api import ShopAccess, StaffRole, shop_access
from kerben.flows.goods.adding import check_currency, check_stock
from kerben.flows.goods.views import (
    ProductChange,
    StaffProduct,
    StaffVariant,
    VariantChange,
    staff_product,
    staff_variant,
)
from kerben.platform.access import Principal
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.http import PreconditionFailedError, PreconditionRequiredError
from kerben.platform.money import Money

KEEPERS: Final = (StaffRole.OWNER, StaffRole.MANAGER, StaffRole.STOREKEEPER)
"""Who may change goods."""

NOTE_MAX: Final = 500

_VARIANT_ETAG: Final = re.compile(r'"(\d{1,9})\.(-?\d{1,18})\.(\d{1,18})"')
_PRODUCT_ETAG: Final = re.compile(r'"(\d{1,9})"')


class Seen(msgspec.Struct, frozen=True):
    """What the caller saw of a variant, by its ETag."""

    version: int
    on_hand_milli: int
    reserved_milli: int


def read_variant_match(header: str | None) -> Seen | None:
    """If-Match of a variant; None for none or "*". Raises PreconditionFailedError for what no variant ever had."""
    if header is None or header.strip() == "*":
        return None
    match = _VARIANT_ETAG.fullmatch(header.strip())
    if match is None:
        raise PreconditionFailedError
    return Seen(int(match[1]), int(match[2]), int(match[3]))


def read_product_match(header: str | None) -> int | None:
    """If-Match of a product as its version; None for none or "*". Raises PreconditionFailedError."""
    if header is None or header.strip() == "*":
        return None
    match = _PRODUCT_ETAG.fullmatch(header.strip())
    if match is None:
        raise PreconditionFailedError
    return int(match[1])


async def product_of_staff(
    tx: ReadTx, principal: Principal, product_id: UUID, roles: tuple[StaffRole, ...] | None = None
) -> tuple[ShopAccess, ProductFacts]:
    """A product that a person may see or, with `roles`, change. Raises NotFoundError, ForbiddenError."""
    product = (await products_by_ids(tx, [product_id])).get(product_id)
    if product is None:
        raise NotFoundError
    return await shop_access(tx, principal, product.shop_id, roles), product


async def variant_of_staff(
    tx: ReadTx, principal: Principal, variant_id: UUID, roles: tuple[StaffRole, ...] | None = None
) -> tuple[ShopAccess, VariantFacts]:
    """A variant that a person may see or, with `roles`, change. Raises NotFoundError, ForbiddenError."""
    variant = (await variants_by_ids(tx, [variant_id])).get(variant_id)
    if variant is None:
        raise NotFoundError
    return await shop_access(tx, principal, variant.shop_id, roles), variant


async def show_product(tx: ReadTx, product: ProductFacts) -> StaffProduct:
    """A product with its stock."""
    return staff_product(product, await levels(tx, [variant.id for variant in product.variants]))


async def show_variant(tx: ReadTx, variant: VariantFacts) -> StaffVariant:
    """A variant with its stock."""
    return staff_variant(variant, (await levels(tx, [variant.id])).get(variant.id))


async def change_product(
    tx: WriteTx, access: ShopAccess, before: ProductFacts, change: ProductChange, version: int | None, ip: str
) -> StaffProduct:
    """Change a product's own fields. `version`: as the caller saw it, None for whatever is there.

    Another `picture`, an address, takes the place of all uploaded ones. Raises VersionMismatchError (412),
    InvalidRequestError.
    """
    if isinstance(change.picture, str) and change.picture.startswith(URL_PREFIX) and change.picture != before.picture:
        # By its address alone an upload would be swept while the product still shows it.
        raise invalid("/picture", "Загруженные картинки задают списком pictures.", "USE_PICTURES")
    patch = ProductPatch(change.name, change.description, change.category_id, change.picture, change.is_active)
    after = await update_product(tx, before.id, patch, expected_version=version)
    if change.picture is not msgspec.UNSET and not after.pictures:
        await attach_media(tx, before.id, access.merchant_id, access.actor, [])
    old, new = _difference(before, after, ("name", "description", "category_id", "picture", "is_active"))
    if new:
        await _audit(tx, access, "product.update", "product", before.id, old, new, ip)
    return await show_product(tx, after)


async def change_variant(
    tx: WriteTx,
    access: ShopAccess,
    before: VariantFacts,
    change: VariantChange,
    match: str | None,
    *,
    currency: str,
    ip: str,
) -> StaffVariant:
    """Change a variant, its price and its stock, all or nothing.

    Raises PreconditionRequiredError (428) for price or stock without If-Match, PreconditionFailedError or
    VersionMismatchError (412) when they are not what the caller saw, SkuTakenError, BarcodeTakenError,
    InvalidBarcodeError, InvalidRequestError.
    """
    stock_asked = change.stock_qty is not msgspec.UNSET or change.on_hand is not msgspec.UNSET
    if match is None and (stock_asked or change.price is not msgspec.UNSET):
        raise PreconditionRequiredError
    seen = read_variant_match(match)
    price = check_currency(change.price, currency, "/price") if isinstance(change.price, Money) else msgspec.UNSET
    patch = VariantPatch(change.sku, change.barcode, change.attributes, price, change.is_active)
    after = await update_variant(tx, before.id, patch, expected_version=seen.version if seen else None)
    old, new = _difference(before, after, ("sku", "barcode", "attributes", "price", "is_active"))
    if stock_asked:
        level, was = await _set_stock(tx, access, before, change, seen)
        old["on_hand_milli"], new["on_hand_milli"] = was, level.on_hand_milli
    if new:
        await _audit(tx, access, "variant.update", "variant", before.id, old, new, ip)
    return await show_variant(tx, after)


async def _set_stock(
    tx: WriteTx, access: ShopAccess, variant: VariantFacts, change: VariantChange, seen: Seen | None
) -> tuple[StockLevel, int]:
    """Set stock as asked; the level after it, and on hand before it."""
    note = _note(change.note)
    level = (await levels(tx, [variant.id])).get(variant.id)
    if level is None:
        await open_stock(tx, [OpeningStock(variant.id, variant.shop_id, variant.product_id)])
        level = (await levels(tx, [variant.id]))[variant.id]
    base = seen or Seen(0, level.on_hand_milli, level.reserved_milli)
    target = _target(variant, change, base)
    delta = target - base.on_hand_milli
    moved = StockChange(
        variant_id=variant.id, delta_milli=delta, cause=AdjustmentCause.MANUAL, actor_id=access.actor, note=note
    )
    # The adjustment takes the lock and shows what really is there now: when that is not what was asked for, a till or
    # an order came in between, and all of it is undone.
    after = (await adjust(tx, [moved])).get(variant.id, level)
    stale = after.on_hand_milli != target
    if isinstance(change.stock_qty, (int, float)):
        stale = stale or after.reserved_milli != base.reserved_milli
    if stale:
        raise PreconditionFailedError
    return after, after.on_hand_milli - delta


def _target(variant: VariantFacts, change: VariantChange, base: Seen) -> int:
    counted, free = change.on_hand, change.stock_qty
    if isinstance(counted, (int, float)) and isinstance(free, (int, float)):
        raise invalid("/on_hand", "Укажите что-то одно: on_hand или stock_qty.")
    if isinstance(counted, (int, float)):
        return check_stock(counted, variant.unit, "/on_hand")
    assert isinstance(free, (int, float))  # noqa: S101 - one of the two is there
    return check_stock(free, variant.unit, "/stock_qty") + base.reserved_milli


def _note(text: str | None) -> str | None:
    plain = (text or "").strip()
    if len(plain) > NOTE_MAX or "\x00" in plain:
        raise invalid("/note", f"Не больше {NOTE_MAX} знаков.", "TOO_LONG")
    return plain or None


def _difference(
    before: ProductFacts | VariantFacts, after: ProductFacts | VariantFacts, fields: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that changed, before and after, as JSON can hold them."""
    changed = [name for name in fields if getattr(before, name) != getattr(after, name)]
    return (
        {name: msgspec.to_builtins(getattr(before, name)) for name in changed},
        {name: msgspec.to_builtins(getattr(after, name)) for name in changed},
    )


async def _audit(
    tx: WriteTx,
    access: ShopAccess,
    action: str,
    entity: str,
    entity_id: UUID,
    old: dict[str, Any],
    new: dict[str, Any],
    ip: str,
) -> None:
    entry = AuditEntry(
        access.actor, access.role, action, entity, str(entity_id), old, new, ip, access.merchant_id
    )  # fmt: skip
    await record(tx, entry)
