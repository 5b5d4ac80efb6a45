"""Messages leave after the commit that causes them, and are not lost when a process dies before: they are rows, sent
by a sweep. The text is sealed, because it holds codes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from kerben.domains.identity.model import Login
from kerben.domains.identity.ports import MessageSender
from kerben.domains.identity.repository import messages
from kerben.domains.identity.repository.messages import OutgoingMessage
from kerben.platform.db import WriteTx
from kerben.platform.logs import logger, scrub
from kerben.platform.runtime import Runtime

_log = logger("identity.messages")

_PURPOSE: Final = "identity-message"
_LEASE: Final = timedelta(seconds=30)
_SEND_S: Final = 10.0
_AT_ONCE: Final = 20
_PAUSE_MAX_S: Final = 60.0


async def enqueue(runtime: Runtime, tx: WriteTx, login: Login, subject: str, text: str, expires_at: datetime) -> None:
    """Store a message to a phone or address; it is of no use after `expires_at`."""
    sealed = runtime.keys.seal(_PURPOSE, text.encode())
    await messages.insert(tx, login.channel, login.value, subject, sealed, expires_at)


async def send_due(runtime: Runtime) -> int:
    """Send what is due; how many were sent. A message that fails is tried again, later and later, while it is of
    use."""
    if not runtime.has_port(MessageSender):
        return 0
    async with runtime.db.write() as tx:
        due = await messages.take_due(tx, _LEASE, _AT_ONCE)
    if not due:
        return 0
    sent = await asyncio.gather(*(_send(runtime, message) for message in due))
    now = runtime.clock.now()
    async with runtime.db.write() as tx:
        await messages.delete(tx, [m.id for m, ok in zip(due, sent, strict=True) if ok])
        for message, ok in zip(due, sent, strict=True):
            if not ok:
                pause_s = min(2.0**message.attempts, _PAUSE_MAX_S)
                await messages.delay(tx, message.id, now + timedelta(seconds=pause_s))
    return sum(sent)


async def _send(runtime: Runtime, message: OutgoingMessage) -> bool:
    try:
        text = runtime.keys.unseal(_PURPOSE, message.sealed_text).decode()
        async with asyncio.timeout(_SEND_S):
            await runtime.port(MessageSender).send(
                channel=message.channel, to=message.recipient, text=text, subject=message.subject
            )
    except Exception as error:
        # Whatever the adapter raises means the same here, and so does a text sealed with a former key: not sent, try
        # again, and let the other messages go.
        _log.warning("message_not_sent", message_id=str(message.id), error=scrub(repr(error)))
        return False
    return True
