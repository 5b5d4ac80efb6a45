"""Problems with payments: what an acquirer said that does not fit, until a person has looked into it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from kerben.domains.audit.api import AuditEntry, record
from kerben.domains.payments import problem_repository
from kerben.domains.payments.model import PaymentProblem
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import NotFoundError


async def problems(tx: ReadTx, *, resolved: bool, before: UUID | None, limit: int) -> list[PaymentProblem]:
    """Problems that are open (or resolved), newest first."""
    return await problem_repository.newest(tx, resolved=resolved, before=before, limit=limit)


async def open_problems(tx: ReadTx) -> int:
    """How many problems are open."""
    return await problem_repository.count_open(tx)


async def resolve_problem(
    tx: WriteTx, problem_id: UUID, *, actor_id: UUID, note: str, ip: str | None = None
) -> PaymentProblem:
    """Close a problem with a note. One that is resolved already stays as it is. Raises NotFoundError."""
    problem = await problem_repository.lock(tx, problem_id)
    if problem is None:
        raise NotFoundError
    if problem.resolved_at is not None:
        return problem
    await problem_repository.resolve(tx, problem, actor_id, note)
    await record(
        tx,
        AuditEntry(
            actor_id, "admin", "payment.problem_resolved", "payment", str(problem.payment_id),
            {"problem": problem.problem}, {"note": note}, ip,
        ),
    )  # fmt: skip
    return msgspec.structs.replace(problem, resolved_at=tx.now, resolved_by=actor_id, note=note)
