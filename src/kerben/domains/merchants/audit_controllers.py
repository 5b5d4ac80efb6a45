"""HTTP of a merchant's own part of the audit log."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, get
from litestar.params import Parameter

from kerben.domains.identity.api import signed_in
from kerben.domains.merchants.access import merchant_access
from kerben.domains.merchants.audit import SellerEntry, merchant_audit
from kerben.domains.merchants.model import StaffRole
from kerben.platform.access import principal_of
from kerben.platform.db import Database
from kerben.platform.http import Page, page_limit

_READERS: Final = (StaffRole.OWNER, StaffRole.MANAGER)


class MerchantAuditController(Controller):
    """Who did what with a merchant's things."""

    path = "/api/v1/merchants/{merchant_id:uuid}/audit"
    tags = ("Merchants",)

    @get(guards=[signed_in])
    async def list_entries(
        self,
        request: Request[Any, Any, Any],
        merchant_id: UUID,
        db: Database,
        cursor: Annotated[str | None, Parameter(description="`next_cursor` of the page before")] = None,
        limit: Annotated[int | None, Parameter(description="1 to 100, 24 when left out")] = None,
    ) -> Page[SellerEntry]:
        """What was done with a merchant, its shops, staff, tills, goods, orders and payouts; newest first.

        For its owner and managers of the whole merchant; 404 for somebody else's.
        """
        size = page_limit(limit)
        async with db.read() as tx:
            access = await merchant_access(tx, principal_of(request), merchant_id, _READERS)
            return await merchant_audit(tx, access, cursor, size)
