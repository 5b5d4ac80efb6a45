"""How fast one caller may order."""

from __future__ import annotations

from typing import Final

from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

BURST: Final = 200
PER_S: Final = 20.0


class OrderLimits:
    """Limits by user, or by address for guests: generous to a busy shop behind one address, deadly to a script."""

    def __init__(self, runtime: Runtime) -> None:
        self._limiter = RateLimiter(runtime.clock, burst=BURST, per_s=PER_S, enabled=runtime.settings.rate_limits)

    def take(self, caller: str) -> None:
        """Count one order of a caller; RateLimitedError when there were too many."""
        self._limiter.take(caller)
