"""HTTP of what differs between tills and us."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.api import StaffRole, shop_access
from kerben.domains.pos.model import Discrepancy, Resolution
from kerben.domains.pos.repository import discrepancies as repository
from kerben.domains.pos.service import discrepancies
from kerben.domains.pos.wire import Moment
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database, WriteTx
from kerben.platform.errors import NotFoundError
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.money import to_major
from kerben.platform.qty import to_number
from kerben.platform.settings import Settings

HttpRequest = Request[Any, Any, Any]

RESOLVES: Final = frozenset({StaffRole.OWNER, StaffRole.MANAGER, StaffRole.STOREKEEPER})


class DiscrepancyView(msgspec.Struct):
    """Where a till and we differ: quantities in units, prices in major units as text.

    `version` goes up when a later report differs by another amount; `reported_at` is when the till counted.
    """

    id: UUID
    variant_id: UUID
    kind: str
    device_id: UUID
    reported: int | float | str
    ours: int | float | str
    version: int
    opened_at: datetime
    seen_at: datetime
    reported_at: datetime | None
    resolved_at: datetime | None
    resolution: str | None
    resolved_by: UUID | None
    note: str | None


class Decision(msgspec.Struct):
    """What somebody decided. `version` is that of the discrepancy he saw; accepting needs it."""

    action: Literal["accept_reported", "keep_ours", "ignore"]
    version: int | None = None
    note: Annotated[str, Meta(max_length=500)] | None = None


class DiscrepancyController(Controller):
    """Discrepancies of a shop, for its staff."""

    path = "/api/v1"
    tags = ("POS",)
    guards = [signed_in]

    @get("/shops/{shop_id:uuid}/pos-discrepancies")
    async def list_discrepancies(
        self,
        request: HttpRequest,
        db: Database,
        settings: Settings,
        shop_id: UUID,
        resolved: bool = False,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[DiscrepancyView]:
        """Where the tills and we differ, newest first; `resolved=true` shows what was settled too."""
        size = page_limit(limit)
        before = decode_cursor(cursor, tuple[Moment, UUID])
        async with db.read() as tx:
            access = await shop_access(tx, principal_of(request), shop_id)
            rows = await repository.of_shop(tx, access.shop_id, open_only=not resolved, before=before, limit=size + 1)
        shown = rows[:size]
        following = encode_cursor(shown[-1].opened_at, shown[-1].id) if len(rows) > size else None
        return Page([_view(row, settings.currency) for row in shown], following)

    @post("/discrepancies/{discrepancy_id:uuid}/resolve", status_code=HTTP_200_OK, summary="Settle a discrepancy")
    async def resolve(
        self, request: HttpRequest, db: Database, settings: Settings, discrepancy_id: UUID, data: Decision
    ) -> DiscrepancyView:
        """Take the till's number over, keep ours (the till hears of it), or ignore this difference.

        `accept_reported` adds the difference of the till's report to what we hold now, so that what was sold since
        stays sold, or sets the online price. 409 DISCREPANCY_CHANGED when a newer report differs,
        409 DISCREPANCY_RESOLVED when somebody was faster.
        """

        async def work(tx: WriteTx) -> Discrepancy:
            shop_id = await repository.shop_of(tx, discrepancy_id)
            if shop_id is None:
                raise NotFoundError
            access = await shop_access(tx, principal_of(request), shop_id, RESOLVES)
            action = Resolution(data.action)
            return await discrepancies.resolve(
                tx, access, discrepancy_id, action, data.version, data.note, client_ip(request)
            )

        return _view(await db.transact(work), settings.currency)


def _view(row: Discrepancy, currency: str) -> DiscrepancyView:
    def shown(value: int) -> int | float | str:
        return to_number(value) if row.kind == "stock" else to_major(value, currency)

    return DiscrepancyView(
        id=row.id,
        variant_id=row.variant_id,
        kind=row.kind,
        device_id=row.device_id,
        reported=shown(row.reported),
        ours=shown(row.ours),
        version=row.version,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        reported_at=row.reported_at,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        resolved_by=row.resolved_by,
        note=row.note,
    )
