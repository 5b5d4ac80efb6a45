"""Products, variants and prices on a real database."""

from __future__ import annotations

import asyncio
import time

import pytest

from kerben.domains.catalog.api import (
    FALLBACK_CATEGORY,
    NewProduct,
    NewVariant,
    PriceChange,
    ProductPatch,
    VariantKey,
    VariantPatch,
    changed_variants,
    check_digit,
    create_products,
    find_variants,
    price_history,
    products_by_ids,
    set_prices,
    update_product,
    update_variant,
    variants_by_ids,
)
from kerben.domains.catalog.barcodes import scale_template
from kerben.domains.catalog.errors import (
    BarcodeTakenError,
    InvalidBarcodeError,
    SkuTakenError,
    VersionMismatchError,
)
from kerben.domains.catalog.events import PriceChanged, ProductChanged
from kerben.domains.catalog.live import messages
from kerben.domains.catalog.module import MODULE
from kerben.domains.catalog.tests.make import make_category, make_product
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.errors import InvalidRequestError, NotFoundError
from kerben.platform.ids import new_id
from kerben.platform.qty import Unit


async def count_products(db: Database, shop_id: object) -> int:
    async with db.read() as tx:
        return int(await tx.fetchval("SELECT count(*) FROM catalog.product WHERE shop_id = $1", shop_id))


async def events_about(db: Database, key: object) -> list[str]:
    async with db.read() as tx:
        rows = await tx.fetch("SELECT name FROM platform.outbox WHERE key = $1 ORDER BY id", str(key))
    return [row["name"] for row in rows]


async def test_a_product_is_stored_with_its_variants(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        category_id = await make_category(tx)
        created = await make_product(
            tx, shop_id, variants=3, price=99_900, category_id=category_id, barcode="4006381333931"
        )
    async with db.read() as tx:
        product = (await products_by_ids(tx, [created.id, new_id()]))[created.id]
    assert product.category_id == category_id
    assert product.version == 1
    assert [v.id for v in product.variants] == created.variant_ids
    assert product.variants[0].barcode == "4006381333931"
    issued = [v.barcode or "" for v in product.variants[1:]]
    assert len(set(issued)) == 2
    assert all(code.startswith("29") and int(code[-1]) == check_digit(code[:-1]) for code in issued)
    assert {v.price for v in product.variants} == {99_900}
    assert await events_about(db, created.id) == ["catalog.product_created.v1"]


async def test_what_is_wrong_with_a_new_product_is_said_and_nothing_is_added(db: Database) -> None:
    shop_id = new_id()
    good = NewVariant("A", None, {}, 100)

    async def refused(*variants: NewVariant, category: object = FALLBACK_CATEGORY) -> str:
        product = NewProduct(shop_id, "Чайник", "", category, list(variants))  # pyright: ignore[reportArgumentType]
        with pytest.raises((InvalidRequestError, InvalidBarcodeError, SkuTakenError)) as caught:
            async with db.write() as tx:
                await create_products(tx, [product])
        return caught.value.errors[0].pointer

    assert await refused() == "/variants"
    assert await refused(NewVariant(" ", None, {}, 100)) == "/variants/0/sku"
    assert await refused(good, NewVariant("B", "4006381333932", {}, 100)) == "/variants/1/barcode"
    assert await refused(NewVariant("B", None, {}, 0)) == "/variants/0/price"
    assert await refused(good, good) == "/variants/1/sku"
    assert await refused(good, category=new_id()) == "/category_id"
    assert await count_products(db, shop_id) == 0


async def test_sku_and_barcode_are_unique_within_a_shop_only(db: Database) -> None:
    shop_id, other = new_id(), new_id()
    async with db.write() as tx:
        await make_product(tx, shop_id, sku="A-1", barcode="4006381333931")
        await make_product(tx, other, sku="A-1", barcode="4006381333931")
    with pytest.raises(SkuTakenError):
        async with db.write() as tx:
            await make_product(tx, shop_id, sku="A-1")
    with pytest.raises(BarcodeTakenError):
        async with db.write() as tx:
            await make_product(tx, shop_id, barcode="04006381333931")
    assert await count_products(db, shop_id) == 1


async def test_two_sellers_add_the_same_sku_at_once_and_one_is_refused(db: Database) -> None:
    shop_id = new_id()

    async def add() -> object:
        try:
            async with db.write() as tx:
                created = await make_product(tx, shop_id, sku="RACE")
                await asyncio.sleep(0)
                return created
        except SkuTakenError as error:
            return error

    results = await asyncio.gather(add(), add())
    assert sum(isinstance(r, SkuTakenError) for r in results) == 1
    assert await count_products(db, shop_id) == 1


async def test_variants_are_found_by_id_sku_and_barcode_in_their_shop(db: Database) -> None:
    shop_id, other = new_id(), new_id()
    async with db.write() as tx:
        first = await make_product(tx, shop_id, sku="F-1", barcode="036000291452")
        scale = await make_product(tx, shop_id, sku="W-1", barcode=scale_template("20", "12345"), unit=Unit.KG)
        await make_product(tx, other, sku="F-1")
    weighed = "201234501500" + str(check_digit("201234501500"))
    keys = {
        "id": VariantKey(shop_id, "id", str(first.variant_ids[0])),
        "sku": VariantKey(shop_id, "sku", "F-1"),
        "barcode": VariantKey(shop_id, "barcode", "36000291452"),
        "scale": VariantKey(shop_id, "barcode", weighed),
        "foreign": VariantKey(other, "id", str(first.variant_ids[0])),
        "nonsense": VariantKey(shop_id, "id", "x"),
        "broken": VariantKey(shop_id, "barcode", "123"),
    }
    async with db.read() as tx:
        found = await find_variants(tx, [*keys.values(), keys["sku"]])
        assert await find_variants(tx, []) == {}
    ids = {name: found[key].id for name, key in keys.items() if key in found}
    own = first.variant_ids[0]
    assert ids == {"id": own, "sku": own, "barcode": own, "scale": scale.variant_ids[0]}


async def test_an_exact_barcode_wins_over_the_template_of_a_scale_code(db: Database) -> None:
    shop_id = new_id()
    weighed = "201234501500" + str(check_digit("201234501500"))
    async with db.write() as tx:
        exact = await make_product(tx, shop_id, barcode=weighed)
        await make_product(tx, shop_id, barcode=scale_template("20", "12345"), unit=Unit.KG)
    key = VariantKey(shop_id, "barcode", weighed)
    async with db.read() as tx:
        assert (await find_variants(tx, [key]))[key].id == exact.variant_ids[0]


async def test_prices_change_once_with_history_and_event(db: Database, clock: ManualClock) -> None:
    async with db.write() as tx:
        a = await make_product(tx, new_id(), price=100)
        b = await make_product(tx, new_id(), price=200)
    first, second = a.variant_ids[0], b.variant_ids[0]
    async with db.write() as tx:
        changed = await set_prices(
            tx,
            [
                PriceChange(first, 110, "pos", "r1"),
                PriceChange(second, 200, "pos"),
                PriceChange(first, 120, "pos", "r2"),
                PriceChange(second, 0, "pos"),
                PriceChange(new_id(), 5, "pos"),
            ],
        )
    assert changed == [first]
    async with db.read() as tx:
        history = await price_history(tx, first)
        variants = await variants_by_ids(tx, [first, second])
        assert await price_history(tx, second) == []
    assert [(p.old_price, p.new_price, p.source, p.reference, p.at) for p in history] == [
        (100, 120, "pos", "r2", clock.now())
    ]
    assert (variants[first].price, variants[first].version) == (120, 2)
    assert (variants[second].price, variants[second].version) == (200, 1)
    assert await events_about(db, a.id) == ["catalog.product_created.v1", "catalog.price_changed.v1"]
    assert await events_about(db, b.id) == ["catalog.product_created.v1"]


def test_open_pages_hear_of_prices_and_changes() -> None:
    product_id, variant_id, shop_id = new_id(), new_id(), new_id()
    price, changed = (
        messages(PriceChanged(product_id, variant_id, shop_id, 100, 250, "KGS", "pos")),
        messages(ProductChanged(product_id, shop_id)),
    )
    assert [topic for topic, _, _ in price] == [f"product:{product_id}", f"shop:{shop_id}"]
    assert {kind for _, kind, _ in price} == {"price_changed"}
    assert price[0][2]["price"]["amount"] == 250
    assert [kind for _, kind, _ in changed] == ["product_changed"] * 2


async def test_racing_price_changes_leave_a_history_without_gaps(db: Database) -> None:
    async with db.write() as tx:
        created = await make_product(tx, new_id(), price=1)
    variant_id = created.variant_ids[0]

    async def change(price: int) -> None:
        async with db.write() as tx:
            await set_prices(tx, [PriceChange(variant_id, price, "pos")])

    await asyncio.gather(*(change(price) for price in range(2, 22)))
    async with db.read() as tx:
        history = (await price_history(tx, variant_id))[::-1]
        current = (await variants_by_ids(tx, [variant_id]))[variant_id]
    assert [p.old_price for p in history] == [1, *(p.new_price for p in history[:-1])]
    assert history[-1].new_price == current.price
    assert current.version == 1 + len(history) == 21


async def test_a_change_by_hand_needs_the_version_that_was_seen(db: Database) -> None:
    async with db.write() as tx:
        created = await make_product(tx, new_id(), price=100)
    variant_id = created.variant_ids[0]
    async with db.write() as tx:
        product = await update_product(tx, created.id, ProductPatch(name=" Сарафан  льняной "), expected_version=1)
        variant = await update_variant(tx, variant_id, VariantPatch(price=150), expected_version=1)
    assert (product.name, product.version) == ("Сарафан льняной", 2)
    assert (variant.price, variant.version, variant.product_name) == (150, 2, "Сарафан льняной")
    with pytest.raises(VersionMismatchError):
        async with db.write() as tx:
            await update_product(tx, created.id, ProductPatch(name="Другое"), expected_version=1)
    with pytest.raises(VersionMismatchError):
        async with db.write() as tx:
            await update_variant(tx, variant_id, VariantPatch(price=1), expected_version=1)
    with pytest.raises(NotFoundError):
        async with db.write() as tx:
            await update_variant(tx, new_id(), VariantPatch(price=1))
    async with db.read() as tx:
        after = (await products_by_ids(tx, [created.id]))[created.id]
        assert [p.source for p in await price_history(tx, variant_id)] == ["seller"]
    assert (after.name, after.version, after.variants[0].price) == ("Сарафан льняной", 2, 150)


async def test_a_variant_cannot_take_anothers_barcode(db: Database) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        await make_product(tx, shop_id, barcode="4006381333931")
        created = await make_product(tx, shop_id)
    variant_id = created.variant_ids[0]
    with pytest.raises(BarcodeTakenError):
        async with db.write() as tx:
            await update_variant(tx, variant_id, VariantPatch(barcode="4006381333931", price=1))
    async with db.read() as tx:
        variant = (await variants_by_ids(tx, [variant_id]))[variant_id]
    assert (variant.price, variant.version) == (150_000, 1)


async def test_tills_fetch_what_changed(db: Database, clock: ManualClock) -> None:
    shop_id = new_id()
    async with db.write() as tx:
        old = await make_product(tx, shop_id, variants=2)
    since = clock.advance(minutes=5)
    async with db.write() as tx:
        new = await make_product(tx, shop_id)
        await update_product(tx, old.id, ProductPatch(is_active=False))
    async with db.read() as tx:
        everything = await changed_variants(tx, shop_id)
        recent = await changed_variants(tx, shop_id, since=since)
        first = (await changed_variants(tx, shop_id, limit=1))[0]
        rest = await changed_variants(tx, shop_id, after=(first.updated_at, first.id))
    assert {v.id for v in everything} == {*old.variant_ids, *new.variant_ids}
    assert {v.id: v.is_active for v in recent} == {**dict.fromkeys(old.variant_ids, False), new.variant_ids[0]: True}
    assert {first.id, *(v.id for v in rest)} == {v.id for v in everything}


async def test_two_thousand_variants_are_added_within_a_second(db: Database) -> None:
    shop_id = new_id()
    products = [
        NewProduct(
            shop_id,
            f"Футболка хлопковая {n}",
            "Мягкий хлопок, плотность 180 г/м²",
            FALLBACK_CATEGORY,
            [NewVariant(f"T-{n}-{k}", None, {"size": str(k), "colour": "белый"}, 50_000 + n) for k in range(4)],
        )
        for n in range(500)
    ]
    began = time.perf_counter()
    async with db.write() as tx:
        created = await create_products(tx, products)
    elapsed_s = time.perf_counter() - began
    assert sum(len(c.variant_ids) for c in created) == 2000
    assert elapsed_s < 3, "a second on an idle machine; the margin is for a busy one"
    print(f"{elapsed_s:.2f} s")  # noqa: T201


async def test_the_invariants_hold_after_all_that(db: Database) -> None:
    async with db.read() as tx:
        counts = [len(await tx.fetch(sql)) for sql in MODULE.checks.values()]
    assert counts == [0] * len(MODULE.checks)
