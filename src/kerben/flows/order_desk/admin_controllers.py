"""HTTP of admins' decisions about refunds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Request, post
from litestar.datastructures import State

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.identity.api import admin
from kerben.domains.payments import api as payments
from kerben.domains.payouts import api as payouts
from kerben.flows.order_desk.model import BearerBody, RefundView
from kerben.flows.order_desk.views import refund_view
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database, WriteTx


class RefundController(Controller):
    """Who bears a refund is decided by its evidence."""

    path = "/api/v1/admin/refunds"
    tags = ("Payments",)

    @post("/{refund_id:uuid}/bearer", guards=[admin], summary="Who bears a refund", status_code=200)
    async def bear(
        self, request: Request[Any, Any, State], refund_id: UUID, data: BearerBody, db: Database
    ) -> RefundView:
        """Decide who bears a refund. `platform`: the seller gets back what it took from him; `seller`: his claim is
        declined. May be repeated; 409 BEARER_DECIDED for `seller` after `platform`."""
        actor_id, ip = principal_of(request).user_id, client_ip(request)

        async def work(tx: WriteTx) -> RefundView:
            refund, payment = await payments.decide_bearer(tx, refund_id, data.borne_by)
            after = {"borne_by": refund.borne_by.value, "note": data.note}
            await record(tx, AuditEntry(actor_id, "admin", "refund.borne", "refund", str(refund_id), None, after, ip))
            if data.borne_by is payments.Bearer.PLATFORM:
                await payouts.create_due(tx, [payment.merchant_id], payment.currency)
            return refund_view(refund, payment.currency)

        return await db.transact(work)
