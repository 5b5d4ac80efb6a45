"""The console's figures and lists over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user, new_phone
from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.api import AccountKind, platform_account
from kerben.domains.ledger.tests.make import give_balance
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.domains.orders.api import CHARGED_BACK, Contact, Order, mark_paid, need_attention, number_of
from kerben.domains.orders.tests.make import placed
from kerben.domains.payments import refund_repository
from kerben.domains.payments.api import Bearer, Method, NewPayment, RefundWish, create
from kerben.domains.payouts.api import create_due
from kerben.domains.pos.tests.make import make_counter, make_device
from kerben.flows.console.module import MODULE
from kerben.flows.console.summary import day_of
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

ADMIN = "/api/v1/admin"


@pytest.fixture
async def client(http_client: MakeClient) -> httpx.AsyncClient:
    return await http_client(IDENTITY, MODULE)


async def caller(runtime: Runtime, *roles: str) -> dict[str, str]:
    async with runtime.db.write() as tx:
        user = await make_user(tx, roles=roles)
    return await bearer(runtime, user)


async def get(client: httpx.AsyncClient, headers: dict[str, str], path: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"{ADMIN}/{path}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def everything(
    client: httpx.AsyncClient, headers: dict[str, str], path: str, **query: Any
) -> list[dict[str, Any]]:
    """All pages of a list, two entries each."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await get(client, headers, path, limit=2, cursor=cursor, **query)
        assert len(page["items"]) <= 2
        found += page["items"]
        cursor = page["next_cursor"]
    return found


async def pay(db: Database, order: Order) -> None:
    """Let an order's money be here."""
    async with db.write() as tx:
        await mark_paid(tx, [order.id])


@pytest.mark.parametrize("path", ["summary", "orders", "pos-devices", "refunds", "ledger/entries"])
async def test_only_admins_see_the_market(client: httpx.AsyncClient, runtime: Runtime, path: str) -> None:
    assert (await client.get(f"{ADMIN}/{path}")).status_code == 401
    for role in ("buyer", "support", "courier"):
        refused = await client.get(f"{ADMIN}/{path}", headers=await caller(runtime, role))
        assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("orders", {"status": "lost"}),
        ("orders", {"q": "привет"}),
        ("orders", {"q": "12-34"}),
        ("orders", {"q": "1" * 41}),
        ("orders", {"cursor": "!!"}),
        ("orders", {"limit": 101}),
        ("pos-devices", {"status": "broken"}),
        ("pos-devices", {"cursor": "WyJ4Il0"}),
        ("refunds", {"awaiting_bearer": "perhaps"}),
        ("refunds", {"cursor": "WyJ4Il0"}),
        ("ledger/entries", {"account": "cash"}),
        ("ledger/entries", {"account": "merchant_payable"}),
        ("ledger/entries", {"account": "bank", "merchant_id": str(UUID(int=7))}),
        ("ledger/entries", {"cursor": "WzFd"}),
    ],
)
async def test_questions_that_make_no_sense(
    client: httpx.AsyncClient, runtime: Runtime, path: str, query: dict[str, Any]
) -> None:
    answer = await client.get(f"{ADMIN}/{path}", params=query, headers=await caller(runtime, "admin"))
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_summary_counts_what_waits(
    client: httpx.AsyncClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    boss = await caller(runtime, "admin")
    before = await get(client, boss, "summary")
    async with db.write() as tx:
        await make_merchant(tx, verified=False, payouts="none")
        await make_merchant(tx, payouts="pending")
    paid, marked, _ = [await placed(db) for _ in range(3)]
    await pay(db, paid)
    async with db.write() as tx:
        await need_attention(tx, [marked.id], "Нет товара")
    counter = await make_counter(runtime, goods=0)
    await make_device(runtime, counter.shop_id)
    async with db.write() as tx:
        await tx.execute(
            "UPDATE pos.device SET status = 'active', alive_at = $2, last_heartbeat_at = $2 WHERE id = $1",
            counter.device.device_id,
            tx.now - timedelta(seconds=runtime.settings.pos_silence_s + 1),
        )
        await give_balance(tx, counter.merchant_id, 900)
    after = await get(client, boss, "summary")
    grown = {name: after[name] - before[name] for name in before if name != "revenue_today"}
    assert {name: n for name, n in grown.items() if n} == {
        "merchants_unverified": 1,
        "payouts_pending_activation": 1,
        "orders_need_attention": 1,
        "tills_silent": 1,
        "orders_today": 3,
    }
    assert after["revenue_today"]["amount"] - before["revenue_today"]["amount"] == paid.total
    assert after["ledger_difference"] == 0
    clock.advance(hours=24)
    # The day before is over; who signed in yesterday must do so again.
    tomorrow = await get(client, await caller(runtime, "admin"), "summary")
    assert (tomorrow["orders_today"], tomorrow["revenue_today"]["amount"]) == (0, 0)


def test_the_markets_day_begins_at_its_own_midnight() -> None:
    late = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    start, end = day_of(late, "Asia/Bishkek")
    assert (start.astimezone(UTC), end - start) == (datetime(2026, 11, 20, 18, 0, tzinfo=UTC), timedelta(days=1))
    assert day_of(late - timedelta(hours=1), "Asia/Bishkek")[1] == start


@pytest.mark.parametrize(
    ("text", "number"),
    [("K-000123", 123), ("к-000123", 123), ("k123", 123), (" 123 ", 123), ("K-", None), ("12-3", None), ("x1", None)],
)
def test_an_orders_number_is_read_as_people_write_it(text: str, number: int | None) -> None:
    assert number_of(text) == number


async def test_orders_are_found_by_number_phone_status_and_mark(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    boss = await caller(runtime, "admin")
    phone = new_phone()
    async with db.write() as tx:
        merchant = await make_merchant(tx, name="Дом ткани")
        shop = await make_shop(tx, merchant, name="Ряд 5")
    known: dict[str, Any] = {"shop_id": shop, "merchant_id": merchant, "contact": Contact("Нурлан", phone)}
    first, second, third = [await placed(db, **known) for _ in range(3)]
    stray = await placed(db)
    await pay(db, second)
    async with db.write() as tx:
        await need_attention(tx, [third.id], "Нет товара")

    async def ids(**query: Any) -> list[str]:
        return [o["id"] for o in await everything(client, boss, "orders", **query)]

    mine = [str(o.id) for o in (third, second, first)]
    assert (await ids())[:4] == [str(stray.id), *mine]
    spaced = f"0{phone[4:7]} {phone[7:]}"
    assert await ids(q=phone) == await ids(q=spaced) == mine
    assert await ids(q=second.number) == await ids(q=second.number.lower()) == [mine[1]]
    assert await ids(q=phone, status="awaiting_shipment") == [mine[1]]
    assert await ids(q=phone, status="delivered") == []
    assert await ids(q=phone, attention="true") == [mine[0]]
    assert mine[1] in await ids(status="awaiting_shipment")
    assert mine[0] in await ids(attention="true")
    assert await ids(q="K-99999999") == []
    (shown,) = (await get(client, boss, "orders", q=third.number))["items"]
    assert shown | {"created_at": ""} == {
        "id": mine[0], "number": third.number, "shop_id": str(shop), "shop_name": "Ряд 5",
        "merchant_id": str(merchant), "merchant_name": "Дом ткани", "status": "awaiting_payment",
        "payment_method": "card", "total": shown["total"], "created_at": "", "needs_attention": "Нет товара",
        "attention_cause": None, "contact_name": "Нурлан", "contact_phone": phone,
    }  # fmt: skip
    assert shown["total"]["amount"] == third.total
    async with db.write() as tx:
        await need_attention(tx, [first.id], CHARGED_BACK)
    (shown,) = (await get(client, boss, "orders", q=first.number))["items"]
    assert (shown["needs_attention"], shown["attention_cause"]) == (CHARGED_BACK, "charged_back")


async def test_tills_with_their_shops_states_and_discrepancies(
    client: httpx.AsyncClient, db: Database, runtime: Runtime
) -> None:
    boss = await caller(runtime, "admin")
    counter = await make_counter(runtime, goods=1)
    others = [await make_device(runtime, counter.shop_id, f"Касса {n}") for n in (2, 3, 4)]
    silence = timedelta(seconds=runtime.settings.pos_silence_s)
    tills = [counter.device.device_id, *(d.device_id for d in others)]
    async with db.write() as tx:
        heard = [tx.now - silence, tx.now - silence - timedelta(seconds=1), None, tx.now]
        await tx.execute(
            "UPDATE pos.device d SET status = n.status, alive_at = n.heard, last_heartbeat_at = n.heard,"
            " firmware_version = '1.4' FROM unnest($1::uuid[], $2::text[], $3::timestamptz[])"
            " AS n(id, status, heard) WHERE d.id = n.id",
            tills,
            ["active", "active", "registered", "closed"],
            heard,
        )
        await tx.execute(
            "INSERT INTO pos.discrepancy (id, shop_id, variant_id, kind, device_id, reported, ours, opened_at,"
            " seen_at) VALUES ($1, $2, $3, 'stock', $4, 1, 2, $5, $5)",
            new_id(),
            counter.shop_id,
            counter.goods[0].id,
            tills[1],
            tx.now,
        )
    shown = {t["id"]: t for t in await everything(client, boss, "pos-devices")}
    mine = [shown[str(i)] for i in tills]
    assert [t["status"] for t in mine] == ["active", "silent", "registered", "closed"]
    assert [t["pos_status"] for t in mine] == ["pos_active", "pos_offline", "pos_offline", "pos_offline"]
    assert [t["open_discrepancies"] for t in mine] == [0, 1, 0, 0]
    assert (mine[1]["shop"]["id"], mine[1]["merchant"]["id"]) == (str(counter.shop_id), str(counter.merchant_id))
    assert (mine[1]["name"], mine[1]["firmware_version"]) == ("Касса 2", "1.4")
    for state, till in (("active", 0), ("silent", 1), ("registered", 2), ("closed", 3)):
        found = [t["id"] for t in await everything(client, boss, "pos-devices", status=state)]
        assert [i for i in found if i in {str(t) for t in tills}] == [str(tills[till])]
    assert await everything(client, boss, "pos-devices", status="revoked") == []
    assert "secret" not in str(mine)
    assert "token" not in str(mine)


def amounts(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What was booked on which side."""
    return [(e["kind"], *(e[side] and e[side]["amount"] for side in ("debit", "credit"))) for e in entries]


async def test_the_ledger_is_read_side_by_side(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss = await caller(runtime, "admin")
    async with db.write() as tx:
        merchant, other = await make_merchant(tx, name="Ала-Тоо"), await make_merchant(tx)
        await give_balance(tx, merchant, 1_000)
        (payout,) = await create_due(tx, [merchant], "KGS")
        await give_balance(tx, other, 50)
        await give_balance(tx, merchant, 300)
    own = await everything(client, boss, "ledger/entries", merchant_id=str(merchant))
    assert amounts(own) == [
        ("payment_captured", None, 300),
        ("payout_created", 1_000, None),
        ("payment_captured", None, 1_000),
    ]
    assert {(e["account"]["kind"], e["account"]["merchant_name"]) for e in own} == {("merchant_payable", "Ала-Тоо")}
    assert (own[1]["subject"], own[1]["reference"]) == ("payout", str(payout))
    assert own[1]["other"] == {"kind": "payout_transit", "merchant_id": None, "merchant_name": None}
    same = {"account": "merchant_payable", "merchant_id": str(merchant)}
    assert await everything(client, boss, "ledger/entries", **same) == own
    whole = await everything(client, boss, "ledger/entries")
    assert amounts(whole)[:4] == [
        ("payment_captured", 300, None),
        ("payment_captured", None, 300),
        ("payment_captured", 50, None),
        ("payment_captured", None, 50),
    ]
    assert len({(e["transfer_id"], e["debit"] is None) for e in whole}) == len(whole)
    assert len(whole) % 2 == 0
    odd = await get(client, boss, "ledger/entries", limit=3)
    rest = await get(client, boss, "ledger/entries", limit=100, cursor=odd["next_cursor"])
    assert [*odd["items"], *rest["items"]][: len(whole)] == whole
    transit = await everything(client, boss, "ledger/entries", account="payout_transit")
    async with db.read() as tx:
        ref = platform_account(AccountKind.PAYOUT_TRANSIT)
        balance = (await ledger.balances(tx, [ref], "KGS"))[ref]
    total = sum((credit or 0) - (debit or 0) for _, debit, credit in amounts(transit))
    assert (total, len(transit) > 0) == (balance, True)
    assert await everything(client, boss, "ledger/entries", account="acquiring_fees") == []


async def test_refunds_show_whose_they_are(client: httpx.AsyncClient, db: Database, runtime: Runtime) -> None:
    boss = await caller(runtime, "admin")
    async with db.write() as tx:
        merchant_id = await make_merchant(tx)
    order = await placed(db, merchant_id=merchant_id)
    before = (await get(client, boss, "summary"))["refunds_claimed"]
    new = NewPayment(
        subject="order", subject_id=order.id, merchant_id=order.merchant_id, shop_id=order.shop_id,
        amount=order.total, currency=order.currency, method=Method.CASH_ON_RECEIPT,
    )  # fmt: skip
    async with db.write() as tx:
        (payment,) = await create(tx, [new])
        await refund_repository.insert(tx, [(payment, RefundWish(payment.id, "Брак", Bearer.PLATFORM, ("акт",)))])
    shown = (await get(client, boss, "refunds"))["items"][0]
    assert (await get(client, boss, "summary"))["refunds_claimed"] == before + 1
    claim = next(r for r in await everything(client, boss, "refunds", awaiting_bearer=True) if r["id"] == shown["id"])
    assert claim == shown
    assert (shown["order_id"], shown["order_number"]) == (str(order.id), order.number)
    assert (shown["merchant_id"], shown["amount"]["amount"]) == (str(order.merchant_id), order.total)
    assert shown["merchant_name"]
    assert (shown["responsible"], shown["borne_by"], shown["status"]) == ("platform", "seller", "requested")
    assert (shown["reason"], shown["evidence"]) == ("Брак", ["акт"])
    async with db.write() as tx:
        await refund_repository.set_bearer(tx, UUID(shown["id"]), Bearer.SELLER)
    waiting = await everything(client, boss, "refunds", awaiting_bearer=True)
    assert shown["id"] not in {r["id"] for r in waiting}
    assert shown["id"] in {r["id"] for r in (await get(client, boss, "refunds"))["items"]}
