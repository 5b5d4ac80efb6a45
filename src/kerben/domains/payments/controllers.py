"""HTTP of problems with payments, for admins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import Parameter
from msgspec import Meta

from kerben.domains.identity.api import admin
from kerben.domains.payments.model import PaymentProblem, PaymentStatus
from kerben.domains.payments.problems import problems, resolve_problem
from kerben.platform.access import client_ip, principal_of
from kerben.platform.db import Database
from kerben.platform.http import Page, decode_cursor, encode_cursor, page_limit
from kerben.platform.money import MoneyView, view

Cursor = Annotated[str | None, Parameter(description="`next_cursor` of the page before")]
Limit = Annotated[int | None, Parameter(description="1 to 100, 24 when left out")]


class ProblemView(msgspec.Struct, frozen=True):
    """A problem with a payment."""

    id: UUID
    payment_id: UUID
    subject: str
    subject_id: UUID
    merchant_id: UUID
    amount: MoneyView
    payment_status: PaymentStatus
    problem: str
    found_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    """Null with `resolved_at`: the acquirer's right answer came after all."""
    note: str | None


class ResolveBody(msgspec.Struct, frozen=True):
    """What came of it."""

    note: Annotated[str, Meta(min_length=1, max_length=1000)]


def _view(p: PaymentProblem) -> ProblemView:
    return ProblemView(
        p.id, p.payment_id, p.subject, p.subject_id, p.merchant_id, view(p.amount, p.currency), p.status, p.problem,
        p.found_at, p.resolved_at, p.resolved_by, p.note,
    )  # fmt: skip


class PaymentProblemController(Controller):
    """What acquirers said that does not fit, for people to look into."""

    path = "/api/v1/admin/payment-problems"
    tags = ("Payments",)

    @get(guards=[admin], summary="Problems with payments")
    async def list_problems(
        self, db: Database, resolved: bool = False, cursor: Cursor = None, limit: Limit = None
    ) -> Page[ProblemView]:
        """Open problems, or resolved ones; newest first."""
        size = page_limit(limit)
        before = decode_cursor(cursor, tuple[UUID])
        async with db.read() as tx:
            found = await problems(tx, resolved=resolved, before=before[0] if before else None, limit=size + 1)
        shown = found[:size]
        return Page([_view(p) for p in shown], encode_cursor(shown[-1].id) if len(found) > size else None)

    @post("/{problem_id:uuid}/resolve", guards=[admin], summary="Resolve a problem", status_code=200)
    async def resolve(
        self, request: Request[Any, Any, Any], problem_id: UUID, data: ResolveBody, db: Database
    ) -> ProblemView:
        """Close a problem with a note. Repeating it changes nothing."""
        actor_id, ip = principal_of(request).user_id, client_ip(request)
        return _view(
            await db.transact(lambda tx: resolve_problem(tx, problem_id, actor_id=actor_id, note=data.note, ip=ip))
        )
