"""Background jobs on PgQueuer: enqueued inside the caller's transaction, so never for something that rolled back.

PgQueuer is imported when it is first needed: it takes half a second, and most server processes never enqueue.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from kerben.platform import failpoints
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.logs import logger, one_line, scrub
from kerben.platform.modules import Job
from kerben.platform.runtime import Runtime

if TYPE_CHECKING:
    from pgqueuer import PgQueuer
    from pgqueuer.adapters.persistence.queries import Queries
    from pgqueuer.models import Job as QueuedJob

_log = logger("jobs")

RETRY_S: Final = (5, 30, 120, 600)
"""Pauses before a failed job is tried again; after the last one it is parked as failed."""

SCHEMA: Final = "jobs"

JobState = Literal["waiting", "running", "failed"]


class QueueCount(msgspec.Struct, frozen=True):
    """How many jobs of a queue stand in a state, and since when the oldest of them."""

    queue: str
    state: JobState
    count: int
    oldest_at: datetime


class FailedJob(msgspec.Struct, frozen=True):
    """A job that was tried often enough and waits for a person. `error` is one line without secrets."""

    id: int
    queue: str
    attempts: int
    failed_at: datetime
    error: str | None


_STATES: Final[dict[str, JobState]] = {"queued": "waiting", "picked": "running", "failed": "failed"}


async def counts(tx: ReadTx) -> list[QueueCount]:
    """Jobs that have not ended well yet, by queue and state. The table holds no others, so it is small."""
    rows = await tx.fetch(
        """
        SELECT entrypoint, status::text AS status, count(*) AS jobs, min(created) AS oldest_at FROM jobs.pgqueuer
        WHERE status IN ('queued', 'picked', 'failed') GROUP BY entrypoint, status ORDER BY entrypoint, status
        """
    )
    return [QueueCount(r["entrypoint"], _STATES[r["status"]], r["jobs"], r["oldest_at"]) for r in rows]


async def count_failed(tx: ReadTx) -> int:
    """Jobs that wait for a person."""
    return int(await tx.fetchval("SELECT count(*) FROM jobs.pgqueuer WHERE status = 'failed'"))


async def failures(tx: ReadTx, limit: int) -> list[FailedJob]:
    """The jobs that failed last, newest first, with the last error of each. Uses pgqueuer_log_job_id_status."""
    rows = await tx.fetch(
        """
        SELECT j.id, j.entrypoint, j.attempts, j.updated, l.error FROM jobs.pgqueuer j
        LEFT JOIN LATERAL (
            SELECT concat_ws(': ', traceback ->> 'exception_type', traceback ->> 'exception_message') AS error
            FROM jobs.pgqueuer_log WHERE job_id = j.id AND traceback IS NOT NULL
            ORDER BY created DESC LIMIT 1
        ) l ON true
        WHERE j.status = 'failed' ORDER BY j.updated DESC, j.id DESC LIMIT $1
        """,
        limit,
    )
    return [
        FailedJob(r["id"], r["entrypoint"], r["attempts"], r["updated"], one_line(r["error"]) if r["error"] else None)
        for r in rows
    ]


class _TxDriver:
    """Lets PgQueuer write through our transaction."""

    def __init__(self, tx: WriteTx) -> None:
        self._tx = tx

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        return [dict(row) for row in await self._tx.fetch(query, *args)]


def _queries(driver: Any) -> Queries:
    from pgqueuer.adapters.persistence import qb
    from pgqueuer.adapters.persistence.queries import Queries
    from pgqueuer.domain.settings import DBSettings

    settings = DBSettings(db_schema=SCHEMA)
    return Queries(
        driver,
        qbe=qb.QueryBuilderEnvironment(settings),
        qbq=qb.QueryQueueBuilder(settings),
        qbs=qb.QuerySchedulerBuilder(settings),
    )


async def enqueue(tx: WriteTx, name: str, payload: bytes, *, dedupe_key: str | None = None) -> None:
    """Ask for a job; it starts after this transaction commits. A waiting job with the same `dedupe_key` is enough."""
    await _queries(_TxDriver(tx)).enqueue(name, payload, dedupe_key=dedupe_key, on_conflict="skip")


def build(runtime: Runtime, pool: Any, jobs: list[Job]) -> PgQueuer:
    """The queue runner of a worker; the caller runs it and sets its `shutdown`."""
    from pgqueuer import PgQueuer
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver

    runner = PgQueuer(AsyncpgPoolDriver(pool), queries=_queries(AsyncpgPoolDriver(pool)))
    for job in jobs:
        _register(runner, runtime, job)
    return runner


def _register(runner: PgQueuer, runtime: Runtime, job: Job) -> None:
    from pgqueuer.domain.errors import RetryRequested

    async def run(queued: QueuedJob) -> None:
        try:
            await job.run(runtime, queued.payload or b"")
            if failpoints.ACTIVE:
                await failpoints.reach("job.ran", job.name)
        except Exception as error:
            _log.warning("job_failed", job=job.name, attempts=queued.attempts, error=scrub(repr(error)))
            if queued.attempts >= len(RETRY_S):
                raise
            raise RetryRequested(timedelta(seconds=RETRY_S[queued.attempts]), scrub(repr(error))) from error

    runner.entrypoint(job.name, on_failure="hold", accepts_context=False)(run)
