"""HTTP of payments of orders: the buyer's links and the acquirer's webhook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import State

from kerben.domains.payments.api import PaymentClosedError
from kerben.flows.order_payment import pages
from kerben.flows.order_payment.service import OrderPayments, is_paid
from kerben.platform.access import client_ip, public
from kerben.platform.errors import DomainError
from kerben.platform.http import EXPRESS, Prepared

HttpRequest = Request[Any, Any, State]

_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_NO_STORE_RAW = [(name.lower().encode(), value.encode()) for name, value in _NO_STORE.items()]


class OrderPaymentController(Controller):
    """Paying an order."""

    path = "/api/v1/payments"
    tags = ("Payments",)

    @get("/{payment_id:uuid}/open", guards=[public], opt=EXPRESS, summary="Go and pay", status_code=303)
    async def open(
        self, request: HttpRequest, payment_id: UUID, order_payments: OrderPayments, sig: str = ""
    ) -> Response[str] | Response[bytes]:
        """Register the payment with the acquirer, unless it is already, and redirect to its page."""
        try:
            url = await order_payments.open(payment_id, sig)
        except PaymentClosedError as error:
            found = await order_payments.find(payment_id, sig)
            if not is_paid(found.payment):
                return _trouble(request, error)
            url = order_payments.links.return_url(payment_id)
        except DomainError as error:
            return _trouble(request, error)
        return Prepared(b"", 303, [(b"location", url.encode()), *_NO_STORE_RAW])

    @get("/{payment_id:uuid}/return", guards=[public], summary="Back from the acquirer")
    async def back(
        self, request: HttpRequest, payment_id: UUID, order_payments: OrderPayments, sig: str = ""
    ) -> Response[str] | Response[bytes]:
        """A browser goes on to the page of its order; others get a page that says how the payment stands."""
        found = await order_payments.find(payment_id, sig)
        if _is_browser(request):
            return Prepared(b"", 303, [(b"location", f"/orders/{found.order.id}".encode()), *_NO_STORE_RAW])
        body = pages.how_it_stands(found, order_payments.links.open_url(payment_id))
        return Response(body, media_type=MediaType.HTML, headers=_NO_STORE)

    @post("/webhooks/{provider:str}", guards=[public], opt=EXPRESS, summary="The acquirer's notice", status_code=200)
    async def webhook(self, request: HttpRequest, provider: str, order_payments: OrderPayments) -> Response[bytes]:
        """Take what the acquirer says of a payment; believed only when its signature is right."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        media_type, body = await order_payments.notice(provider, headers, await request.body(), client_ip(request))
        return Prepared(body, 200, content_type=(b"content-type", media_type.encode()))


def _is_browser(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _trouble(request: HttpRequest, error: DomainError) -> Response[str]:
    """A page for a browser; a program gets the problem document."""
    if not _is_browser(request):
        raise error
    return Response(
        pages.page("Сейчас оплатить нельзя", error.detail),
        status_code=int(error.kind),
        media_type=MediaType.HTML,
        headers=_NO_STORE,
    )
