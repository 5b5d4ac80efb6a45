"""Events that a consumer could not handle, as operators see them: listed, handled again, or given up.

An event is parked with all later ones of its key behind it (see `consumers`), so that a list shows the first of each
key and how many wait behind it, and what is done about one is done about its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from kerben.platform.consumers import Consumer
from kerben.platform.db import ReadTx, Row, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.logs import one_line
from kerben.platform.modules import Reaction
from kerben.platform.runtime import Runtime


class DeadLetter(msgspec.Struct, frozen=True):
    """The first parked event of a key. `error` is one line; `parked_behind` counts later events of the key."""

    id: UUID
    consumer: str
    key: str
    event_name: str
    event_id: UUID
    position: int
    error: str
    attempts: int
    first_failed_at: datetime
    parked_behind: int


class Replayed(msgspec.Struct, frozen=True):
    """What came of handling a key's events again: how many succeeded, how many are still parked, and why."""

    handled: int
    left: int
    error: str | None


def _letter(row: Row) -> DeadLetter:
    return DeadLetter(
        row["id"], row["consumer"], row["key"], row["name"], row["event_id"], row["position"],
        one_line(row["error"]), row["attempts"], row["parked_at"], row["behind"],
    )  # fmt: skip


_FIELDS: Final = """
    d.id, d.consumer, d.key, d.name, d.event_id, d.position, d.error, d.attempts, d.parked_at,
    (SELECT count(*) FROM platform.dead_letter b
     WHERE b.consumer = d.consumer AND b.key = d.key AND b.position > d.position) AS behind
"""
_FIRST: Final = """
    NOT EXISTS (SELECT 1 FROM platform.dead_letter e
                WHERE e.consumer = d.consumer AND e.key = d.key AND e.position < d.position)
"""


async def page(tx: ReadTx, after: tuple[str, int] | None, limit: int) -> list[DeadLetter]:
    """The first parked event of each key, by consumer and position. Uses dead_letter_order, dead_letter_key."""
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM platform.dead_letter d
        WHERE {_FIRST} AND ($1::text IS NULL OR (d.consumer, d.position) > ($1, $2::bigint))
        ORDER BY d.consumer, d.position LIMIT $3
        """,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_letter(row) for row in rows]


async def count(tx: ReadTx) -> int:
    """How many keys have parked events: the length of the list. Uses dead_letter_key."""
    return int(await tx.fetchval(f"SELECT count(*) FROM platform.dead_letter d WHERE {_FIRST}"))


async def find(tx: ReadTx, letter_id: UUID) -> DeadLetter:
    """A parked event; NotFoundError when there is none. Uses dead_letter_id."""
    row = await tx.fetchrow(f"SELECT {_FIELDS} FROM platform.dead_letter d WHERE d.id = $1", letter_id)
    if row is None:
        raise NotFoundError
    return _letter(row)


async def discard(tx: WriteTx, letter_id: UUID) -> DeadLetter:
    """Give a parked event up: it is never handled. Those behind it stay parked until they are handled again.

    Raises NotFoundError. Uses dead_letter_id.
    """
    held = await tx.fetchrow("SELECT consumer FROM platform.dead_letter WHERE id = $1 FOR UPDATE", letter_id)
    if held is None:
        raise NotFoundError
    letter = await find(tx, letter_id)
    await tx.execute("DELETE FROM platform.dead_letter WHERE id = $1", letter_id)
    return letter


async def replay(runtime: Runtime, reactions: Mapping[str, Reaction], letter: DeadLetter) -> Replayed:
    """Handle the parked events of a letter's key again, in order, each in a transaction of its own, until one fails.

    What fails stays parked with its new error. Raises NotFoundError when the consumer does not exist any more.
    """
    reaction = reactions.get(letter.consumer)
    if reaction is None:
        raise NotFoundError
    outcome = await Consumer(runtime, reaction).replay(letter.key)
    async with runtime.db.read() as tx:
        left = await tx.fetchval(
            "SELECT count(*) FROM platform.dead_letter WHERE consumer = $1 AND key = $2", letter.consumer, letter.key
        )
    error = one_line(outcome.error) if outcome.error is not None else None
    return Replayed(outcome.handled, int(left), error)
