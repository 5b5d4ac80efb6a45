"""How checkout plugs into the processes."""

from __future__ import annotations

from kerben.domains.orders.events import DeliveryOptionChanged
from kerben.flows.checkout.controllers import CheckoutController
from kerben.flows.checkout.limits import OrderLimits
from kerben.flows.checkout.offers import Offers
from kerben.flows.checkout.service import Checkout
from kerben.platform.events import Event
from kerben.platform.modules import Module, Watch
from kerben.platform.runtime import Runtime


def _forget(runtime: Runtime, event: Event) -> None:
    if isinstance(event, DeliveryOptionChanged):
        runtime.part(Offers).forget(event.shop_id)


MODULE = Module(
    name="checkout",
    controllers=[CheckoutController],
    watches=[Watch("checkout.offers", (DeliveryOptionChanged,), _forget)],
    provides={"checkout": Checkout, "order_limits": OrderLimits},
)
