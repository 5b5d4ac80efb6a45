"""What identity asks of the outside world."""

from __future__ import annotations

from typing import Protocol


class MessageSender(Protocol):
    """Sends a short message to a person. Any exception means "not sent": it is tried again."""

    async def send(self, *, channel: str, to: str, text: str, subject: str | None = None) -> None:
        """Send by `sms` (to an E.164 number) or `email` (to an address). A message may be sent twice."""
        ...
