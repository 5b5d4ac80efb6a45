"""HTTP of checkout."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get, post, put
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.cart import api as cart
from kerben.domains.identity import api as identity
from kerben.domains.identity.api import optional_auth, signed_in
from kerben.domains.merchants.api import StaffRole, shop_access
from kerben.domains.orders import api as orders
from kerben.domains.orders.api import DeliveryMethod, PaymentMethod
from kerben.domains.pos import api as pos
from kerben.flows.checkout import rules
from kerben.flows.checkout.limits import OrderLimits
from kerben.flows.checkout.model import (
    Caller,
    ContactBody,
    DeliveryMethodView,
    FieldView,
    OptionBody,
    OptionsView,
    OrderBody,
    PaymentMethodView,
    PhoneOrderBody,
    PlacedView,
    ShopOptionsView,
    ShopOptionView,
    SuggestedView,
)
from kerben.flows.checkout.service import Checkout
from kerben.platform import idempotency, money
from kerben.platform.access import client_ip, optional_principal_of, principal_of
from kerben.platform.db import Database, ReadTx, WriteTx
from kerben.platform.errors import NotFoundError, invalid
from kerben.platform.http import EXPRESS
from kerben.platform.runtime import Runtime
from kerben.platform.secrets import token_hash
from kerben.platform.settings import Settings

HttpRequest = Request[Any, Any, State]

CART_HEADER: Final = "X-Cart-Token"
_PLACED: Final = ResponseSpec(
    PlacedView, generate_examples=False, description="The order stands and its goods are kept"
)

TAKES_ORDERS: Final = frozenset({StaffRole.OWNER, StaffRole.MANAGER})


class CheckoutController(Controller):
    """What a shop offers, and placing orders."""

    path = "/api/v1"
    tags = ("Orders",)

    @get("/checkout/options", guards=[optional_auth], summary="What a shop offers at checkout")
    async def options(self, request: HttpRequest, shop_id: UUID, db: Database, settings: Settings) -> OptionsView:
        """Delivery methods with their fields, their price and the payment methods they allow.

        A signed-in buyer also gets what the form can be filled with.
        """
        principal = optional_principal_of(request)
        async with db.read() as tx:
            shop = (await pos.eligibility(tx, [shop_id], tx.now, settings.pos_silence_s)).get(shop_id)
            if shop is None:
                raise NotFoundError
            offered = (await orders.delivery_options(tx, [shop_id])).get(shop_id, [])
            suggested = await _suggested(tx, principal.user_id) if principal else None
        return OptionsView(
            shop_id,
            settings.currency,
            shop.buy_eligibility,
            list(shop.reasons),
            [_method(option, settings.currency) for option in offered if option.enabled],
            suggested,
        )

    @get("/shops/{shop_id:uuid}/delivery-options", guards=[signed_in], summary="A shop's terms, all of them")
    async def list_options(
        self, request: HttpRequest, shop_id: UUID, db: Database, settings: Settings
    ) -> ShopOptionsView:
        """Every way of delivery with the shop's terms, switched off or not, for those who may change them."""
        async with db.read() as tx:
            await shop_access(tx, principal_of(request), shop_id, TAKES_ORDERS)
            options = (await orders.delivery_options(tx, [shop_id])).get(shop_id, [])
        return ShopOptionsView([ShopOptionView(o.enabled, _method(o, settings.currency)) for o in options])

    @put("/shops/{shop_id:uuid}/delivery-options/{method:str}", guards=[signed_in], summary="A shop's terms")
    async def set_option(
        self,
        request: HttpRequest,
        shop_id: UUID,
        method: DeliveryMethod,
        data: OptionBody,
        db: Database,
        settings: Settings,
    ) -> DeliveryMethodView:
        """An owner or manager sets the shop's own terms for one way of delivery."""
        if data.fee.currency != settings.currency or not 0 <= data.fee.amount <= money.AMOUNT_MAX:
            raise invalid("/fee", "Стоимость доставки не меньше нуля, в валюте рынка.")
        methods = list(dict.fromkeys(data.payment_methods))
        option = orders.DeliveryOption(method, data.enabled, data.fee.amount, methods, data.countries)

        async def work(tx: WriteTx) -> None:
            access = await shop_access(tx, principal_of(request), shop_id, TAKES_ORDERS)
            await orders.set_delivery_option(tx, shop_id, option)
            after = {"method": method.value, "enabled": data.enabled, "fee": data.fee.amount, "payments": methods}
            await record(
                tx,
                AuditEntry(
                    access.actor,
                    access.role,
                    "shop.delivery_option",
                    "shop",
                    str(shop_id),
                    None,
                    after,
                    client_ip(request),
                    access.merchant_id,
                ),
            )

        await db.transact(work)
        return _method(option, settings.currency)

    @post("/orders", guards=[optional_auth], opt=EXPRESS, summary="Place an order", responses={201: _PLACED})
    async def place(self, request: HttpRequest, data: OrderBody, runtime: Runtime) -> Response[bytes]:
        """Place an order as a signed-in buyer or as a guest; needs an Idempotency-Key."""
        # One injected dependency: each further one costs a task per request, and this is the hottest write.
        checkout, db = runtime.part(Checkout), runtime.db
        principal = optional_principal_of(request)
        user_id = principal.user_id if principal else None
        keyed = idempotency.keyed(request, await request.body(), str(user_id or f"guest {data.contact.phone}"))
        runtime.part(OrderLimits).take(str(user_id or client_ip(request)))
        if user_id is not None and _is_to_be_filled(data):
            data = await _filled(db, data, user_id)
        answered = await checkout.place(rules.read(data, keyed, Caller(user_id)))
        if token := request.headers.get(CART_HEADER):
            # A guest's cart is known by its token only; the account's is emptied by a reaction.
            guest, bought = cart.Owner(None, token_hash(token)), [i.variant_id for i in data.items if i.variant_id]
            await db.transact(lambda tx: cart.remove(tx, guest, bought))
        return idempotency.answer(answered.stored, replayed=answered.replayed)

    @post("/shops/{shop_id:uuid}/orders", guards=[signed_in], summary="Order by phone", responses={201: _PLACED})
    async def take_by_phone(
        self, request: HttpRequest, shop_id: UUID, data: PhoneOrderBody, checkout: Checkout, db: Database
    ) -> Response[bytes]:
        """A manager places an order for a caller; it belongs to whoever proves the phone."""
        principal = principal_of(request)
        async with db.read() as tx:
            access = await shop_access(tx, principal, shop_id, TAKES_ORDERS)
        keyed = idempotency.keyed(request, await request.body(), str(principal.user_id))
        body = OrderBody(shop_id, data.items, data.delivery, data.payment_method, data.contact, data.comment)
        caller = Caller(None, access.actor, access.role)
        answered = await checkout.place(rules.read(body, keyed, caller))
        return idempotency.answer(answered.stored, replayed=answered.replayed)


async def _suggested(tx: ReadTx, user_id: UUID) -> SuggestedView | None:
    last = await orders.list_orders(tx, orders.OrderFilter(user_id=user_id), 1)
    if last:
        contact = last[0].contact
        return SuggestedView(ContactBody(contact.name, contact.phone, contact.email), last[0].delivery)
    user = (await identity.users_by_ids(tx, [user_id])).get(user_id)
    return SuggestedView(ContactBody(user.name, user.phone or "", user.email), None) if user else None


def _is_to_be_filled(body: OrderBody) -> bool:
    """Whether the account must lend something: an e-mail is needed for cards only."""
    contact = body.contact
    needs_email = body.payment_method is PaymentMethod.CARD and not contact.email
    return needs_email or not (contact.name and contact.phone)


async def _filled(db: Database, body: OrderBody, user_id: UUID) -> OrderBody:
    async with db.read() as tx:
        user = (await identity.users_by_ids(tx, [user_id])).get(user_id)
    return body if user is None else rules.filled_from(body, name=user.name, phone=user.phone, email=user.email)


def _method(option: orders.DeliveryOption, currency: str) -> DeliveryMethodView:
    return DeliveryMethodView(
        option.method,
        orders.TITLES[option.method],
        money.view(option.fee, currency),
        [FieldView(f.name, f.title, f.required) for f in orders.DELIVERY_FIELDS[option.method]],
        [PaymentMethodView(m, orders.PAYMENT_TITLES[m]) for m in option.payment_methods],
        option.countries,
    )
