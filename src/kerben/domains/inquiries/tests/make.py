"""Builders for tests: a shop with goods, its people, and call-back requests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from kerben.domains.catalog.tests.make import make_product
from kerben.domains.identity.tests.make import bearer, make_user, new_phone
from kerben.domains.inquiries import service
from kerben.domains.inquiries.model import AskedRequest
from kerben.domains.inquiries.rules import read_question
from kerben.domains.merchants.model import StaffMember, StaffRole
from kerben.domains.merchants.service import add_staff
from kerben.domains.merchants.tests.make import make_merchant, make_shop
from kerben.platform.db import WriteTx
from kerben.platform.runtime import Runtime

Headers = dict[str, str]


class Stall(msgspec.Struct):
    """A shop with one product in two variants, its owner and a cashier."""

    merchant_id: UUID
    shop_id: UUID
    product_id: UUID
    variant_ids: list[UUID]
    owner_id: UUID
    owner: Headers
    cashier: Headers


async def make_stall(runtime: Runtime) -> Stall:
    """A shop of its own with its people."""
    async with runtime.db.write() as tx:
        owner, cashier = await make_user(tx), await make_user(tx)
        merchant_id = await make_merchant(tx, owner_id=owner.id)
        shop_id = await make_shop(tx, merchant_id)
        product = await make_product(tx, shop_id, variants=2)
        await add_staff(tx, [StaffMember(merchant_id, cashier.id, StaffRole.CASHIER, [shop_id])])
    people = [await bearer(runtime, user) for user in (owner, cashier)]
    return Stall(merchant_id, shop_id, product.id, product.variant_ids, owner.id, *people)


async def make_request(tx: WriteTx, product_id: UUID, **given: Any) -> AskedRequest:
    """An open request from a phone of its own, about the product as a whole unless told otherwise."""
    values: dict[str, Any] = {"variant_id": None, "name": "Айгуль", "phone": new_phone(), "comment": None} | given
    return (await service.ask(tx, read_question(product_id, **values))).request
