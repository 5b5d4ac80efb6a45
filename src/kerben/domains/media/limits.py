"""How much one may upload."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

FILE_MAX: Final = 10 * 1024 * 1024
"""Largest upload, bytes."""
PIXELS_MAX: Final = 40_000_000
"""Most pixels of an upload (width × height)."""
EDGE_MIN: Final = 100
"""Least width and height of an upload, pixels."""
EDGE_MAX: Final = 2560
"""Longest edge of what is kept, pixels."""
THUMBNAIL_WIDTHS: Final = (160, 480, 960)
"""Widths of thumbnails, pixels; none is wider than its picture."""

UNUSED_MAX: Final = 200
"""Uploads of one account that hang on nothing. Those who upload at the same moment may pass it by a few."""
UNUSED_FOR: Final = timedelta(hours=24)
"""How long an upload may hang on nothing."""

WORKERS: Final = 2
"""Pictures that a process works on at a time: each may need some 400 MB for a moment."""
WAITING_MAX: Final = 32
"""Pictures that may wait for that."""


class UploadLimiter(RateLimiter):
    """Uploads per account: 60 at once, then one a second."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.clock, burst=60, per_s=1, enabled=runtime.settings.rate_limits)
