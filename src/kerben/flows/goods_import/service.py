"""Taking in files of goods and telling how their runs go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.catalog.api import (
    ImportFault,
    ImportFormat,
    ImportRun,
    NewImport,
    cancel_import,
    create_import,
    import_by_id,
    imports_of_shop,
)
from kerben.domains.merchants.api import ShopAccess
from kerben.flows.goods_import.errors import ImportEndedError
from kerben.platform.db import WriteTx
from kerben.platform.jobs import enqueue
from kerben.platform.ratelimit import RateLimiter
from kerben.platform.runtime import Runtime

JOB: Final = "goods_import.run"


class ImportView(msgspec.Struct, frozen=True):
    """A run of import as its shop's staff see it. `total` is null until the file was read once.

    `errors` are the first 1,000 faults and warnings, `error_count` is how many there are; `failure` says why the file
    as a whole could not be read.
    """

    id: UUID
    shop_id: UUID
    status: str
    format: ImportFormat
    file_name: str | None
    dry_run: bool
    total: int | None
    processed: int
    created: int
    updated: int
    unchanged: int
    failed: int
    errors: Sequence[ImportFault]
    error_count: int
    failure: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ImportLimiter(RateLimiter):
    """Files per shop: 30 at once, then one in ten seconds."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.clock, burst=30, per_s=0.1, enabled=runtime.settings.rate_limits)


def import_view(run: ImportRun, *, faults: bool = True) -> ImportView:
    """A run for an answer; lists leave the faults out."""
    return ImportView(
        id=run.id,
        shop_id=run.shop_id,
        status=run.status.value,
        format=run.format,
        file_name=run.file_name,
        dry_run=run.dry_run,
        total=run.total,
        processed=run.processed,
        created=run.created,
        updated=run.updated,
        unchanged=run.unchanged,
        failed=run.failed,
        errors=run.errors if faults else (),
        error_count=run.error_count,
        failure=run.failure,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


async def queue_import(tx: WriteTx, access: ShopAccess, new: NewImport, ip: str) -> UUID:
    """Queue a run and its job; the run's id."""
    run_id = await create_import(tx, new)
    await ask_for(tx, run_id)
    after = {
        "shop_id": str(new.shop_id),
        "format": new.format,
        "file_name": new.file_name,
        "dry_run": new.dry_run,
        "revive": new.revive,
        "default_price": new.default_price,
    }
    await record(tx, _entry(access, "import.start", run_id, after, ip))
    return run_id


async def ask_for(tx: WriteTx, run_id: UUID) -> None:
    """Ask for the job of a run, unless it is waiting or under way already."""
    await enqueue(tx, JOB, str(run_id).encode(), dedupe_key=f"{JOB}:{run_id}")


async def queue_next(tx: WriteTx, shop_id: UUID) -> None:
    """Ask for the job of the run that has waited longest in a shop, now that another one has ended."""
    for run in (await imports_of_shop(tx, shop_id, unfinished=True))[:1]:
        await ask_for(tx, run.id)


async def stop_import(tx: WriteTx, access: ShopAccess, run: ImportRun, ip: str) -> ImportRun:
    """Cancel a run: no further chunk is written. Raises ImportEndedError when it has ended."""
    if not await cancel_import(tx, run.id):
        raise ImportEndedError
    await queue_next(tx, run.shop_id)
    await record(tx, _entry(access, "import.cancel", run.id, None, ip))
    return await import_by_id(tx, run.id)


def _entry(access: ShopAccess, action: str, run_id: UUID, after: dict[str, Any] | None, ip: str) -> AuditEntry:
    return AuditEntry(
        access.actor, access.role, action, "import", str(run_id), None, after, ip, access.merchant_id
    )  # fmt: skip
