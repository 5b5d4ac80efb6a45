"""A sender that keeps what it is told to send."""

from __future__ import annotations

import re

from kerben.domains.identity.ports import MessageSender
from kerben.domains.identity.service.messages import send_due
from kerben.platform.runtime import Runtime


class KeptMessages:
    """Stands for the telephone network and the mail: everything "arrives" here."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str, str, str | None]] = []
        self.failing = False

    async def send(self, *, channel: str, to: str, text: str, subject: str | None = None) -> None:
        """Keep a message, or fail when told to."""
        if self.failing:
            raise ConnectionError("the network is down")
        self.arrived.append((channel, to, text, subject))

    def texts(self, to: str) -> list[str]:
        """Texts that went to an address."""
        return [text for _, recipient, text, _ in self.arrived if recipient == to]


def bind_messages(runtime: Runtime) -> KeptMessages:
    """Let a runtime send to a new keeper."""
    kept = KeptMessages()
    runtime.bind(MessageSender, kept)
    return kept


async def last_code(runtime: Runtime, kept: KeptMessages, to: str) -> str:
    """Send what is due and read the newest code that went to an address."""
    await send_due(runtime)
    found = re.search(r"\b\d{6}\b", kept.texts(to)[-1])
    assert found
    return found.group()
