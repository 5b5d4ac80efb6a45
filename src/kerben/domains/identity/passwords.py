"""Password hashing in a bounded pool of threads.

bcrypt at cost 12 takes about 0.2 s of a core and releases the interpreter lock. Two threads keep a flood of sign-ins
from taking the whole machine; more waiting work than `WAITING_MAX` is refused with 429 instead of piling up.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

import bcrypt

from kerben.platform.errors import RateLimitedError

COST: Final = 12
THREADS: Final = 2
WAITING_MAX: Final = 40
_WAIT_S: Final = 2.0

_NOBODYS_HASH: Final = "$2b$12$hWcJvrhOBS1KP.uAOXIYA.OEuNJqbfUp79c7QMttju/yhiYQJZfU6"
"""Hash of 32 random bytes that were thrown away: checked for unknown logins so that they cost the same time."""

T = TypeVar("T")


class BoundedPool:
    """Threads with a limit on what may wait for them."""

    def __init__(self, *, threads: int = THREADS, waiting_max: int = WAITING_MAX) -> None:
        self._threads = threads
        self._limit = threads + waiting_max
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._lock = threading.Lock()
        self._held = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread; RateLimitedError when too much waits already."""
        with self._lock:
            if self._held >= self._limit:
                raise RateLimitedError(_WAIT_S)
            self._held += 1
        future = self._executor.submit(work)
        # A caller who gave up does not free the thread: the place is given back when the work itself ends.
        future.add_done_callback(self._release)
        return await asyncio.wrap_future(future)

    def _release(self, _: Future[T]) -> None:
        with self._lock:
            self._held -= 1


_pool: Final = BoundedPool()


async def hash_password(password: str, *, cost: int | None = None) -> str:
    """bcrypt hash of a password that `rules.check_password` accepted, at COST unless told otherwise;
    RateLimitedError under overload."""
    rounds = COST if cost is None else cost
    return await _pool.run(lambda: bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds)).decode())


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is right. Without a hash (nobody has this login, or the account has no password) the
    same work is done and the answer is no. RateLimitedError under overload."""
    raw = password.encode()
    known = (password_hash or _NOBODYS_HASH).encode()
    matches = await _pool.run(lambda: _matches(raw, known))
    return matches and password_hash is not None


def _matches(raw: bytes, known: bytes) -> bool:
    # No stored password is longer than 72 bytes, so a longer guess is wrong; it still costs the usual time.
    return bcrypt.checkpw(raw[:72], known) and len(raw) <= 72
