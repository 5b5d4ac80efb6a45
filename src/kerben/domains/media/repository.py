"""SQL of uploads.

Locks are taken in this order: media.file by hash, then media.upload by id.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from kerben.domains.media.model import StoredPicture, UploadStatus
from kerben.platform.db import ReadTx, Row, WriteTx

_FILE = "f.hash, f.content_type, f.size, f.width, f.height, f.widths"


class UploadRow(msgspec.Struct, frozen=True):
    """An upload with its file."""

    id: UUID
    owner_id: UUID
    status: UploadStatus
    is_attached: bool
    picture: StoredPicture


def _picture(row: Row) -> StoredPicture:
    return StoredPicture(
        row["hash"], row["content_type"], row["size"], row["width"], row["height"], list(row["widths"])
    )


def _upload(row: Row) -> UploadRow:
    return UploadRow(
        row["id"], row["owner_id"], UploadStatus(row["status"]), row["attached_at"] is not None, _picture(row)
    )


async def unused_count(tx: ReadTx, owner_id: UUID) -> int:
    """How many uploads of an account hang on nothing. Uses upload_unused."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM media.upload WHERE owner_id = $1 AND expires_at IS NOT NULL AND status <> 'deleting'",
        owner_id,
    )
    return count


async def claim_file(tx: WriteTx, picture: StoredPicture) -> None:
    """Lock the row of a picture's file, made if it is not there. Waits for a sweep that just takes the files away.

    Uses file_pkey.
    """
    await tx.execute(
        """
        INSERT INTO media.file (hash, content_type, size, width, height, widths, created_at)
        VALUES ($1, $2, $3, $4, $5, $6::int[], $7)
        ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash
        """,
        picture.hash,
        picture.content_type,
        picture.size,
        picture.width,
        picture.height,
        picture.widths,
        tx.now,
    )


async def insert_upload(tx: WriteTx, media_id: UUID, owner_id: UUID, content_hash: str, expires_at: datetime) -> None:
    """Announce an upload, whose files come next."""
    await tx.execute(
        "INSERT INTO media.upload (id, owner_id, hash, status, created_at, expires_at)"
        " VALUES ($1, $2, $3, 'pending', $4, $5)",
        media_id,
        owner_id,
        content_hash,
        tx.now,
        expires_at,
    )


async def set_ready(tx: WriteTx, media_id: UUID) -> bool:
    """The files are there; whether the upload still is. Uses upload_pkey."""
    return bool(
        await tx.execute("UPDATE media.upload SET status = 'ready' WHERE id = $1 AND status = 'pending'", media_id)
    )


async def held_by(tx: ReadTx, holder_id: UUID) -> list[UUID]:
    """What a holder shows. Uses attachment_pkey."""
    rows = await tx.fetch("SELECT media_id FROM media.attachment WHERE holder_id = $1", holder_id)
    return [row["media_id"] for row in rows]


async def lock_uploads(tx: WriteTx, ids: Collection[UUID]) -> Mapping[UUID, UploadRow]:
    """Lock uploads in order of id; those that are being deleted are left out. Uses upload_pkey, file_pkey."""
    rows = await tx.fetch(
        f"""
        SELECT u.id, u.owner_id, u.status, u.attached_at, {_FILE}
        FROM media.upload AS u JOIN media.file AS f ON f.hash = u.hash
        WHERE u.id = ANY($1::uuid[]) AND u.status <> 'deleting' ORDER BY u.id FOR UPDATE OF u
        """,
        list(ids),
    )
    return {row["id"]: _upload(row) for row in rows}


async def shown_for(tx: ReadTx, party_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Which of these uploads hang on something of a party. Uses attachment_media."""
    rows = await tx.fetch(
        "SELECT DISTINCT media_id FROM media.attachment WHERE media_id = ANY($2::uuid[]) AND party_id = $1",
        party_id,
        list(ids),
    )
    return {row["media_id"] for row in rows}


async def attach(tx: WriteTx, holder_id: UUID, party_id: UUID, ids: Collection[UUID]) -> None:
    """Hang locked uploads on a holder. Uses attachment_pkey, upload_pkey."""
    await tx.execute(
        "INSERT INTO media.attachment (holder_id, media_id, party_id) SELECT $1, m, $2 FROM unnest($3::uuid[]) AS m",
        holder_id,
        party_id,
        list(ids),
    )
    await tx.execute(
        "UPDATE media.upload SET attached_at = $2, expires_at = NULL"
        " WHERE id = ANY($1::uuid[]) AND attached_at IS NULL",
        list(ids),
        tx.now,
    )


async def release(tx: WriteTx, holder_id: UUID, ids: Collection[UUID], expires_at: datetime) -> None:
    """Take locked uploads off a holder; what hangs on nothing then is swept after `expires_at`.

    Uses attachment_pkey, upload_pkey, attachment_media.
    """
    await tx.execute(
        "DELETE FROM media.attachment WHERE holder_id = $1 AND media_id = ANY($2::uuid[])", holder_id, list(ids)
    )
    await tx.execute(
        """
        UPDATE media.upload AS u SET attached_at = NULL, expires_at = $2
        WHERE u.id = ANY($1::uuid[]) AND NOT EXISTS (SELECT 1 FROM media.attachment AS a WHERE a.media_id = u.id)
        """,
        list(ids),
        expires_at,
    )


async def set_deleting(tx: WriteTx, media_id: UUID) -> None:
    """Nobody may use a locked upload any more; the sweep takes it away. Uses upload_pkey."""
    await tx.execute("UPDATE media.upload SET status = 'deleting' WHERE id = $1", media_id)


async def condemn_due(tx: WriteTx, limit: int) -> int:
    """Mark uploads whose time is over; how many. Rows that somebody just attaches are left to the next look.

    Uses upload_due.
    """
    return await tx.execute(
        """
        UPDATE media.upload AS u SET status = 'deleting'
        FROM (
            SELECT id FROM media.upload WHERE expires_at <= $1 AND status <> 'deleting'
            ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ) AS due
        WHERE u.id = due.id
        """,
        tx.now,
        limit,
    )


async def condemned(tx: ReadTx, limit: int) -> Sequence[str]:
    """Hashes of files with uploads to be taken away. Uses upload_deleting."""
    rows = await tx.fetch(
        "SELECT DISTINCT hash FROM media.upload WHERE status = 'deleting' ORDER BY hash LIMIT $1", limit
    )
    return [row["hash"] for row in rows]


async def lock_file(tx: WriteTx, content_hash: str) -> StoredPicture | None:
    """Lock a file's row, unless somebody else has: then None, as for one that is gone. Uses file_pkey."""
    row = await tx.fetchrow(
        f"SELECT {_FILE} FROM media.file AS f WHERE f.hash = $1 FOR UPDATE SKIP LOCKED", content_hash
    )
    return _picture(row) if row else None


async def delete_condemned(tx: WriteTx, content_hash: str) -> int:
    """Delete the marked uploads of a locked file; how many uploads it has still. Uses upload_hash."""
    await tx.execute("DELETE FROM media.upload WHERE hash = $1 AND status = 'deleting'", content_hash)
    left: int = await tx.fetchval("SELECT count(*) FROM media.upload WHERE hash = $1", content_hash)
    return left


async def delete_file(tx: WriteTx, content_hash: str) -> None:
    """Delete the row of a locked file that no upload uses. Uses file_pkey."""
    await tx.execute("DELETE FROM media.file WHERE hash = $1", content_hash)
