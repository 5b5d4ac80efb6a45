"""A merchant's statement over HTTP on a real database."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerben.domains.identity.module import MODULE as IDENTITY
from kerben.domains.identity.tests.make import bearer, make_user
from kerben.domains.ledger import api as ledger
from kerben.domains.ledger.tests.make import give_balance
from kerben.domains.merchants.api import MerchantAccess, StaffMember, StaffRole, add_staff
from kerben.domains.merchants.tests.make import TEST_KEYS, make_merchant
from kerben.domains.orders.api import Order
from kerben.domains.orders.tests.make import placed
from kerben.domains.payments import api as payments
from kerben.domains.payments.model import change_of
from kerben.domains.payments.tests.make import make_payment
from kerben.domains.payouts import api, statement, statement_export, statement_rules
from kerben.domains.payouts.module import MODULE
from kerben.domains.payouts.tests.fake import FakeBank
from kerben.platform.clock import ManualClock
from kerben.platform.db import Database
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime
from tests.support import MakeClient

Headers = dict[str, str]


async def make_owned(db: Database) -> tuple[Any, UUID]:
    """An owner and his merchant."""
    async with db.write() as tx:
        owner = await make_user(tx)
        return owner, await make_merchant(tx, owner_id=owner.id)


async def sell(db: Database, merchant: UUID, amount: int) -> tuple[Order, payments.PaymentRow]:
    """An order and its captured payment of so much, of which the platform takes 5 % and the acquirer 2,5 %."""
    order = await placed(db, merchant_id=merchant)
    payment = await make_payment(
        db, merchant_id=merchant, subject_id=order.id, amount=amount, commission_bp=500, acquiring_bp=250
    )
    async with db.write() as tx:
        await payments.book(tx, [change_of(payment, payments.PaymentStatus.CAPTURED)])
    return order, payment


async def pay_out(db: Database, merchant: UUID, *, refuse: bool = False) -> UUID:
    """A payout of the whole balance, taken or refused by the bank."""
    bank = FakeBank()
    bank.refuse = refuse
    async with db.write() as tx:
        (payout_id,) = await api.create_due(tx, [merchant], "KGS")
    await api.send_payouts(db, bank, TEST_KEYS)
    return payout_id


async def read(client: httpx.AsyncClient, headers: Headers, merchant: UUID, rest: str = "") -> dict[str, Any]:
    answer = await client.get(f"/api/v1/merchants/{merchant}/statement{rest}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def flat(sums: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    return {one["kind"]: (one["count"], one["amount"]["amount"]) for one in sums}


async def test_all_that_moves_a_balance_is_told_by_kind_and_day(
    http_client: MakeClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    client = await http_client(IDENTITY, MODULE)
    owner, merchant = await make_owned(db)
    await sell(db, merchant, 150_000)
    clock.advance(days=1)
    refused = await pay_out(db, merchant, refuse=True)
    clock.advance(hours=1)
    await pay_out(db, merchant)
    # Twelve hours later it is past midnight in Bishkek, though not in Greenwich.
    clock.advance(hours=12)
    order, payment = await sell(db, merchant, 20_000)
    async with db.write() as tx:
        await payments.hold_for_refund(tx, [payment])
        borne = ledger.Transfer(
            "refund_borne",
            ledger.platform_account(ledger.AccountKind.PLATFORM_REVENUE),
            ledger.merchant_balance(merchant),
            18_500,
            "KGS",
            payment.id,
        )
        await ledger.post(tx, [borne])
    headers = await bearer(runtime, owner)
    found = await read(client, headers, merchant)
    assert (found["first"], found["last"]) == ("2026-11-01", "2026-11-22")
    assert flat(found["sums"]) == {
        "sale": (2, 170_000),
        "commission": (2, -8_500),
        "acquiring_fee": (2, -4_250),
        "refund": (1, -20_000),
        "commission_returned": (1, 1_000),
        "acquiring_fee_returned": (1, 500),
        "compensation": (1, 18_500),
        "payout": (2, -2 * 138_750),
        "payout_returned": (1, 138_750),
    }
    assert found["opening"]["amount"] == 0
    balance = await client.get(f"/api/v1/merchants/{merchant}/balance", headers=headers)
    assert found["closing"] == balance.json()["balance"]
    assert found["closing"]["display"] == "185\u202fсом"
    assert [(d["day"], d["change"]["amount"], d["closing"]["amount"]) for d in found["days"]] == [
        ("2026-11-20", 138_750, 138_750),
        ("2026-11-21", -138_750, 0),
        ("2026-11-22", 18_500, 18_500),
    ]
    part = await read(client, headers, merchant, "?from=2026-11-21&to=2026-11-21")
    assert (part["opening"]["amount"], part["closing"]["amount"]) == (138_750, 0)
    assert len(part["days"]) == 1

    entries = (await read(client, headers, merchant, "/entries?limit=100"))["items"]
    assert len(entries) == 13
    assert entries[0]["order"] == {"id": str(order.id), "number": order.number}
    assert entries[0]["kind"] == "compensation"
    assert entries[0]["balance"]["amount"] == 18_500
    assert {e["payout_id"] for e in entries if e["kind"] == "payout_returned"} == {str(refused)}
    assert all((e["order"] is None) == e["kind"].startswith("payout") for e in entries)


async def test_entries_come_in_pages_and_by_kind(
    http_client: MakeClient, db: Database, runtime: Runtime, clock: ManualClock
) -> None:
    client = await http_client(IDENTITY, MODULE)
    owner, merchant = await make_owned(db)
    for amount in (10_000, 20_000, 30_000):
        await sell(db, merchant, amount)
        clock.advance(minutes=1)
    await pay_out(db, merchant)
    headers = await bearer(runtime, owner)
    everything: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await read(client, headers, merchant, f"/entries?limit=4{cursor}")
        everything += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [e["amount"]["amount"] for e in everything if e["kind"] == "sale"] == [30_000, 20_000, 10_000]
    balance = 0
    for entry in reversed(everything):
        balance += entry["amount"]["amount"]
        assert entry["balance"]["amount"] == balance
    assert len(everything) == 10
    some = (await read(client, headers, merchant, "/entries?kind=sale&kind=payout"))["items"]
    assert [e["kind"] for e in some] == ["payout", "sale", "sale", "sale"]
    assert {e["balance"] for e in some} == {None}
    assert (await read(client, headers, merchant, "/entries?kind=other"))["items"] == []


async def test_the_table_is_read_by_spreadsheets(
    http_client: MakeClient,
    db: Database,
    runtime: Runtime,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statement_export, "PAGE", 2)
    client = await http_client(IDENTITY, MODULE)
    owner, merchant = await make_owned(db)
    async with db.write() as tx:
        await give_balance(tx, merchant, 50)
    clock.advance(days=30)
    order, _ = await sell(db, merchant, 10_001)
    await pay_out(db, merchant)
    url = f"/api/v1/merchants/{merchant}/statement/export"
    answer = await client.get(url, headers=await bearer(runtime, owner))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="statement-2026-12-01-2026-12-20.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert tuple(head) == statement_export.COLUMNS
    assert rows == [
        ["01.12.2026", "", "Остаток на начало", "", "", "", "0,50", "KGS"],
        ["20.12.2026", "12:00:00", "Продажа онлайн", order.number, "100,01", "", "100,51", "KGS"],
        ["20.12.2026", "12:00:00", "Комиссия площадки", order.number, "", "5,00", "95,51", "KGS"],
        ["20.12.2026", "12:00:00", "Комиссия банка", order.number, "", "2,50", "93,01", "KGS"],
        ["20.12.2026", "12:00:00", "Выплата вам", "", "", "93,01", "0,00", "KGS"],
        ["20.12.2026", "", "Остаток на конец", "", "", "", "0,00", "KGS"],
    ]


@pytest.mark.parametrize("path", ["", "/entries", "/export"])
async def test_who_may_not_see_a_statement(
    http_client: MakeClient, db: Database, runtime: Runtime, path: str
) -> None:
    client = await http_client(IDENTITY, MODULE)
    async with db.write() as tx:
        cashier, accountant, stranger = await make_user(tx), await make_user(tx), await make_user(tx)
        merchant = await make_merchant(tx)
        await add_staff(tx, [StaffMember(merchant, cashier.id, StaffRole.CASHIER, None)])
        await add_staff(tx, [StaffMember(merchant, accountant.id, StaffRole.ACCOUNTANT, None)])
    url = f"/api/v1/merchants/{merchant}/statement{path}"
    assert (await client.get(url)).status_code == 401
    assert (await client.get(url, headers=await bearer(runtime, cashier))).status_code == 403
    assert (await client.get(url, headers=await bearer(runtime, stranger))).status_code == 404
    assert (await client.get(url, headers=await bearer(runtime, accountant))).status_code == 200


@pytest.mark.parametrize("path", ["", "/entries", "/export"])
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-05&to=2026-11-04", "/from"),
        ("from=2025-11-19", "/from"),
        ("to=2026-11-21", "/to"),
        ("from=2026-11-21", "/from"),
        ("from=0001-01-01&to=0001-01-01", "/from"),
    ],
)
async def test_days_that_cannot_be_shown(
    http_client: MakeClient, db: Database, runtime: Runtime, path: str, query: str, pointer: str
) -> None:
    client = await http_client(IDENTITY, MODULE)
    owner, merchant = await make_owned(db)
    async with db.write() as tx:
        await give_balance(tx, merchant, 50)
    headers = await bearer(runtime, owner)
    answer = await client.get(f"/api/v1/merchants/{merchant}/statement{path}?{query}", headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    assert (await read(client, headers, merchant))["closing"]["amount"] == 50


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "kind=gift",
        "from=yesterday",
        "to=2026-02-30",
        "cursor=%21",
        "cursor=WyIyMDI2LTExLTIwVDA2OjAwOjAwIiwxXQ",
    ],
)
async def test_bad_queries_of_entries_are_refused(
    http_client: MakeClient, db: Database, runtime: Runtime, query: str
) -> None:
    """The last cursor names a moment without a time zone."""
    client = await http_client(IDENTITY, MODULE)
    owner, merchant = await make_owned(db)
    headers = await bearer(runtime, owner)
    answer = await client.get(f"/api/v1/merchants/{merchant}/statement/entries?{query}", headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await read(client, headers, merchant, "/entries"))["items"] == []


booked = st.lists(
    st.tuples(
        st.sampled_from([*statement_rules.KINDS, "gift"]), st.booleans(), st.integers(1, 10**9), st.integers(0, 30)
    ),
    max_size=20,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=booked, first=st.integers(0, 12), length=st.integers(0, 12))
async def test_opening_and_what_moved_are_the_closing(
    db: Database, moves: list[tuple[str, bool, int, int]], first: int, length: int
) -> None:
    db.clock = clock = ManualClock(datetime(2026, 11, 20, 6, 0, tzinfo=UTC))
    merchant = new_id()
    ref, other = ledger.merchant_balance(merchant), ledger.platform_account(ledger.AccountKind.ACQUIRER_RECEIVABLE)
    for kind, into, amount, hours in moves:
        async with db.write() as tx:
            sides = (other, ref) if into else (ref, other)
            await ledger.post(tx, [ledger.Transfer(kind, *sides, amount, "KGS", new_id())])
        clock.advance(hours=hours)
    access = MerchantAccess(merchant, StaffRole.OWNER.value, new_id())
    today = clock.now().astimezone(statement_rules.ZONE).date()
    since = max(today - timedelta(days=first), date(2026, 11, 1))
    until = min(since + timedelta(days=length), today)
    async with db.snapshot() as tx:
        whole = statement_rules.period(tx.now, since, today)
        period = statement_rules.period(tx.now, since, until)
        found = await statement.statement(tx, access, period, "KGS")
        to_date = await statement.statement(tx, access, whole, "KGS")
        balance = (await ledger.balances(tx, [ref], "KGS"))[ref]
        entries = await statement.newest(tx, access, period, "KGS", limit=100)
        file = b"".join([p async for p in statement_export.to_csv(db, access, period, "KGS", found.opening)])
    assert found.opening + sum(s.amount for s in found.sums) == found.closing
    assert found.opening + sum(d.change for d in found.days) == found.closing
    assert [d.closing for d in found.days][-1:] in ([], [found.closing])
    assert to_date.closing == balance
    assert to_date.opening == found.opening
    assert sum(s.count for s in found.sums) == len(entries)
    assert sum(e.amount for e in entries) == found.closing - found.opening
    assert [e.balance for e in entries[:1]] in ([], [found.closing])
    lines = list(csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == len(entries) + 3
    assert lines[-1][6].replace(",", "") == f"{found.closing:0=+04d}".removeprefix("+")
