"""How fast one address may ask to be called back."""

from __future__ import annotations

from typing import Final

from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

BURST: Final = 30
PER_S: Final = 0.2


class AskLimiter(RateLimiter):
    """Requests from one address: 30 at once, then one in 5 seconds. Each costs a seller a call, and many buyers
    share the address of their carrier."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.clock, burst=BURST, per_s=PER_S, enabled=runtime.settings.rate_limits)
