"""Merchants, shops, staff and access on a real database."""

from __future__ import annotations

import pytest

from kerben.domains.merchants.api import (
    PayoutStatus,
    StaffMember,
    StaffRole,
    add_staff,
    list_shop_ids,
    merchant_access,
    merchants_by_ids,
    onboard_payout,
    payout_accounts,
    set_payout_status,
    set_verified,
    shop_access,
    shops_by_ids,
    shops_near,
    shops_of_merchant,
    staff_of_merchant,
)
from kerben.domains.merchants.errors import PayoutTransitionError
from kerben.domains.merchants.module import MODULE
from kerben.domains.merchants.tests.make import TEST_KEYS, make_merchant, make_shop
from kerben.platform.access import Principal
from kerben.platform.db import Database
from kerben.platform.errors import ForbiddenError, InvalidRequestError, NotFoundError
from kerben.platform.ids import new_id
from kerben.platform.secrets import Keyring, UnsealError


def person(user_id: object = None, *roles: str) -> Principal:
    return Principal(user_id or new_id(), new_id(), frozenset({"buyer", *roles}), second_factor=True)  # pyright: ignore[reportArgumentType]


async def events_about(db: Database, key: object) -> list[str]:
    async with db.read() as tx:
        rows = await tx.fetch("SELECT name FROM platform.outbox WHERE key = $1 ORDER BY id", str(key))
    return [row["name"] for row in rows]


async def test_builders_make_a_shop_that_may_sell(db: Database) -> None:
    async with db.write() as tx:
        merchant_id = await make_merchant(tx)
        shop_id = await make_shop(tx, merchant_id)
        bare = await make_merchant(tx, verified=False, payouts="none")
    async with db.read() as tx:
        shop = (await shops_by_ids(tx, [shop_id, new_id()]))[shop_id]
        facts = await merchants_by_ids(tx, [merchant_id, bare])
        assert [s.id for s in await shops_of_merchant(tx, merchant_id)] == [shop_id]
    assert (shop.merchant_id, shop.verified, shop.payout_status) == (merchant_id, True, PayoutStatus.ACTIVE)
    assert (shop.eligibility_mode, shop.price_master) == ("pos", "pos")
    assert shop.hours == {"mon": "09:00-18:00", "sun": "closed"}
    assert (facts[bare].verified, facts[bare].payout_status) == (False, PayoutStatus.NONE)
    assert await events_about(db, merchant_id) == [
        "merchants.merchant_verified.v1",
        "merchants.payout_status_changed.v1",
        "merchants.payout_status_changed.v1",
    ]
    assert await events_about(db, shop_id) == ["merchants.shop_created.v1"]


async def test_access_is_by_membership_role_and_shop(db: Database) -> None:
    owner, cashier, stranger, boss = person(), person(), person(), person(None, "admin")
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, owner_id=owner.user_id)
        shop_id, other_shop = await make_shop(tx, merchant_id), await make_shop(tx, merchant_id)
        foreign = await make_shop(tx, await make_merchant(tx, owner_id=stranger.user_id))
        await add_staff(tx, [StaffMember(merchant_id, cashier.user_id, StaffRole.CASHIER, [shop_id])])
    async with db.read() as tx:
        assert (await merchant_access(tx, owner, merchant_id, [StaffRole.OWNER])).role == "owner"
        access = await shop_access(tx, cashier, shop_id)
        assert (access.merchant_id, access.role, access.actor) == (merchant_id, "cashier", cashier.user_id)
        assert (await shop_access(tx, boss, shop_id, [StaffRole.OWNER])).role == "admin"
        assert (await merchant_access(tx, boss, merchant_id, [])).role == "admin"
        with pytest.raises(ForbiddenError):
            await shop_access(tx, cashier, shop_id, [StaffRole.OWNER, StaffRole.MANAGER])
        for who, where in ((cashier, other_shop), (owner, foreign), (stranger, shop_id), (boss, new_id())):
            with pytest.raises(NotFoundError):
                await shop_access(tx, who, where)
        for who, which in ((stranger, merchant_id), (boss, new_id())):
            with pytest.raises(NotFoundError):
                await merchant_access(tx, who, which)


async def test_an_owner_stays_the_owner(db: Database) -> None:
    owner, other = new_id(), new_id()
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, owner_id=owner)
        await add_staff(tx, [StaffMember(merchant_id, owner, StaffRole.CASHIER)])
        await add_staff(tx, [StaffMember(merchant_id, other, StaffRole.CASHIER)])
        await add_staff(tx, [StaffMember(merchant_id, other, StaffRole.MANAGER)])
        with pytest.raises(ValueError, match="owners are not added"):
            await add_staff(tx, [StaffMember(merchant_id, other, StaffRole.OWNER)])
    async with db.read() as tx:
        staff = {member.user_id: member.role for member in await staff_of_merchant(tx, merchant_id)}
    assert staff == {owner: StaffRole.OWNER, other: StaffRole.MANAGER}


async def test_account_numbers_are_sealed(db: Database) -> None:
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, account_number="1180 0000 9999 0001")
        bare = await make_merchant(tx, payouts="none")
    async with db.read() as tx:
        accounts = await payout_accounts(tx, [merchant_id, bare], TEST_KEYS)
        stored = await tx.fetchval("SELECT merchant::text FROM merchants.merchant WHERE id = $1", merchant_id)
        with pytest.raises(UnsealError):
            await payout_accounts(tx, [merchant_id], Keyring("another-master-secret-another-secret"))
    assert list(accounts) == [merchant_id]
    assert (accounts[merchant_id].account_number, accounts[merchant_id].status) == ("1180000099990001", "active")
    assert "118000009999" not in stored
    assert b"118000009999".hex() not in stored


async def test_payouts_follow_the_table(db: Database) -> None:
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, payouts="none")
        assert await set_payout_status(tx, [merchant_id], PayoutStatus.ACTIVE) == []
        assert await onboard_payout(tx, TEST_KEYS, merchant_id, "1180000012345678", "Банк") is PayoutStatus.PENDING
        assert await set_payout_status(tx, [merchant_id], PayoutStatus.SUSPENDED) == [merchant_id]
        assert await set_payout_status(tx, [merchant_id], PayoutStatus.SUSPENDED) == []
    with pytest.raises(PayoutTransitionError):
        async with db.write() as tx:
            await onboard_payout(tx, TEST_KEYS, merchant_id, "1180000088888888", "Другой банк")
    with pytest.raises(InvalidRequestError):
        async with db.write() as tx:
            await onboard_payout(tx, TEST_KEYS, merchant_id, "1", "Банк")
    with pytest.raises(NotFoundError):
        async with db.write() as tx:
            await onboard_payout(tx, TEST_KEYS, new_id(), "1180000088888888", "Банк")
    async with db.read() as tx:
        account = (await payout_accounts(tx, [merchant_id], TEST_KEYS))[merchant_id]
    assert (account.account_number, account.bank_name, account.status) == ("1180000012345678", "Банк", "suspended")


async def test_a_verification_is_published_once(db: Database) -> None:
    async with db.write() as tx:
        merchant_id = await make_merchant(tx, verified=False, payouts="none")
        assert await set_verified(tx, [merchant_id, new_id()], by=new_id()) == [merchant_id]
        assert await set_verified(tx, [merchant_id], by=new_id()) == []
        assert await set_verified(tx, [merchant_id], verified=False, by=new_id()) == [merchant_id]
    assert await events_about(db, merchant_id) == ["merchants.merchant_verified.v1"] * 2


async def test_shops_near_a_point_come_nearest_first(db: Database) -> None:
    async with db.write() as tx:
        merchant_id = await make_merchant(tx)
        far = await make_shop(tx, merchant_id, lat=10.0, lon=20.0 + 0.02)
        near = await make_shop(tx, merchant_id, lat=10.0, lon=20.0 + 0.001)
        await make_shop(tx, merchant_id, lat=10.02, lon=20.02)
    async with db.read() as tx:
        found = await shops_near(tx, 10.0, 20.0, 2_500)
        assert await shops_near(tx, 10.0, 20.0, 2_500, limit=1) == found[:1]
    assert [shop.shop_id for shop in found] == [near, far]
    assert found[0].distance_m == pytest.approx(109.5, abs=1)


async def test_lists_of_shops_have_pages(db: Database) -> None:
    async with db.write() as tx:
        merchant_id = await make_merchant(tx)
        made = [await make_shop(tx, merchant_id) for _ in range(3)][::-1]
    async with db.read() as tx:
        first = await list_shop_ids(tx, limit=2)
        assert first == made[:2]
        assert (await list_shop_ids(tx, before=first[-1], limit=1)) == made[2:]
        assert await list_shop_ids(tx, place_id=new_id()) == []


async def test_the_invariants_hold_after_all_that(db: Database) -> None:
    async with db.read() as tx:
        counts = [len(await tx.fetch(sql)) for sql in MODULE.checks.values()]
    assert counts == [0] * len(MODULE.checks)
