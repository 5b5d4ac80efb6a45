"""How fast one caller may fill carts."""

from __future__ import annotations

from typing import Final

from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

BURST: Final = 200
PER_S: Final = 20.0


class CartLimits:
    """Limits by user, or by address for guests: anybody may begin a cart, so a script must not begin millions."""

    def __init__(self, runtime: Runtime) -> None:
        self._limiter = RateLimiter(runtime.clock, burst=BURST, per_s=PER_S, enabled=runtime.settings.rate_limits)

    def take(self, caller: str) -> None:
        """Count one change of a cart; RateLimitedError when there were too many."""
        self._limiter.take(caller)
