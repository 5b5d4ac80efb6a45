"""Who carries changes of payments on: a flow for each subject ("order", "bill").

One acquirer reports on payments of all subjects over one address, so whoever takes its notices has to find the flow
that a payment belongs to. Flows do not know each other; they declare themselves here when their module is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kerben.domains.payments.acquirer import Settle
from kerben.domains.payments.model import PaymentChange
from kerben.platform.db import WriteTx
from kerben.platform.runtime import Runtime

MakeSettle = Callable[[Runtime], Settle]

_SETTLERS: Final[dict[str, MakeSettle]] = {}


def settled_by(subject: str, make: MakeSettle) -> None:
    """Declare what follows from changes of payments of a subject; a later declaration replaces the earlier one."""
    _SETTLERS[subject] = make


def settled_subjects() -> frozenset[str]:
    """Subjects whose payments this process can settle."""
    return frozenset(_SETTLERS)


async def settle_all(runtime: Runtime, tx: WriteTx, changes: Sequence[PaymentChange]) -> None:
    """Carry changes on, each by its subject's flow. `apply_states` was given `settled_subjects()`."""
    for subject in sorted({change.subject for change in changes}):
        await _SETTLERS[subject](runtime)(tx, [change for change in changes if change.subject == subject])
