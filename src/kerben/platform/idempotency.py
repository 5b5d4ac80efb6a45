"""Idempotency keys: the first answer is stored in the transaction of its effect and given again on a repeat.

Because key and effect commit together there is no "in progress" row that a crash could leave behind: a concurrent
request with the same key waits on the unique index until the first commits, then gets its answer.
Keys are kept for 24 hours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import asyncpg
import msgspec
from litestar import Response
from litestar.status_codes import HTTP_201_CREATED

from kerben.platform.access import Connection
from kerben.platform.db import Database, ReadTx, WriteTx
from kerben.platform.errors import DomainError, Kind
from kerben.platform.http import Prepared

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
_WAS_REPLAYED: Final = ((REPLAYED.lower().encode(), b"true"),)


class IdempotencyKeyRequiredError(DomainError):
    """The route needs an Idempotency-Key header."""

    code = "IDEMPOTENCY_KEY_REQUIRED"
    kind = Kind.MALFORMED
    text = "Нужен заголовок Idempotency-Key: случайная строка до 200 знаков, одна на каждое действие."


class IdempotencyKeyReusedError(DomainError):
    """The key was used with another request body."""

    code = "IDEMPOTENCY_KEY_REUSED"
    kind = Kind.INVALID
    text = "Этот Idempotency-Key уже использован с другим содержимым."


class RequestInFlightError(DomainError):
    """The first request with this key has not finished within 5 seconds."""

    code = "REQUEST_IN_FLIGHT"
    kind = Kind.CONFLICT
    text = "Такой же запрос ещё выполняется. Повторите через несколько секунд."


class IdempotencyConflictError(Exception):
    """Another transaction stored one of these keys meanwhile: run the batch again, it will be replayed."""


class KeyedRequest(msgspec.Struct, frozen=True):
    """A key within its scope (who calls what) and the hash of the body it came with."""

    scope: str
    key: str
    body_hash: bytes


class StoredAnswer(msgspec.Struct, frozen=True):
    """The answer that was given first. `body` is JSON."""

    status: int
    body: bytes


def keyed(request: Connection, body: bytes, caller: str) -> KeyedRequest:
    """Read the key of a request. Raises IdempotencyKeyRequiredError when it is missing or too long."""
    key = request.headers.get(HEADER, "").strip()
    if not key or len(key) > 200:
        raise IdempotencyKeyRequiredError
    return KeyedRequest(f"{request.scope['path']} {caller}", key, hashlib.sha256(body).digest())


async def find(tx: ReadTx, requests: Sequence[KeyedRequest]) -> dict[int, StoredAnswer | IdempotencyKeyReusedError]:
    """Answers already stored, by the index of the request. Uses the primary key of idempotency_key.

    One probe per key, whatever the planner thinks of the table's size: planned while it was still nearly empty, a
    join read all of it for each batch.
    """
    rows: list[Any] = await tx.fetch(
        """
        SELECT r.n - 1 AS index, k.body_hash, k.status, k.body
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS r(scope, key, n)
        CROSS JOIN LATERAL (
            SELECT body_hash, status, body FROM platform.idempotency_key
            WHERE scope = r.scope AND key = r.key OFFSET 0
        ) AS k
        """,
        [r.scope for r in requests],
        [r.key for r in requests],
    )
    found: dict[int, StoredAnswer | IdempotencyKeyReusedError] = {}
    for row in rows:
        index: int = row["index"]
        same = row["body_hash"] == requests[index].body_hash
        found[index] = StoredAnswer(row["status"], row["body"]) if same else IdempotencyKeyReusedError()
    return found


async def store(tx: WriteTx, answers: Sequence[tuple[KeyedRequest, StoredAnswer]]) -> None:
    """Store answers beside their effects, in key order so that two batches cannot deadlock.

    Raises IdempotencyConflictError when another transaction was first with one of the keys; roll back and run again.
    """
    if not answers:
        return
    ordered = sorted(answers, key=lambda entry: (entry[0].scope, entry[0].key))
    inserted = await tx.execute(
        """
        INSERT INTO platform.idempotency_key (scope, key, body_hash, status, body, created_at)
        SELECT a.scope, a.key, a.body_hash, a.status, a.body, $6
        FROM unnest($1::text[], $2::text[], $3::bytea[], $4::int[], $5::bytea[])
             AS a(scope, key, body_hash, status, body)
        ON CONFLICT DO NOTHING
        """,
        [r.scope for r, _ in ordered],
        [r.key for r, _ in ordered],
        [r.body_hash for r, _ in ordered],
        [a.status for _, a in ordered],
        [a.body for _, a in ordered],
        tx.now,
    )
    if inserted != len(ordered):
        raise IdempotencyConflictError


async def once(
    db: Database,
    request: KeyedRequest,
    work: Callable[[WriteTx], Awaitable[object]],
    *,
    status: int = HTTP_201_CREATED,
) -> Response[bytes]:
    """Run one keyed action that is not gathered: `work` returns what the answer shows (encoded as JSON)."""

    async def attempt(tx: WriteTx) -> Response[bytes]:
        found = (await find(tx, [request])).get(0)
        if isinstance(found, IdempotencyKeyReusedError):
            raise found
        if found is not None:
            return answer(found, replayed=True)
        # The key is claimed before the effect, so that a concurrent twin waits here and has no effect of its own.
        await tx.execute("SET LOCAL lock_timeout = '5s'")
        stored = StoredAnswer(status, b"")
        await store(tx, [(request, stored)])
        stored = StoredAnswer(status, msgspec.json.encode(await work(tx)))
        await tx.execute(
            "UPDATE platform.idempotency_key SET body = $3 WHERE scope = $1 AND key = $2",
            request.scope,
            request.key,
            stored.body,
        )
        return answer(stored)

    for _ in range(3):
        try:
            return await db.transact(attempt)
        except IdempotencyConflictError:
            continue
        except asyncpg.LockNotAvailableError as error:
            raise RequestInFlightError from error
    raise RequestInFlightError


def answer(stored: StoredAnswer, *, replayed: bool = False) -> Response[bytes]:
    """The HTTP response of a stored answer."""
    return Prepared(stored.body, stored.status, _WAS_REPLAYED if replayed else ())


async def purge(tx: WriteTx) -> int:
    """Forget keys older than 24 hours. Uses the BRIN index on created_at."""
    return await tx.execute(
        "DELETE FROM platform.idempotency_key WHERE created_at < $1::timestamptz - interval '24 hours'", tx.now
    )
