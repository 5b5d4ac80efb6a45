"""How cart plugs into the processes."""

from __future__ import annotations

from kerben.domains.cart.controllers import CartController
from kerben.domains.cart.jobs import FORGET
from kerben.domains.cart.limits import CartLimits
from kerben.domains.cart.reactions import on_order_placed
from kerben.domains.orders.events import OrderPlaced
from kerben.platform.modules import Module, Reaction

MODULE = Module(
    name="cart",
    controllers=[CartController],
    provides={"cart_limits": CartLimits},
    reactions=[Reaction("cart.ordered", (OrderPlaced,), lambda _: on_order_placed)],
    sweeps=[FORGET],
)
