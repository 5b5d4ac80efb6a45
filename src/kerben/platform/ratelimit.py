"""Rate limits kept in the memory of each process (token buckets)."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from kerben.platform.clock import Clock
from kerben.platform.errors import RateLimitedError

_KEYS_MAX: Final = 50_000


class RateLimiter:
    """Token buckets by key: `burst` at once, then `per_s` a second."""

    def __init__(self, clock: Clock, *, burst: int, per_s: float, enabled: bool = True) -> None:
        self._clock = clock
        self._burst = float(burst)
        self._per_s = per_s
        self._enabled = enabled
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, cost: float = 1.0) -> None:
        """Take from a key's bucket; RateLimitedError with the seconds to wait when it is empty."""
        if not self._enabled:
            return
        now = self._clock.now().timestamp()
        level, at = self._buckets.get(key, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._per_s)
        if level < cost:
            raise RateLimitedError((cost - level) / self._per_s)
        self._buckets[key] = (level - cost, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > _KEYS_MAX:
            self._buckets.popitem(last=False)
