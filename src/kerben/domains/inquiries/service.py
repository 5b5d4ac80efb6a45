"""Use cases of call-back requests."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog.api import ProductFacts, products_by_ids
from kerben.domains.identity.api import proven_contacts
from kerben.domains.inquiries import repository
from kerben.domains.inquiries.errors import RequestAnsweredError
from kerben.domains.inquiries.events import AvailabilityAnswered, AvailabilityAsked
from kerben.domains.inquiries.model import (
    Asking,
    AvailabilityOutcome,
    AvailabilityRequest,
    AvailabilityRequestView,
    AvailabilityStatus,
    OwnRequestView,
    Question,
)
from kerben.domains.inquiries.rules import attributes_of, check_variant, clean_text
from kerben.domains.inquiries.states import REQUEST
from kerben.domains.merchants.api import ShopAccess, ShopFacts, shops_by_ids
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.http import Page, decode_cursor, encode_cursor


async def ask(tx: WriteTx, question: Question) -> Asking:
    """Ask the shop of a product to call back. One request per product and phone is open: asking again changes
    nothing and finds it.

    Raises NotFoundError for a product that is unknown or not on sale, InvalidRequestError for a variant that is not
    one of its own.
    """
    product = (await products_by_ids(tx, [question.product_id])).get(question.product_id)
    if product is None or not product.is_active:
        raise NotFoundError
    check_variant(product, question.variant_id)
    asking = await repository.open_or_find(tx, product.shop_id, question)
    if asking.new:
        tx.publish(
            AvailabilityAsked(
                request_id=asking.request.id,
                shop_id=product.shop_id,
                product_id=product.id,
                variant_id=question.variant_id,
                product_name=product.name,
                status=asking.request.status.value,
            )
        )
    return asking


async def requests_of_shop(
    tx: ReadTx, access: ShopAccess, status: AvailabilityStatus, cursor: str | None, limit: int
) -> Page[AvailabilityRequestView]:
    """A page of a shop's requests in a status, newest first. InvalidRequestError when the cursor is not ours."""
    position = decode_cursor(cursor, tuple[UUID])
    found = await repository.of_shop(tx, access, status, position[0] if position else None, limit + 1)
    shown = found[:limit]
    following = encode_cursor(shown[-1].id) if len(found) > limit else None
    products = await products_by_ids(tx, list({request.product_id for request in shown}))
    return Page(_views(shown, products), following)


async def own_requests(tx: ReadTx, user_id: UUID, cursor: str | None, limit: int) -> Page[OwnRequestView]:
    """A page of the requests of a person's proven phone, newest first; none without one, for anybody may ask under
    any phone. InvalidRequestError when the cursor is not ours."""
    position = decode_cursor(cursor, tuple[UUID])
    phone = (await proven_contacts(tx, user_id)).phone
    if phone is None:
        return Page([], None)
    found = await repository.of_phone(tx, phone, position[0] if position else None, limit + 1)
    shown = found[:limit]
    products = await products_by_ids(tx, list({request.product_id for request in shown}))
    shops = await shops_by_ids(tx, sorted({request.shop_id for request in shown}))
    views = [_own_view(request, products[request.product_id], shops[request.shop_id]) for request in shown]
    return Page(views, encode_cursor(shown[-1].id) if len(found) > limit else None)


async def answer(
    tx: WriteTx, access: ShopAccess, request_id: UUID, outcome: AvailabilityOutcome, note: str | None, ip: str
) -> AvailabilityRequestView:
    """Note what came of a request of the shop; once, whoever else answers at the same time.

    Raises RequestAnsweredError and InvalidRequestError (a note above 500 characters).
    """
    note = clean_text(note, "/note")
    sources = REQUEST.sources(AvailabilityStatus.ANSWERED, access.role)
    done = await repository.answer(tx, access, request_id, outcome, note, sources)
    if done is None:
        raise RequestAnsweredError
    products = await products_by_ids(tx, [done.product_id])
    (view,) = _views([done], products)
    # The note is about a person and stands in the request itself; the log of deeds outlives it.
    await record(
        tx,
        AuditEntry(
            access.actor,
            access.role,
            "availability_request.answer",
            "availability_request",
            str(done.id),
            {
                "status": AvailabilityStatus.OPEN.value,
                "shop_id": str(done.shop_id),
                "product_id": str(done.product_id),
            },
            {"status": done.status.value, "outcome": outcome.value},
            ip,
            access.merchant_id,
        ),
    )
    tx.publish(
        AvailabilityAnswered(
            request_id=done.id,
            shop_id=done.shop_id,
            product_id=done.product_id,
            variant_id=done.variant_id,
            product_name=view.product_name,
            status=done.status.value,
            outcome=outcome.value,
        )
    )
    return view


def _views(
    requests: Sequence[AvailabilityRequest], products: dict[UUID, ProductFacts]
) -> list[AvailabilityRequestView]:
    """Requests with the names of their products, which are never deleted."""
    return [
        AvailabilityRequestView(
            id=request.id,
            product_id=request.product_id,
            product_name=products[request.product_id].name,
            variant_id=request.variant_id,
            attributes=attributes_of(products[request.product_id], request.variant_id),
            name=request.name,
            phone=request.phone,
            comment=request.comment,
            status=request.status,
            outcome=request.outcome,
            note=request.note,
            created_at=request.created_at,
            answered_at=request.answered_at,
            answered_by=request.answered_by,
        )
        for request in requests
    ]


def _own_view(request: AvailabilityRequest, product: ProductFacts, shop: ShopFacts) -> OwnRequestView:
    """A request for whoever asked; shops are never deleted either."""
    return OwnRequestView(
        id=request.id,
        product_id=product.id,
        product_name=product.name,
        variant_id=request.variant_id,
        attributes=attributes_of(product, request.variant_id),
        shop_id=shop.id,
        shop_name=shop.name,
        shop_phone=shop.phone,
        comment=request.comment,
        status=request.status,
        outcome=request.outcome,
        created_at=request.created_at,
        answered_at=request.answered_at,
    )
