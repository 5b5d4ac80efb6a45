"""What keeps the platform's own tables small: partitions of the outbox, old idempotency keys."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from kerben.platform import idempotency
from kerben.platform.db import WriteTx
from kerben.platform.modules import Module, Sweep
from kerben.platform.runtime import Runtime

OUTBOX_DAYS: Final = 7
"""Days that events stay in the outbox; a consumer that is further behind keeps its partitions."""
AHEAD_DAYS: Final = 2


def _partition(day: date) -> str:
    return f"outbox_{day:%Y%m%d}"


async def ensure_outbox_partitions(tx: WriteTx) -> int:
    """Make the partitions of today and the next days; how many were made.

    Writers wait for as long as it takes, a few milliseconds: a row that reached the default partition between the
    look and the making would forbid the new one, and a writer under way would be refused by the narrowed default.
    """
    today = tx.now.astimezone(UTC).date()
    days = [today + timedelta(days=offset) for offset in range(AHEAD_DAYS + 1)]
    missing = [day for day in days if not await _exists(tx, day)]
    if not missing:
        return 0
    await tx.execute("LOCK TABLE platform.outbox IN SHARE ROW EXCLUSIVE MODE")
    made = 0
    for day in missing:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        end = start + timedelta(days=1)
        # Somebody else may have made it while we waited. Rows of that day that already lie in the default
        # partition would forbid it: then they all stay there.
        if await _exists(tx, day) or await tx.fetchval(
            "SELECT EXISTS (SELECT 1 FROM platform.outbox_default WHERE occurred_at >= $1 AND occurred_at < $2)",
            start,
            end,
        ):
            continue
        await tx.execute(
            f"CREATE TABLE platform.{_partition(day)} PARTITION OF platform.outbox"
            f" FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
        )
        made += 1
    return made


async def _exists(tx: WriteTx, day: date) -> bool:
    return bool(await tx.fetchval("SELECT to_regclass('platform.' || $1) IS NOT NULL", _partition(day)))


async def drop_old_outbox_partitions(tx: WriteTx) -> int:
    """Drop partitions that are older than a week and read by every consumer; how many were dropped."""
    rows = await tx.fetch(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'platform.outbox'::regclass AND c.relname <> 'outbox_default'"
    )
    oldest = _partition((tx.now.astimezone(UTC) - timedelta(days=OUTBOX_DAYS)).date())
    dropped = 0
    for name in sorted(row["relname"] for row in rows):
        if name >= oldest:
            continue
        unread = await tx.fetchval(
            f"SELECT EXISTS (SELECT 1 FROM platform.consumer c WHERE c.last < (SELECT max(id) FROM platform.{name}))"
        )
        if not unread:
            await tx.execute(f"DROP TABLE platform.{name}")
            dropped += 1
    return dropped


async def _keep_house(runtime: Runtime) -> int:
    async def work(tx: WriteTx) -> None:
        # One worker at a time; another one that asks meanwhile has nothing to do.
        if await tx.fetchval("SELECT pg_try_advisory_xact_lock(7021)"):
            await tx.execute("SET LOCAL lock_timeout = '2s'")
            await ensure_outbox_partitions(tx)
            await drop_old_outbox_partitions(tx)
            await idempotency.purge(tx)

    await runtime.db.transact(work)
    return 0


MODULE = Module(name="platform", sweeps=[Sweep("platform.housekeeping", 600, _keep_house)])
