"""The sweeps of payments. A flow declares them, with what follows from a change of the subjects it knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from kerben.domains.payments import acquirer, answer_repository
from kerben.domains.payments.acquirer import Settle
from kerben.domains.payments.ports import PaymentProvider
from kerben.platform.db import Database
from kerben.platform.modules import Sweep
from kerben.platform.runtime import Runtime

_Work = Callable[[Database, PaymentProvider, Settle, str], Awaitable[int]]

_WORKS: Final[dict[str, tuple[float, _Work]]] = {
    "ask": (2.0, acquirer.ask_due),
    "refunds": (1.0, acquirer.send_refunds),
    "voids": (2.0, acquirer.send_voids),
}


ANSWERS_KEPT: Final = timedelta(days=90)
_PURGED_AT_ONCE: Final = 5000


async def _purge_answers(runtime: Runtime) -> int:
    async with runtime.db.write() as tx:
        return await answer_repository.purge(tx, tx.now - ANSWERS_KEPT, _PURGED_AT_ONCE)


PURGE: Final = Sweep("payments.answers", 3600.0, _purge_answers)
"""Acquirers' answers are kept for 90 days, the proof of what moved money for ever."""


def sweeps(subject: str, settle: Callable[[Runtime], Settle]) -> list[Sweep]:
    """Asking after lost webhooks, sending refunds, giving up at the acquirer, for payments of one subject.

    `settle(runtime)` gives what follows from changes. Without an acquirer in the process the sweeps do nothing.
    """

    def sweep(name: str, every_s: float, work: _Work) -> Sweep:
        async def run(runtime: Runtime) -> int:
            if not runtime.has_port(PaymentProvider):
                return 0
            return await work(runtime.db, runtime.port(PaymentProvider), settle(runtime), subject)

        return Sweep(f"payments.{name}.{subject}", every_s, run)

    return [sweep(name, every_s, work) for name, (every_s, work) in _WORKS.items()]
