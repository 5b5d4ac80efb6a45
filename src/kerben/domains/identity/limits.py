"""Rate limits of the public routes, by address, in the memory of each process."""

from __future__ import annotations

from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime


class AuthLimits:
    """One per process. They slow down a flood from one address; guessing is stopped by the locks in the database."""

    def __init__(self, runtime: Runtime) -> None:
        clock, on = runtime.clock, runtime.settings.rate_limits
        self.signup = RateLimiter(clock, burst=60, per_s=0.5, enabled=on)
        self.codes = RateLimiter(clock, burst=30, per_s=0.2, enabled=on)
        self.signin = RateLimiter(clock, burst=60, per_s=2, enabled=on)
        self.refresh = RateLimiter(clock, burst=120, per_s=10, enabled=on)
