"""SQL of problems with payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from kerben.domains.payments.model import PaymentProblem
from kerben.platform.db import ReadTx, Row, WriteTx

BY_ANSWER: Final = "the right answer came after all"

_FIELDS: Final = """
    q.id, q.payment_id, q.problem, q.found_at, q.resolved_at, q.resolved_by, q.note,
    p.subject, p.subject_id, p.merchant_id, p.amount, p.currency, p.status
"""


def _problem(row: Row) -> PaymentProblem:
    return msgspec.convert(dict(row), PaymentProblem)


async def keep(tx: WriteTx, problems: Sequence[tuple[UUID, str]]) -> None:
    """Keep problems of payments; one that is open already stays one. Uses problem_open_once."""
    if not problems:
        return
    await tx.execute(
        """
        INSERT INTO payments.problem (id, payment_id, problem, found_at)
        SELECT n.id, n.payment_id, n.problem, $4
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n(id, payment_id, problem)
        ON CONFLICT (payment_id, problem) WHERE resolved_at IS NULL DO NOTHING
        """,
        [tx.new_id() for _ in problems],
        [payment_id for payment_id, _ in problems],
        [problem for _, problem in problems],
        tx.now,
    )


async def end_of(tx: WriteTx, payment_ids: Sequence[UUID]) -> None:
    """Payments have moved as they should: their problems are over. Uses problem_open_once."""
    await tx.execute(
        """
        UPDATE payments.problem SET resolved_at = $2, note = $3
        WHERE payment_id = ANY($1::uuid[]) AND resolved_at IS NULL
        """,
        list(payment_ids),
        tx.now,
        BY_ANSWER,
    )


async def newest(tx: ReadTx, *, resolved: bool, before: UUID | None, limit: int) -> list[PaymentProblem]:
    """Problems, newest first. Uses problem_open, or problem_pkey for resolved ones."""
    state = "q.resolved_at IS NOT NULL" if resolved else "q.resolved_at IS NULL"
    rows = await tx.fetch(
        f"""
        SELECT {_FIELDS} FROM payments.problem q JOIN payments.payment p ON p.id = q.payment_id
        WHERE {state} AND ($1::uuid IS NULL OR q.id < $1) ORDER BY q.id DESC LIMIT $2
        """,
        before,
        limit,
    )
    return [_problem(row) for row in rows]


async def count_open(tx: ReadTx) -> int:
    """Problems that nobody has looked into. Uses problem_open."""
    return int(await tx.fetchval("SELECT count(*) FROM payments.problem WHERE resolved_at IS NULL"))


async def lock(tx: WriteTx, problem_id: UUID) -> PaymentProblem | None:
    """A problem, locked with its payment, which comes first as everywhere. Uses problem_pkey and payment_pkey."""
    await tx.execute(
        """
        SELECT FROM payments.payment
        WHERE id = (SELECT payment_id FROM payments.problem WHERE id = $1) FOR UPDATE
        """,
        problem_id,
    )
    row = await tx.fetchrow(
        f"""
        SELECT {_FIELDS} FROM payments.problem q JOIN payments.payment p ON p.id = q.payment_id
        WHERE q.id = $1 FOR UPDATE OF q
        """,
        problem_id,
    )
    return _problem(row) if row else None


async def resolve(tx: WriteTx, problem: PaymentProblem, actor_id: UUID, note: str) -> None:
    """Note who looked into a locked problem and what came of it. Uses problem_pkey and payment_pkey."""
    await tx.execute(
        "UPDATE payments.problem SET resolved_at = $2, resolved_by = $3, note = $4 WHERE id = $1",
        problem.id,
        tx.now,
        actor_id,
        note,
    )
    await tx.execute(
        "UPDATE payments.payment SET problem = NULL WHERE id = $1 AND problem = $2",
        problem.payment_id,
        problem.problem,
    )
