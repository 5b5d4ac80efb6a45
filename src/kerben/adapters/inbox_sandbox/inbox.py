"""Sends messages to the sandbox inbox instead of phones and mailboxes."""

from __future__ import annotations

from http import HTTPStatus

import httpx
import msgspec


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
        self._http = httpx.AsyncClient(
            base_url=config.base_url.rstrip("/"),
            timeout=httpx.Timeout(config.timeout_s),
            headers={"authorization": f"Bearer {config.secret}"},
            trust_env=False,
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
            response = await self._http.post("/inbox/messages", json=message)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise MessageNotSentError(type(error).__name__) from error
        if response.status_code != HTTPStatus.CREATED:
            raise MessageNotSentError(f"HTTP {response.status_code}")
