"""What payouts do when a merchant's payouts are switched on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kerben.domains.merchants.events import PayoutStatusChanged
from kerben.domains.payouts import service
from kerben.platform.db import WriteTx
from kerben.platform.events import Envelope
from kerben.platform.modules import Handler, Reaction
from kerben.platform.runtime import Runtime


def pay_on_activation(runtime: Runtime) -> Handler:
    """Money that waited in the balance is paid out once payouts are active. `create_due` looks at the status as it
    is now, so late or repeated events do no harm."""

    async def handle(tx: WriteTx, events: Sequence[Envelope]) -> None:
        merchants = [e.event.merchant_id for e in events if isinstance(e.event, PayoutStatusChanged)]
        await service.create_due(tx, merchants, runtime.settings.currency)

    return handle


REACTIONS: Final = (Reaction("payouts.pay_on_activation", (PayoutStatusChanged,), pay_on_activation),)
