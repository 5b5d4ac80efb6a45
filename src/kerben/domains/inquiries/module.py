"""How inquiries plugs into the processes."""

from __future__ import annotations

from kerben.domains.inquiries.controllers import InquiriesController
from kerben.domains.inquiries.limits import AskLimiter
from kerben.domains.inquiries.live import LIVE, TOPIC
from kerben.platform.modules import Module

MODULE = Module(
    name="inquiries",
    controllers=[InquiriesController],
    provides={"ask_limiter": AskLimiter},
    live=[LIVE],
    live_topics=[TOPIC],
)
