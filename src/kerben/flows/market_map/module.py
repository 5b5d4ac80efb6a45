"""How the map plugs in."""

from __future__ import annotations

from kerben.flows.market_map.controllers import MapController
from kerben.flows.market_map.service import MapLimiter, MarketMap
from kerben.platform.modules import Module

MODULE = Module(
    name="market_map",
    controllers=[MapController],
    provides={"market_map": MarketMap, "map_limiter": MapLimiter},
)
