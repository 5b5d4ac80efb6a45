"""Files kept in a local folder, named by ourselves.

A reference is 32 hexadecimal digits (a UUIDv7), or the 64 of a SHA-256 with a number and an ending behind them for
content that is kept once, and nothing else: no name that somebody sent ever becomes part of a path. A file appears
under its name only when it is whole and on disk: it is written beside it, flushed (fsync) and renamed, and the folder
is flushed too. What a crash leaves half written has another ending and is never found.

References mean nothing to callers and all calls but `path` are asynchronous, so that an object store can stand here.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from kerben.platform.ids import new_id
from kerben.platform.runtime import Runtime

_REF: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}(?:-[0-9]{1,5})?(?:\.[a-z]{1,5})?")
_RANDOM: Final = re.compile(r"[0-9a-f]{32}")
_PART: Final = ".part"
_CHUNK: Final = 1 << 20
"""How much is copied at once, bytes."""


class UnknownFileError(LookupError):
    """A reference is not one of ours, or its file is gone."""


class ReadableFile(Protocol):
    """Anything that can be read in pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; empty at the end."""
        ...


class FileStore:
    """Files below one folder, spread over 256 subfolders by two random digits of their reference."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def of(cls, runtime: Runtime) -> FileStore:
        """The store of a process, in the data folder; `runtime.part(FileStore.of)`."""
        return cls(Path(runtime.settings.data_dir) / "files")

    def path(self, ref: str) -> Path:
        """Where the file of a reference lies. Raises UnknownFileError for a text that is not a reference."""
        if not _REF.fullmatch(ref):
            raise UnknownFileError(ref[:64])
        # A UUIDv7 begins with the time: its end is the random part.
        return self._root / (ref[-2:] if _RANDOM.fullmatch(ref) else ref[:2]) / ref

    async def save(self, source: bytes | ReadableFile | AsyncIterator[bytes]) -> str:
        """Store bytes, an open file or a stream of pieces; its new reference, once it is safely on disk."""
        if isinstance(source, AsyncIterator):
            return await self._save_stream(source)
        return await asyncio.to_thread(self._save, source)

    async def put(self, ref: str, content: bytes) -> bool:
        """Store content under the reference that its hash gives; whether it was not there yet.

        Any number of callers may put the same content at once. Raises UnknownFileError for what is no reference.
        """
        return await asyncio.to_thread(self._put, self.path(ref), content)

    async def read(self, ref: str) -> bytes:
        """The whole content of a small file. Raises UnknownFileError when there is no such file."""
        try:
            return await asyncio.to_thread(self.path(ref).read_bytes)
        except FileNotFoundError as error:
            raise UnknownFileError(ref) from error

    async def open(self, ref: str) -> AsyncIterator[bytes]:
        """The content in pieces. Raises UnknownFileError when there is no such file, before anything is given."""
        path = self.path(ref)
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError as error:
            raise UnknownFileError(ref) from error
        return _pieces(file)

    async def delete(self, ref: str) -> bool:
        """Remove a file; whether there was one."""
        path = self.path(ref)

        def remove() -> bool:
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            return True

        return await asyncio.to_thread(remove)

    async def delete_parts(self, before: datetime) -> int:
        """Remove what crashes left half written, last touched before a moment; how many files."""
        return await asyncio.to_thread(self._delete_parts, before)

    def _delete_parts(self, before: datetime) -> int:
        count = 0
        for part in self._root.glob(f"*/*{_PART}"):
            try:
                if datetime.fromtimestamp(part.stat().st_mtime, UTC) < before:
                    part.unlink()
                    count += 1
            except FileNotFoundError:
                continue
        return count

    def _put(self, target: Path, content: bytes) -> bool:
        if target.exists():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: another caller may be writing the same content.
        part = target.with_name(f"{target.name}.{new_id().hex}{_PART}")
        try:
            self._write(part, [content])
            self._publish(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return True

    def _begin(self) -> tuple[str, Path, Path]:
        ref = new_id().hex
        target = self.path(ref)
        target.parent.mkdir(parents=True, exist_ok=True)
        return ref, target, target.with_suffix(_PART)

    def _save(self, source: bytes | ReadableFile) -> str:
        ref, target, part = self._begin()
        pieces = [source] if isinstance(source, bytes) else iter(lambda: source.read(_CHUNK), b"")
        try:
            self._write(part, pieces)
            self._publish(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return ref

    async def _save_stream(self, source: AsyncIterator[bytes]) -> str:
        ref, target, part = await asyncio.to_thread(self._begin)
        try:
            with await asyncio.to_thread(part.open, "xb") as file:
                async for piece in source:
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_flush, file)
            await asyncio.to_thread(self._publish, part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return ref

    @staticmethod
    def _write(part: Path, pieces: Iterable[bytes]) -> None:
        with part.open("xb") as file:
            for piece in pieces:
                file.write(piece)
            _flush(file)

    @staticmethod
    def _publish(part: Path, target: Path) -> None:
        part.replace(target)
        if os.name == "posix":
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, _CHUNK):
            yield piece
