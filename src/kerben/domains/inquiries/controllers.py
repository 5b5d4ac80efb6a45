"""HTTP of call-back requests."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from kerben.domains.identity.api import signed_in
from kerben.domains.inquiries import repository, rules, service
from kerben.domains.inquiries.limits import AskLimiter
from kerben.domains.inquiries.model import (
    AskedRequest,
    Asking,
    AvailabilityOutcome,
    AvailabilityRequestView,
    AvailabilityStatus,
    OwnRequestView,
)
from kerben.domains.merchants.api import shop_access
from kerben.platform.access import client_ip, principal_of, public
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.http import Page, page_limit

HttpRequest = Request[Any, Any, Any]

_KNOWN: Final = ResponseSpec(
    AskedRequest, generate_examples=False, description="This phone's request about the product is open already"
)


class AvailabilityAskBody(msgspec.Struct, frozen=True):
    """Whom to call back: a name of 1 to 80 characters, a phone, a comment of at most 500; about a variant, or about
    the product as a whole."""

    name: str
    phone: str
    variant_id: UUID | None = None
    comment: str | None = None


class AvailabilityAnswerBody(msgspec.Struct, frozen=True):
    """What came of the call; the note, of at most 500 characters, is for the staff."""

    outcome: AvailabilityOutcome
    note: str | None = None


class InquiriesController(Controller):
    """Asking whether goods are available, and the shop's answers."""

    path = "/api/v1"
    tags = ("Inquiries",)

    @post(
        "/products/{product_id:uuid}/availability-requests",
        guards=[public],
        summary="Ask about availability",
        responses={HTTP_200_OK: _KNOWN},
    )
    async def ask(
        self, request: HttpRequest, product_id: UUID, data: AvailabilityAskBody, db: Database, ask_limiter: AskLimiter
    ) -> Response[AskedRequest]:
        """Ask the shop to call back about a product, signed in or not.

        One request per product and phone is open: asking again answers 200 with it and changes nothing. 404 for a
        product that is not on sale, 429 for too many requests from one address.
        """
        ask_limiter.take(client_ip(request))
        question = rules.read_question(product_id, data.variant_id, data.name, data.phone, data.comment)

        async def work(tx: WriteTx) -> Asking:
            return await service.ask(tx, question)

        asking = await db.transact(work)
        return Response(asking.request, status_code=HTTP_201_CREATED if asking.new else HTTP_200_OK)

    @get("/shops/{shop_id:uuid}/availability-requests", guards=[signed_in], summary="Call-back requests of a shop")
    async def list_requests(
        self,
        request: HttpRequest,
        shop_id: UUID,
        db: Database,
        status: AvailabilityStatus = AvailabilityStatus.OPEN,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[AvailabilityRequestView]:
        """Requests of a shop in a status, newest first, for its staff. 404 for somebody else's shop."""
        size = page_limit(limit)
        async with db.read() as tx:
            access = await shop_access(tx, principal_of(request), shop_id)
            return await service.requests_of_shop(tx, access, status, cursor, size)

    @get("/me/availability-requests", guards=[signed_in], summary="One's own call-back requests")
    async def list_own(
        self, request: HttpRequest, db: Database, cursor: str | None = None, limit: int | None = None
    ) -> Page[OwnRequestView]:
        """Requests made under the account's phone, newest first; none until the phone is confirmed."""
        size = page_limit(limit)
        async with db.read() as tx:
            return await service.own_requests(tx, principal_of(request).user_id, cursor, size)

    @post(
        "/availability-requests/{request_id:uuid}/answer",
        guards=[signed_in],
        status_code=HTTP_200_OK,
        summary="Answer a call-back request",
    )
    async def answer(
        self, request: HttpRequest, request_id: UUID, data: AvailabilityAnswerBody, db: Database
    ) -> AvailabilityRequestView:
        """The shop's staff note what came of the call. 404 for somebody else's request, 409 REQUEST_ANSWERED when
        a colleague was faster."""
        who, ip = principal_of(request), client_ip(request)

        async def work(tx: WriteTx) -> AvailabilityRequestView:
            shop_id = await repository.shop_of(tx, request_id)
            if shop_id is None:
                raise NotFoundError
            access = await shop_access(tx, who, shop_id)
            return await service.answer(tx, access, request_id, data.outcome, data.note, ip)

        return await db.transact(work)
