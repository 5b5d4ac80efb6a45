"""What the worker does for identity: sends messages and forgets what can no longer matter."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kerben.domains.identity.repository import proofs, sessions
from kerben.domains.identity.service.messages import send_due
from kerben.platform.modules import Sweep
from kerben.platform.runtime import Runtime

_ROWS: Final = 1_000
_KEPT: Final = timedelta(days=1)


async def forget(runtime: Runtime) -> int:
    """Delete sessions, codes and guesses a day after they ended; how many rows went."""
    async with runtime.db.write() as tx:
        gone = await sessions.delete_expired(tx, tx.now - _KEPT, _ROWS)
        return gone + await proofs.delete_stale(tx, tx.now - _KEPT, tx.now - _KEPT, _ROWS)


SWEEPS: Final = (
    Sweep("identity.messages", 0.5, send_due),
    Sweep("identity.forget", 300.0, forget),
)
