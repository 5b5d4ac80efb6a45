"""How goods plugs in."""

from __future__ import annotations

from kerben.flows.goods.controllers import GoodsController
from kerben.platform.modules import Module

MODULE = Module(name="goods", controllers=[GoodsController])
