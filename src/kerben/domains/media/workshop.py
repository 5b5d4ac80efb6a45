"""Where pictures are worked on: a few threads beside the event loop, and a short queue before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from kerben.domains.media.codec import encode
from kerben.domains.media.limits import WAITING_MAX, WORKERS
from kerben.domains.media.model import EncodedPicture
from kerben.platform.errors import RateLimitedError
from kerben.platform.runtime import Runtime


class Workshop:
    """One per process."""

    def __init__(self, _: Runtime) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="pictures")
        self._inside = 0

    async def encode(self, read: Callable[[], bytes]) -> EncodedPicture:
        """Read an upload and make its files, see `codec.encode`; the bytes are read when it is their turn.

        Raises RateLimitedError when too many wait already, and what `codec.encode` raises.
        """
        if self._inside >= WORKERS + WAITING_MAX:
            raise RateLimitedError(2)
        self._inside += 1
        work = asyncio.get_running_loop().run_in_executor(self._threads, lambda: encode(read()))
        work.add_done_callback(self._left)
        # A caller who hangs up does not stop a thread: its place is free when the work has ended.
        return await asyncio.shield(work)

    def _left(self, work: asyncio.Future[EncodedPicture]) -> None:
        self._inside -= 1
        if not work.cancelled():
            work.exception()
