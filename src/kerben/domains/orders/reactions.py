"""What orders does when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from kerben.domains.identity.events import GuestClaimed
from kerben.domains.orders import service
from kerben.platform.db import WriteTx
from kerben.platform.events import Envelope


async def on_guest_claimed(tx: WriteTx, envelopes: Sequence[Envelope]) -> None:
    """The orders that a phone's guest user placed belong to the account that proved the phone."""
    await service.claim(
        tx,
        [(e.event.guest_user_id, e.event.user_id) for e in envelopes if isinstance(e.event, GuestClaimed)],
    )
