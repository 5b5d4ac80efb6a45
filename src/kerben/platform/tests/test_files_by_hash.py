"""Files named by their content."""

from __future__ import annotations

import asyncio
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kerben.platform.files import FileStore, UnknownFileError

CONTENT = b"a picture" * 1000
HASH = hashlib.sha256(CONTENT).hexdigest()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("ref", [HASH, f"{HASH}.jpg", f"{HASH}-160.webp"])
async def test_content_is_put_once_and_read_back(tmp_path: Path, ref: str) -> None:
    store = FileStore(tmp_path)
    assert await store.put(ref, CONTENT)
    assert not await store.put(ref, b"something else")
    assert await store.read(ref) == CONTENT
    assert [path.name for path in _files(tmp_path)] == [ref]
    assert await store.delete(ref)
    with pytest.raises(UnknownFileError):
        await store.read(ref)
    assert await store.put(ref, CONTENT)


async def test_many_may_put_the_same_content_at_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    made = await asyncio.gather(*(store.put(f"{HASH}.jpg", CONTENT) for _ in range(20)))
    assert any(made)
    assert [path.read_bytes() for path in _files(tmp_path)] == [CONTENT]


@pytest.mark.parametrize(
    "ref",
    [
        f"../{HASH}.jpg",
        f"{HASH}.jpg/../x",
        f"{HASH}/x.jpg",
        f"{HASH}.jpg\n",
        f"{HASH[:-1]}.jpg",
        f"{HASH}.JPG",
        f"{HASH.upper()}.jpg",
        f"{HASH}-.jpg",
        f"{HASH}-160.webp.part",
        f"{HASH[:32]}.jpg",
    ],
)
async def test_nothing_else_is_a_reference(tmp_path: Path, ref: str) -> None:
    store = FileStore(tmp_path / "files")
    for call in (store.put(ref, CONTENT), store.read(ref), store.delete(ref)):
        with pytest.raises(UnknownFileError):
            await call
    assert _files(tmp_path) == []


async def test_a_put_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("No space left on device")

    store = FileStore(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            await store.put(f"{HASH}.jpg", CONTENT)
    assert _files(tmp_path) == []
    assert await store.put(f"{HASH}.jpg", CONTENT)


async def test_half_written_files_are_deleted_by_age(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    await store.put(HASH, CONTENT)
    folder = store.path(HASH).parent
    for name, age in (("old.part", 100), ("new.part", 300)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (age, age))
    os.utime(store.path(HASH), (0, 0))
    assert await store.delete_parts(datetime.fromtimestamp(200, UTC)) == 1
    assert {path.name for path in _files(tmp_path)} == {"new.part", HASH}
    assert await FileStore(tmp_path / "none").delete_parts(datetime.fromtimestamp(200, UTC)) == 0
