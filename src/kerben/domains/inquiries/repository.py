"""All SQL of call-back requests."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.inquiries.model import (
    AskedRequest,
    Asking,
    AvailabilityOutcome,
    AvailabilityRequest,
    AvailabilityStatus,
    Question,
)
from kerben.domains.merchants.api import ShopAccess
from kerben.platform.db import ReadTx, Row, WriteTx


def _request(row: Row) -> AvailabilityRequest:
    return AvailabilityRequest(
        id=row["id"],
        shop_id=row["shop_id"],
        product_id=row["product_id"],
        variant_id=row["variant_id"],
        name=row["name"],
        phone=row["phone"],
        comment=row["comment"],
        status=AvailabilityStatus(row["status"]),
        outcome=AvailabilityOutcome(row["outcome"]) if row["outcome"] is not None else None,
        note=row["note"],
        created_at=row["created_at"],
        answered_at=row["answered_at"],
        answered_by=row["answered_by"],
    )


async def open_or_find(tx: WriteTx, shop_id: UUID, question: Question) -> Asking:
    """Open a request, or find the open one of this phone about this product. Uses availability_request_open.

    The update changes nothing: it waits for whoever opens or answers that request at the same moment, and returns
    the row. xmax is zero in a row that this statement inserted.
    """
    row = await tx.fetchrow(
        """
        INSERT INTO inquiries.availability_request AS r
            (id, shop_id, product_id, variant_id, name, phone, comment, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
        ON CONFLICT (product_id, phone) WHERE status = 'open' DO UPDATE SET status = r.status
        RETURNING r.id, r.status, r.created_at, (r.xmax = 0) AS new
        """,
        tx.new_id(),
        shop_id,
        question.product_id,
        question.variant_id,
        question.name,
        question.phone,
        question.comment,
        tx.now,
    )
    assert row is not None  # noqa: S101 - inserted or found
    return Asking(AskedRequest(row["id"], AvailabilityStatus(row["status"]), row["created_at"]), row["new"])


async def of_shop(
    tx: ReadTx, access: ShopAccess, status: AvailabilityStatus, before: UUID | None, limit: int
) -> list[AvailabilityRequest]:
    """Requests of a shop in a status, newest first, that come after `before`. Uses availability_request_shop."""
    rows = await tx.fetch(
        """
        SELECT * FROM inquiries.availability_request
        WHERE shop_id = $1 AND status = $2 AND ($3::uuid IS NULL OR id < $3)
        ORDER BY id DESC LIMIT $4
        """,
        access.shop_id,
        status.value,
        before,
        limit,
    )
    return [_request(row) for row in rows]


async def of_phone(tx: ReadTx, phone: str, before: UUID | None, limit: int) -> list[AvailabilityRequest]:
    """Requests of a phone, newest first, that come after `before`. Uses availability_request_phone."""
    rows = await tx.fetch(
        """
        SELECT * FROM inquiries.availability_request
        WHERE phone = $1 AND ($2::uuid IS NULL OR id < $2)
        ORDER BY id DESC LIMIT $3
        """,
        phone,
        before,
        limit,
    )
    return [_request(row) for row in rows]


async def shop_of(tx: ReadTx, request_id: UUID) -> UUID | None:
    """Whose request it is; None when there is none. Uses availability_request_pkey."""
    return await tx.fetchval("SELECT shop_id FROM inquiries.availability_request WHERE id = $1", request_id)


async def answer(
    tx: WriteTx,
    access: ShopAccess,
    request_id: UUID,
    outcome: AvailabilityOutcome,
    note: str | None,
    sources: Sequence[AvailabilityStatus],
) -> AvailabilityRequest | None:
    """Answer a request of the shop that is in one of `sources`; None when it is not. Uses
    availability_request_pkey."""
    row = await tx.fetchrow(
        """
        UPDATE inquiries.availability_request
        SET status = 'answered', outcome = $4, note = $5, answered_at = $6, answered_by = $7
        WHERE id = $1 AND shop_id = $2 AND status = ANY($3::text[])
        RETURNING *
        """,
        request_id,
        access.shop_id,
        [source.value for source in sources],
        outcome.value,
        note,
        tx.now,
        access.actor,
    )
    return _request(row) if row is not None else None
