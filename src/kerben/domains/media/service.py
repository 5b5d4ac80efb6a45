"""Use cases of uploads.

An upload is announced in the database before its files are written, and marked before they are taken away, each in a
transaction of its own. So whatever is killed when, no row promises files that are not there, and no file lies about
that no row knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kerben.domains.media import repository
from kerben.domains.media.errors import MediaAttachedError, TooManyUnusedError, UnknownMediaError
from kerben.domains.media.limits import UNUSED_FOR, UNUSED_MAX
from kerben.domains.media.model import Media, StoredPicture, UploadStatus, media_of
from kerben.platform.db import ReadTx, WriteTx
from kerben.platform.errors import FieldError, NotFoundError


async def check_quota(tx: ReadTx, owner_id: UUID) -> None:
    """Raise TooManyUnusedError when an account has too many uploads that hang on nothing."""
    if await repository.unused_count(tx, owner_id) >= UNUSED_MAX:
        raise TooManyUnusedError(max_unused=UNUSED_MAX)


async def announce(tx: WriteTx, owner_id: UUID, picture: StoredPicture) -> UUID:
    """Promise that files of a picture will be there, before they are written; the upload's id.

    Raises TooManyUnusedError.
    """
    await check_quota(tx, owner_id)
    media_id = tx.new_id()
    await repository.claim_file(tx, picture)
    await repository.insert_upload(tx, media_id, owner_id, picture.hash, tx.now + UNUSED_FOR)
    return media_id


async def complete(tx: WriteTx, media_id: UUID, picture: StoredPicture) -> Media:
    """The files are on disk: the upload may be used.

    Raises NotFoundError when writing them took so long that it was swept.
    """
    if not await repository.set_ready(tx, media_id):
        raise NotFoundError
    return media_of(media_id, picture)


async def attach_media(
    tx: WriteTx, holder_id: UUID, party_id: UUID, actor_id: UUID, media_ids: Sequence[UUID]
) -> list[Media]:
    """Let a holder show these uploads and no others, in this order; what it shows now.

    The caller holds a lock on the holder and has checked that the actor may change it. An upload must be the actor's
    own or hang on something of the same party already. Raises UnknownMediaError with pointers `/media_ids/0`; then
    nothing has changed.
    """
    before = set(await repository.held_by(tx, holder_id))
    wanted = set(media_ids)
    if not before and not wanted:
        return []
    found = await repository.lock_uploads(tx, before | wanted)
    foreign = {m for m in wanted if m in found and found[m].owner_id != actor_id} - before
    known = await repository.shown_for(tx, party_id, foreign) if foreign else set[UUID]()
    usable = {m for m, row in found.items() if row.status is UploadStatus.READY} - (foreign - known)
    faults = [
        FieldError(f"/media_ids/{n}", UnknownMediaError.code, UnknownMediaError.text)
        for n, media_id in enumerate(media_ids)
        if media_id not in usable
    ]
    if faults:
        raise UnknownMediaError(errors=faults)
    if added := wanted - before:
        await repository.attach(tx, holder_id, party_id, added)
    if gone := before - wanted:
        await repository.release(tx, holder_id, gone, tx.now + UNUSED_FOR)
    return [media_of(media_id, found[media_id].picture) for media_id in media_ids]


async def delete_media(tx: WriteTx, owner_id: UUID, media_id: UUID) -> None:
    """Give up an upload of one's own; the sweep takes it away soon.

    Raises NotFoundError for an unknown one or somebody else's, MediaAttachedError when something shows it.
    """
    row = (await repository.lock_uploads(tx, [media_id])).get(media_id)
    if row is None or row.owner_id != owner_id:
        raise NotFoundError
    if row.is_attached:
        raise MediaAttachedError
    await repository.set_deleting(tx, media_id)
