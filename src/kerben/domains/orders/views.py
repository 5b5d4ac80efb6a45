"""Orders as answers show them, and the signed link under which an order's payment is opened."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from kerben.domains.orders import rules
from kerben.domains.orders.model import (
    ONLINE,
    AttentionCause,
    Contact,
    Delivery,
    NewLine,
    Order,
    OrderLine,
    OrderStatus,
    PaymentMethod,
    Phase,
)
from kerben.platform import money, qty
from kerben.platform.money import MoneyView
from kerben.platform.qty import Unit
from kerben.platform.secrets import Keyring

_LINK: Final = "payment-link"
_GUEST: Final = "guest-order"


class LineView(msgspec.Struct, frozen=True):
    """A line of an order."""

    product_id: UUID
    variant_id: UUID | None
    sku: str | None
    name: str
    attributes: dict[str, str]
    unit: Unit
    qty: int | float
    unit_price: MoneyView
    amount: MoneyView
    note: str | None


class ActionView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the buyer does to pay: open `url`, show `qr`, or nothing online."""

    type: Literal["redirect", "qr", "none"]
    url: str | None = None
    qr: str | None = None


class PaymentView(msgspec.Struct, frozen=True):
    """The payment of an order."""

    id: UUID
    status: str
    action: ActionView


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """An order in lists."""

    id: UUID
    number: str
    status: OrderStatus
    phase: Phase
    shop_id: UUID
    merchant_id: UUID
    items: list[LineView]
    delivery: Delivery
    payment_method: PaymentMethod
    contact: Contact
    comment: str | None
    items_total: MoneyView
    delivery_fee: MoneyView
    total: MoneyView
    reserved_until: datetime | None
    pickup_until: datetime | None
    """Until when the buyer finds the goods at the counter; null while they do not wait there."""
    created_at: datetime
    confirmed_at: datetime | None
    paid_at: datetime | None
    cooking_at: datetime | None
    ready_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    needs_attention: str | None
    attention_cause: AttentionCause | None
    """What `needs_attention` says, for programs; null without it, and for words of another cause."""
    version: int


def line_view(line: NewLine, currency: str) -> LineView:
    """A line for an answer."""
    return LineView(
        product_id=line.product_id,
        variant_id=line.variant_id,
        sku=line.sku,
        name=line.name,
        attributes=line.attributes,
        unit=line.unit,
        qty=qty.to_number(line.qty_milli),
        unit_price=money.view(line.unit_price, currency),
        amount=money.view(line.amount, currency),
        note=line.note,
    )


def order_view(order: Order, lines: list[OrderLine]) -> OrderView:
    """An order for an answer."""
    return OrderView(
        id=order.id,
        number=order.number,
        status=order.status,
        phase=rules.phase(order.status, paid=order.paid_at is not None),
        shop_id=order.shop_id,
        merchant_id=order.merchant_id,
        items=[line_view(line, order.currency) for line in lines],
        delivery=order.delivery,
        payment_method=order.payment_method,
        contact=order.contact,
        comment=order.comment,
        items_total=money.view(order.items_total, order.currency),
        delivery_fee=money.view(order.delivery_fee, order.currency),
        total=money.view(order.total, order.currency),
        reserved_until=order.reserved_until,
        pickup_until=order.pickup_until,
        created_at=order.created_at,
        confirmed_at=order.confirmed_at,
        paid_at=order.paid_at,
        cooking_at=order.cooking_at,
        ready_at=order.ready_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        needs_attention=order.needs_attention,
        attention_cause=rules.attention_cause(order.needs_attention),
        version=order.version,
    )


class PaymentLinks:
    """Makes and checks the links under which payments are opened without signing in."""

    def __init__(self, keys: Keyring, base_url: str) -> None:
        # Copied for each link: to make it anew costs several times as much.
        self._mac = hmac.new(keys.key(_LINK), digestmod="sha256")
        self._base_url = base_url.rstrip("/")

    def signature(self, payment_id: UUID) -> str:
        """The `sig` of a payment's link."""
        mac = self._mac.copy()
        mac.update(payment_id.bytes)
        return mac.hexdigest()[:32]

    def genuine(self, payment_id: UUID, signature: str) -> bool:
        """Whether a `sig` is ours."""
        return hmac.compare_digest(self.signature(payment_id).encode(), signature.encode())

    def open_url(self, payment_id: UUID) -> str:
        """Where the buyer goes to pay."""
        return self._url(payment_id, "open")

    def return_url(self, payment_id: UUID) -> str:
        """Where the acquirer sends the buyer back to."""
        return self._url(payment_id, "return")

    def webhook_url(self, provider: str) -> str:
        """Where the acquirer reports to."""
        return f"{self._base_url}/api/v1/payments/webhooks/{provider}"

    def _url(self, payment_id: UUID, what: str) -> str:
        return f"{self._base_url}/api/v1/payments/{payment_id}/{what}?sig={self.signature(payment_id)}"

    def action(self, method: PaymentMethod, payment_id: UUID, *, payable: bool = True) -> ActionView:
        """What a buyer does to pay; `payable` False: nothing is to be paid online (any more)."""
        if method not in ONLINE or not payable:
            return ActionView("none")
        url = self.open_url(payment_id)
        return ActionView("redirect", url) if method is PaymentMethod.CARD else ActionView("qr", url, url)


class GuestTokens:
    """Tokens that let a guest see and cancel one order."""

    def __init__(self, keys: Keyring) -> None:
        self._key = keys.key(_GUEST)

    def token(self, order_id: UUID) -> str:
        """The token of an order; it is derived, so nothing but its hash needs to be stored."""
        return hmac.new(self._key, order_id.bytes, "sha256").hexdigest()[:48]
