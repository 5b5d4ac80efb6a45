"""The transactional outbox: events are rows written by the transaction that causes them.

Reading without skipping: positions come from a sequence, so a transaction may commit a lower position after a
higher one is visible. A reader therefore keeps, beside its last position, the gaps below it, each with a horizon: a
transaction id drawn after it was noticed. A gap is given up only when every transaction below its horizon has ended
and still nothing is there: then it was a rollback. The position is drawn after the transaction has an id (see
`_INSERT`), which makes this proof complete, and after its locks are taken (events are flushed at commit), which keeps
events of one key in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from kerben.platform.events import Envelope, Event, event_class
from kerben.platform.ids import new_id
from kerben.platform.logs import current_request_id

if TYPE_CHECKING:
    from kerben.platform.db import ReadTx, WriteTx

CHANNEL: Final = "kerben_events"

# pg_current_xact_id() assigns the transaction id before any position is drawn from the sequence.
_INSERT: Final = """
WITH own AS MATERIALIZED (SELECT pg_current_xact_id() AS xid)
INSERT INTO platform.outbox (event_id, name, key, payload, occurred_at, request_id)
SELECT e.event_id, e.name, e.key, e.payload::json, $5, $6
FROM own, unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS e(event_id, name, key, payload, n)
WHERE own.xid IS NOT NULL
ORDER BY e.n
"""

# Uses outbox (id) on each partition. The first row holds the moment and every position that was read, the others the
# events that were asked for: a reader that wants few of them is not sent the rest.
_READ: Final = """
WITH page AS MATERIALIZED (
    SELECT id, event_id, name, key, occurred_at, request_id,
           CASE WHEN $4::text[] IS NULL OR name = ANY($4) THEN payload END AS payload
    FROM platform.outbox WHERE id = ANY($2::bigint[])
    UNION ALL
    (SELECT id, event_id, name, key, occurred_at, request_id,
            CASE WHEN $4::text[] IS NULL OR name = ANY($4) THEN payload END AS payload
     FROM platform.outbox WHERE id > $1 ORDER BY id LIMIT $3)
)
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin, array(SELECT id FROM page) AS ids,
       NULL::bigint AS id, NULL::uuid AS event_id, NULL AS name, NULL AS key, NULL::timestamptz AS occurred_at,
       NULL AS request_id, NULL::json AS payload
UNION ALL
SELECT NULL, NULL, id, event_id, name, key, occurred_at, request_id, payload FROM page WHERE payload IS NOT NULL
ORDER BY id NULLS FIRST
"""

# A transaction id drawn now is above that of every transaction that had drawn a position before. (A snapshot's xmax
# is not: it is one past the highest COMPLETED id, and a running transaction may lie above it.)
_HORIZON: Final = "SELECT pg_current_xact_id()::text::bigint"

_encoder = msgspec.json.Encoder()


async def insert(tx: WriteTx, events: Sequence[Event]) -> None:
    """Write events in the given order; called by the transaction when it flushes."""
    await tx.execute(
        _INSERT,
        [new_id() for _ in events],
        [e.name for e in events],
        [e.key for e in events],
        [_encoder.encode(e).decode() for e in events],
        tx.now,
        current_request_id(),
    )


class Cursor(msgspec.Struct):
    """Where a reader stands: everything up to `last` is read but for `gaps` (position → horizon)."""

    last: int = 0
    gaps: dict[int, int] = msgspec.field(default_factory=dict[int, int])

    @property
    def safe(self) -> int:
        """The highest position below which nothing can still appear."""
        return min(self.gaps) - 1 if self.gaps else self.last


class Page(msgspec.Struct):
    """What one reading brought. `events` holds those whose names were wanted and known, in order."""

    events: list[Envelope]
    read: int
    """How many rows were read, wanted or not."""


async def read_page(tx: ReadTx, cursor: Cursor, names: Sequence[str] | None, limit: int = 500) -> Page:
    """Read on from `cursor`, moving it; the caller stores the cursor in the same transaction as its effects.

    `names` None means every event.
    """
    rows = await tx.fetch(_READ, cursor.last, list(cursor.gaps), limit, list(names) if names is not None else None)
    xmin = int(rows[0]["xmin"])
    seen = set(rows[0]["ids"])
    cursor.gaps = {gap: horizon for gap, horizon in cursor.gaps.items() if gap not in seen and horizon > xmin}
    highest = max((position for position in seen if position > cursor.last), default=cursor.last)
    missing = [position for position in range(cursor.last + 1, highest) if position not in seen]
    if missing:
        horizon = int(await tx.fetchval(_HORIZON))
        cursor.gaps.update(dict.fromkeys(missing, horizon))
    cursor.last = highest
    return Page([e for row in rows[1:] if (e := envelope_of(row)) is not None], len(seen))


def envelope_of(row: Any) -> Envelope | None:
    """The event of a row; None when it was not asked for, or this version does not know its name."""
    if row["payload"] is None:
        return None
    cls = event_class(row["name"])
    if cls is None:
        return None
    return Envelope(
        position=row["id"] if "id" in row else row["position"],
        event_id=row["event_id"],
        event=msgspec.json.decode(row["payload"], type=cls),
        occurred_at=row["occurred_at"],
        request_id=row["request_id"],
    )


async def last_position(tx: ReadTx) -> int:
    """The highest visible position."""
    return int(await tx.fetchval("SELECT coalesce(max(id), 0) FROM platform.outbox") or 0)
