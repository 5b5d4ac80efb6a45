"""The local file store."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kerben.platform.files import FileStore, UnknownFileError
from kerben.platform.runtime import Runtime


async def _content(store: FileStore, ref: str) -> bytes:
    return b"".join([piece async for piece in await store.open(ref)])


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def _stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_saves_and_gives_back_bytes_files_and_streams(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    big = bytes(range(256)) * 10_000
    for source in (big, io.BytesIO(big), _stream(big[:5], big[5:])):
        ref = await store.save(source)
        assert await _content(store, ref) == big
        assert store.path(ref).read_bytes() == big


async def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert await _content(store, await store.save(b"")) == b""


@pytest.mark.parametrize(
    "ref", ["", "..", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "/" + "a" * 31, "a" * 33]
)
async def test_refuses_what_is_not_a_reference(tmp_path: Path, ref: str) -> None:
    store = FileStore(tmp_path)
    with pytest.raises(UnknownFileError):
        store.path(ref)
    with pytest.raises(UnknownFileError):
        await store.open(ref)
    with pytest.raises(UnknownFileError):
        await store.delete(ref)
    assert _files(tmp_path) == []


async def test_a_deleted_file_is_gone(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    ref = await store.save(b"price list")
    assert await store.delete(ref)
    assert not await store.delete(ref)
    with pytest.raises(UnknownFileError):
        await store.open(ref)


async def test_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    store = FileStore(tmp_path)
    with pytest.raises(ConnectionResetError):
        await store.save(broken())
    assert _files(tmp_path) == []


async def test_the_store_of_a_process_lies_in_its_data_folder(runtime: Runtime) -> None:
    store = runtime.part(FileStore.of)
    ref = await store.save(b"x")
    assert store.path(ref).is_relative_to(Path(runtime.settings.data_dir) / "files")
    assert runtime.part(FileStore.of)._root == store._root  # pyright: ignore[reportPrivateUsage]
