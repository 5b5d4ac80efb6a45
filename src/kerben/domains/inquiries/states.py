"""The status of a call-back request: who may move it from where to where."""

from __future__ import annotations

from typing import Final

from kerben.domains.inquiries.model import AvailabilityStatus
from kerben.domains.merchants.api import ADMIN, StaffRole
from kerben.platform.states import StateMachine, step

ANSWERERS: Final = (*(role.value for role in StaffRole), ADMIN)
"""Whoever works in the shop may take the call; it gives no right to goods or money."""

REQUEST: Final = StateMachine(
    initial=[AvailabilityStatus.OPEN],
    final=[AvailabilityStatus.ANSWERED],
    transitions=[step(AvailabilityStatus.OPEN, AvailabilityStatus.ANSWERED, *ANSWERERS)],
)
