"""Sends messages to the sandbox inbox instead of phones and mailboxes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec

from kerben.platform.outgoing import CallFailedError, Outgoing

_JSON: Final = {"content-type": "application/json"}


class SandboxInboxConfig(msgspec.Struct, frozen=True):
    """How to reach the inbox. `base_url` is what `/inbox/messages` is appended to; `timeout_s` is for one call."""

    base_url: str
    secret: str
    timeout_s: float = 10


class MessageNotSentError(Exception):
    """The inbox did not take the message, or did not answer: it may be sent again."""


class SandboxInbox:
    """The inbox over HTTP with kept connections; a `MessageSender`."""

    def __init__(self, config: SandboxInboxConfig) -> None:
        self._http = Outgoing(
            config.base_url, timeout_s=config.timeout_s, headers={"authorization": f"Bearer {config.secret}"}
        )

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def send(self, *, channel: str, to: str, text: str, subject: str | None = None) -> None:
        """Send; `channel` is "sms", "email" or "push". Raises MessageNotSentError."""
        message = {"channel": channel, "to": to, "text": text}
        if subject is not None:
            message["subject"] = subject
        try:
            reply = await self._http.call(
                "POST",
                "/inbox/messages",
                body=msgspec.json.encode(message),
                headers={"content-type": "application/json"},
            )
        except CallFailedError as error:
            raise MessageNotSentError(str(error)) from error
        if reply.status != HTTPStatus.CREATED:
            raise MessageNotSentError(f"HTTP {reply.status}")
