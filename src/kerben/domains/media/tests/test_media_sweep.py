"""Uploads that nobody uses go, whatever else happens to them at that moment."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kerben.domains.media import repository, service
from kerben.domains.media.codec import encode
from kerben.domains.media.errors import MediaAttachedError, UnknownMediaError
from kerben.domains.media.files import PictureFiles
from kerben.domains.media.jobs import sweep_parts, sweep_uploads
from kerben.domains.media.limits import UNUSED_FOR
from kerben.domains.media.model import EncodedPicture, Media
from kerben.domains.media.module import MODULE
from kerben.domains.media.tests.make import encoded
from kerben.platform import invariants
from kerben.platform.clock import ManualClock
from kerben.platform.errors import NotFoundError
from kerben.platform.files import FileStore
from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

pytestmark = pytest.mark.slow

ROUNDS = 20


@pytest.fixture(autouse=True)
async def _empty(runtime: Runtime) -> None:
    async with runtime.db.write() as tx:
        await tx.execute("TRUNCATE media.file, media.upload, media.attachment")


def picture() -> EncodedPicture:
    return encode(encoded("JPEG", 200, 200))


async def store(runtime: Runtime, made: EncodedPicture, owner_id: UUID) -> Media:
    """An upload as the controller does it."""
    async with runtime.db.write() as tx:
        media_id = await service.announce(tx, owner_id, made.stored)
    for name, content in made.files.items():
        await runtime.part(PictureFiles.of).put(name, content)
    async with runtime.db.write() as tx:
        return await service.complete(tx, media_id, made.stored)


async def attach(runtime: Runtime, owner_id: UUID, *media_ids: UUID, holder_id: UUID | None = None) -> UUID:
    holder = holder_id or new_id()

    async with runtime.db.write() as tx:
        await service.attach_media(tx, holder, owner_id, owner_id, media_ids)
    return holder


def on_disk(runtime: Runtime) -> set[str]:
    return {path.name for path in (Path(runtime.settings.data_dir) / "uploads").rglob("*") if path.is_file()}


async def rows(runtime: Runtime) -> tuple[int, int, int]:
    async with runtime.db.read() as tx:
        row = await tx.fetchrow(
            "SELECT (SELECT count(*) FROM media.upload) AS u, (SELECT count(*) FROM media.file) AS f,"
            " (SELECT count(*) FROM media.attachment) AS a"
        )
    assert row is not None
    return row["u"], row["f"], row["a"]


async def whole(runtime: Runtime) -> None:
    """No row promises files that are not there, no file lies about without a row, and the invariants hold."""
    async with runtime.db.read() as tx:
        found = await tx.fetch(
            "SELECT f.hash, f.content_type, f.size, f.width, f.height, f.widths FROM media.file AS f"
            " WHERE EXISTS (SELECT 1 FROM media.upload AS u WHERE u.hash = f.hash AND u.status = 'ready')"
        )
        promised = {name for row in found for name in repository._picture(row).names}  # pyright: ignore[reportPrivateUsage]
        known = {row["hash"] for row in await tx.fetch("SELECT hash FROM media.file")}
        assert await invariants.broken(tx, [MODULE]) == {}
    there = on_disk(runtime)
    assert promised <= there
    assert {name[:64] for name in there} <= known


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.005)


async def somebody_waits(runtime: Runtime) -> bool:
    async with runtime.db.read() as tx:
        return bool(
            await tx.fetchval(
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database())"
            )
        )


async def test_what_nobody_attached_goes_after_a_day(runtime: Runtime, clock: ManualClock) -> None:
    owner, made = new_id(), picture()
    free, used = await store(runtime, made, owner), await store(runtime, picture(), owner)
    holder = await attach(runtime, owner, used.id)
    clock.advance(hours=23, minutes=59)
    assert await sweep_uploads(runtime) == 0
    assert await rows(runtime) == (2, 2, 1)
    clock.advance(minutes=2)
    assert await sweep_uploads(runtime) == 1
    assert await rows(runtime) == (1, 1, 1)
    assert on_disk(runtime).isdisjoint(made.files)
    await whole(runtime)
    with pytest.raises(UnknownMediaError):
        await attach(runtime, owner, free.id)
    # What is taken off goes a day later.
    await attach(runtime, owner, holder_id=holder)
    assert await sweep_uploads(runtime) == 0
    clock.advance(hours=25)
    assert await sweep_uploads(runtime) == 1
    assert (await rows(runtime), on_disk(runtime)) == ((0, 0, 0), set())


async def test_files_stay_while_another_upload_uses_them(runtime: Runtime, clock: ManualClock) -> None:
    made = picture()
    first, second = new_id(), new_id()
    mine, theirs = await store(runtime, made, first), await store(runtime, made, second)
    await attach(runtime, second, theirs.id)
    async with runtime.db.write() as tx:
        await service.delete_media(tx, first, mine.id)
    clock.advance(days=2)
    await sweep_uploads(runtime)
    assert await rows(runtime) == (1, 1, 1)
    assert on_disk(runtime) == set(made.files)
    await whole(runtime)


async def test_a_picture_on_two_things_stays_until_both_let_go(runtime: Runtime, clock: ManualClock) -> None:
    owner = new_id()
    media = await store(runtime, picture(), owner)
    holders = [await attach(runtime, owner, media.id) for _ in range(2)]
    for holder in holders:
        clock.advance(days=2)
        assert await sweep_uploads(runtime) == 0
        with pytest.raises(MediaAttachedError):
            async with runtime.db.write() as tx:
                await service.delete_media(tx, owner, media.id)
        await attach(runtime, owner, holder_id=holder)
        await whole(runtime)
    clock.advance(days=2)
    assert await sweep_uploads(runtime) == 1
    assert (await rows(runtime), on_disk(runtime)) == ((0, 0, 0), set())


async def test_an_upload_that_was_killed_while_it_wrote_is_swept(runtime: Runtime, clock: ManualClock) -> None:
    made, owner = picture(), new_id()
    async with runtime.db.write() as tx:
        media_id = await service.announce(tx, owner, made.stored)
    await runtime.part(PictureFiles.of).put(made.stored.name, made.files[made.stored.name])
    with pytest.raises(UnknownMediaError):
        await attach(runtime, owner, media_id)
    clock.advance(days=2)
    assert await sweep_uploads(runtime) == 1
    assert (await rows(runtime), on_disk(runtime)) == ((0, 0, 0), set())
    with pytest.raises(NotFoundError):
        async with runtime.db.write() as tx:
            await service.complete(tx, media_id, made.stored)


async def test_the_sweep_comes_first_and_the_attaching_is_refused(runtime: Runtime, clock: ManualClock) -> None:
    owner = new_id()
    for _ in range(ROUNDS):
        media = await store(runtime, picture(), owner)
        clock.advance(days=2)
        async with runtime.db.write() as tx:
            assert await repository.condemn_due(tx, 10) == 1
            attaching = asyncio.create_task(attach(runtime, owner, media.id))
            await until(lambda: somebody_waits(runtime))
        with pytest.raises(UnknownMediaError) as caught:
            await attaching
        assert [fault.pointer for fault in caught.value.errors] == ["/media_ids/0"]
        await sweep_uploads(runtime)
        assert (await rows(runtime), on_disk(runtime)) == ((0, 0, 0), set())


async def test_the_attaching_comes_first_and_the_sweep_leaves_it(runtime: Runtime, clock: ManualClock) -> None:
    owner = new_id()
    for n in range(ROUNDS):
        media = await store(runtime, picture(), owner)
        clock.advance(days=2)
        async with runtime.db.write() as tx:
            await service.attach_media(tx, new_id(), owner, owner, [media.id])
            assert await sweep_uploads(runtime) == 0
        assert await sweep_uploads(runtime) == 0
        assert await rows(runtime) == (n + 1, n + 1, n + 1)
    await whole(runtime)


class Gate:
    """Stops a sweep between two files."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

        async def delete(store: FileStore, ref: str) -> bool:
            self.reached.set()
            await self.opened.wait()
            return await FileStore.delete(store, ref)

        monkeypatch.setattr(PictureFiles, "delete", delete)


async def test_the_same_picture_is_uploaded_while_its_files_are_taken_away(
    runtime: Runtime, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = new_id()
    for _ in range(ROUNDS):
        made, gate = picture(), Gate(monkeypatch)
        await store(runtime, made, owner)
        clock.advance(days=2)
        sweeping = asyncio.create_task(sweep_uploads(runtime))
        await gate.reached.wait()
        uploading = asyncio.create_task(store(runtime, made, owner))
        await until(lambda: somebody_waits(runtime))
        gate.opened.set()
        assert await sweeping == 1
        media = await uploading
        assert set(made.files) <= on_disk(runtime)
        await attach(runtime, owner, media.id)
    await whole(runtime)


async def test_a_picture_announced_before_the_sweep_keeps_its_files(runtime: Runtime, clock: ManualClock) -> None:
    made, owner = picture(), new_id()
    await store(runtime, made, owner)
    clock.advance(days=2)
    async with runtime.db.write() as tx:
        media_id = await service.announce(tx, owner, made.stored)
        # The row of the file is locked: the sweep passes by and comes again.
        assert await sweep_uploads(runtime) == 1
        assert on_disk(runtime) == set(made.files)
    await sweep_uploads(runtime)
    assert on_disk(runtime) == set(made.files)
    async with runtime.db.write() as tx:
        await service.complete(tx, media_id, made.stored)
    await whole(runtime)
    assert await rows(runtime) == (1, 1, 0)


async def test_a_sweep_that_is_killed_between_two_files_ends_its_work_later(
    runtime: Runtime, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, owner = picture(), new_id()
    media = await store(runtime, made, owner)
    clock.advance(days=2)
    count = 0

    async def killed(self: FileStore, ref: str) -> bool:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        return await FileStore.delete(self, ref)

    with monkeypatch.context() as patched:
        patched.setattr(PictureFiles, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            await sweep_uploads(runtime)
    assert len(on_disk(runtime)) == len(made.files) - 1
    with pytest.raises(UnknownMediaError):
        await attach(runtime, owner, media.id)
    # Somebody uploads the same picture before the sweep comes again: what is missing is written, nothing is deleted.
    again = await store(runtime, made, owner)
    await attach(runtime, owner, again.id)
    await sweep_uploads(runtime)
    assert on_disk(runtime) == set(made.files)
    assert await rows(runtime) == (1, 1, 1)
    await whole(runtime)


async def test_uploads_attachments_and_sweeps_all_at_once(runtime: Runtime, clock: ManualClock) -> None:
    chance = random.Random(5)
    pictures, owners = [picture() for _ in range(3)], [new_id() for _ in range(2)]
    holders = [new_id() for _ in range(3)]

    async def one(seed: int) -> None:
        mine = random.Random(seed)
        owner = mine.choice(owners)
        clock.advance(hours=mine.choice([0, 13, 25]))
        try:
            media = await store(runtime, mine.choice(pictures), owner)
            if mine.random() < 0.6:
                await attach(runtime, owner, media.id, holder_id=mine.choice(holders))
            elif mine.random() < 0.5:
                async with runtime.db.write() as tx:
                    await service.delete_media(tx, owner, media.id)
        except (UnknownMediaError, NotFoundError):
            # Days pass in no time here, also between an upload's announcement and its end.
            return

    async def sweeping() -> None:
        for _ in range(8):
            await sweep_uploads(runtime)

    for _ in range(4):
        # Holders are locked by their own domain; here one at a time stands for that.
        jobs = [one(chance.getrandbits(32)) for _ in range(6)]
        outcomes = await asyncio.gather(*jobs, sweeping(), sweeping(), return_exceptions=True)
        assert [o for o in outcomes if isinstance(o, BaseException) and not _is_doubled(o)] == []
        await whole(runtime)
    clock.advance(days=3)
    for holder in holders:
        await attach(runtime, owners[0], holder_id=holder)
    clock.advance(days=3)
    await sweep_uploads(runtime)
    await sweep_uploads(runtime)
    assert (await rows(runtime), on_disk(runtime)) == ((0, 0, 0), set())


def _is_doubled(error: BaseException) -> bool:
    """Two put the same upload on the same unlocked holder; a real holder is locked."""
    return type(error).__name__ in {"UniqueViolationError", "DeadlockDetectedError"}


def leave_parts(runtime: Runtime, touched: datetime) -> list[Path]:
    """What crashes leave, in both stores."""
    root = Path(runtime.settings.data_dir)
    ref, content_hash = new_id().hex, hashlib.sha256(new_id().bytes).hexdigest()
    paths = [
        root / "files" / ref[-2:] / f"{ref}.part",
        root / "uploads" / content_hash[:2] / f"{content_hash}.jpg.{new_id().hex}.part",
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
        os.utime(path, (touched.timestamp(), touched.timestamp()))
    return paths


async def test_half_written_files_go_after_a_day(runtime: Runtime, clock: ManualClock) -> None:
    old = leave_parts(runtime, clock.now() - timedelta(hours=25))
    new = leave_parts(runtime, clock.now() - timedelta(hours=23))
    kept = await store(runtime, picture(), new_id())
    os.utime(runtime.part(PictureFiles.of).path(kept.url.rpartition("/")[2]), (0, 0))
    await sweep_parts(runtime)
    assert [path.exists() for path in (*old, *new)] == [False, False, True, True]
    for path in new:
        path.unlink()
    await whole(runtime)


async def test_an_upload_is_swept_only_when_it_is_due_to_the_second(runtime: Runtime, clock: ManualClock) -> None:
    await store(runtime, picture(), new_id())
    clock.advance(seconds=UNUSED_FOR.total_seconds() - 1)
    assert await sweep_uploads(runtime) == 0
    clock.advance(seconds=1)
    assert await sweep_uploads(runtime) == 1
