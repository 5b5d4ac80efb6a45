"""The public surface of inquiries."""

from __future__ import annotations

from kerben.domains.inquiries.errors import RequestAnsweredError
from kerben.domains.inquiries.model import (
    AskedRequest,
    Asking,
    AvailabilityOutcome,
    AvailabilityRequestView,
    AvailabilityStatus,
    Question,
)
from kerben.domains.inquiries.rules import read_question
from kerben.domains.inquiries.service import answer, ask, requests_of_shop

__all__ = [
    "AskedRequest",
    "Asking",
    "AvailabilityOutcome",
    "AvailabilityRequestView",
    "AvailabilityStatus",
    "Question",
    "RequestAnsweredError",
    "answer",
    "ask",
    "read_question",
    "requests_of_shop",
]
