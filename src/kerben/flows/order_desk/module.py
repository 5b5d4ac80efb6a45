"""How the order desk plugs into the processes."""

from __future__ import annotations

from kerben.domains.inventory.events import Oversold
from kerben.flows.order_desk import attention, notices, unclaimed
from kerben.flows.order_desk.admin_controllers import RefundController
from kerben.flows.order_desk.controllers import OrderDeskController
from kerben.flows.order_desk.live import LIVE, SHOP_TOPIC, TOPIC
from kerben.flows.order_desk.pickup import PickupCodes
from kerben.flows.order_desk.reactions import on_oversold
from kerben.flows.order_desk.summary_controllers import OrderSummaryController
from kerben.flows.order_desk.till_controllers import PickupController
from kerben.platform.modules import Module, Reaction, Sweep

MODULE = Module(
    name="order_desk",
    controllers=[OrderDeskController, OrderSummaryController, PickupController, RefundController],
    sweeps=[
        Sweep("orders.unclaimed", 1.0, unclaimed.sweep),
        Sweep("orders.attention", 2.0, attention.sweep),
    ],
    provides={"pickup_codes": PickupCodes},
    reactions=[
        Reaction("order_desk.oversold", (Oversold,), lambda _: on_oversold),
        Reaction("order_desk.notices", notices.EVENTS, notices.tell),
    ],
    live=[LIVE],
    live_topics=[TOPIC, SHOP_TOPIC],
)
