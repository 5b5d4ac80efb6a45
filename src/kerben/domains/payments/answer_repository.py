"""SQL of the record of acquirers' answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.payments.model import Source, Verdict
from kerben.domains.payments.ports import ProviderState
from kerben.platform.db import ReadTx, WriteTx


class Answer(msgspec.Struct, frozen=True):
    """An acquirer's answer and what we made of it; `state` is None when it could not be believed at all."""

    payment_id: UUID | None
    source: Source
    state: ProviderState | None
    verdict: Verdict
    detail: str | None


class AnswerView(msgspec.Struct, frozen=True):
    """A recorded answer, for people who look into a problem."""

    source: str
    status: str | None
    amount: int | None
    currency: str | None
    verdict: Verdict
    detail: str | None


async def record(tx: WriteTx, provider: str, answers: Sequence[Answer]) -> None:
    """Keep answers with their verdicts. Texts are cut: a forged notice must not fill the disk."""
    await tx.execute(
        """
        INSERT INTO payments.provider_event (payment_id, source, provider_payment_id, status, amount, currency,
                                             verdict, detail, provider, received_at)
        SELECT a.*, $9, $10
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                    $8::text[]) AS a
        """,
        [a.payment_id for a in answers],
        [a.source.value for a in answers],
        [a.state.provider_payment_id[:100] if a.state else None for a in answers],
        [a.state.status.value if a.state else None for a in answers],
        [a.state.amount if a.state else None for a in answers],
        [a.state.currency[:8] if a.state else None for a in answers],
        [a.verdict.value for a in answers],
        [a.detail[:300] if a.detail else None for a in answers],
        provider,
        tx.now,
    )


async def purge(tx: WriteTx, before: datetime, limit: int) -> int:
    """Forget old answers; how many. Those that were applied stay as the proof of what moved money, and so does
    whatever was said of a payment with an open problem. Uses provider_event_old and problem_open_once."""
    return await tx.execute(
        """
        DELETE FROM payments.provider_event WHERE id IN (
            SELECT e.id FROM payments.provider_event e
            WHERE e.received_at < $1 AND e.verdict <> 'applied' AND NOT EXISTS (
                SELECT FROM payments.problem q WHERE q.payment_id = e.payment_id AND q.resolved_at IS NULL)
            ORDER BY e.received_at LIMIT $2)
        """,
        before,
        limit,
    )


async def of_payment(tx: ReadTx, payment_id: UUID) -> list[AnswerView]:
    """Answers about a payment, oldest first. Uses provider_event_payment."""
    rows = await tx.fetch(
        """
        SELECT source, status, amount, currency, verdict, detail FROM payments.provider_event
        WHERE payment_id = $1 ORDER BY id
        """,
        payment_id,
    )
    return [msgspec.convert(dict(row), AnswerView) for row in rows]
