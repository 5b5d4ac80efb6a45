"""Where messages of the platform land instead of phones and mailboxes: SMS, e-mail, push."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec

from kerben_sandbox.store import Store

SHOWN_MAX: Final = 100


class NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of `POST /inbox/messages`."""

    channel: Literal["sms", "email", "push"]
    to: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
    text: Annotated[str, msgspec.Meta(max_length=20_000)]
    subject: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class Message(msgspec.Struct, frozen=True):
    """A message as it arrived."""

    id: int
    channel: str
    to: str
    subject: str | None
    text: str
    sent_at: datetime


class Inbox:
    """Messages, newest first. Callers await `Store.durable` before they answer."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def add(self, new: NewMessage) -> int:
        """Keep a message; its id."""
        cursor = self._store.write(
            "INSERT INTO messages (channel, recipient, subject, text, sent_at) VALUES (?, ?, ?, ?, ?)",
            (new.channel, new.to, new.subject, new.text, self._clock()),
        )
        return cursor.lastrowid or 0

    def messages(self, to: str = "") -> list[Message]:
        """The newest messages to an address, or to anyone."""
        where, values = ("WHERE recipient = ?", [to]) if to else ("", [])
        return [
            Message(
                row["id"],
                row["channel"],
                row["recipient"],
                row["subject"],
                row["text"],
                datetime.fromtimestamp(row["sent_at"], UTC),
            )
            for row in self._store.rows(
                f"SELECT * FROM messages {where} ORDER BY id DESC LIMIT ?", [*values, SHOWN_MAX]
            )
        ]
