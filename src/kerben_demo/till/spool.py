"""Receipts on disk: an append-only journal that survives the loss of the process at any moment.

A receipt is written and flushed to the disk before it is sent, so that a sale that happened is never forgotten; what
became of it is appended afterwards. A line torn by a crash is cut off: its sale was not finished either. Numbers rise
for as long as the journal lives and carry its random mark, so that a till whose journal was lost does not use old
numbers again.
"""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from kerben.platform.embedded_postgres.errors import DataDirInUseError
from kerben.platform.embedded_postgres.lock import OwnerLock

Outcome = Literal["recorded", "duplicate", "rejected"]

_COMPACT_LINES: Final = 5000


class SpoolInUseError(Exception):
    """Another living process plays this till."""


class _Line(msgspec.Struct, omit_defaults=True):
    """One line of the journal: its mark and count so far, a receipt, or what became of one."""

    kind: Literal["mark", "receipt", "done"]
    number: str = ""
    mark: str = ""
    count: int = 0
    body: dict[str, Any] | None = None
    outcome: Outcome | None = None


class Spool:
    """The journal of one till in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "receipts.jsonl"
        self._lock = OwnerLock(folder / "lock")
        self._descriptor: int | None = None
        self._mark = ""
        self._count = 0
        self._lines = 0
        self._pending: dict[str, dict[str, Any]] = {}

    @property
    def rejected_file(self) -> Path:
        """Where receipts that the market refused are put down, with the reason."""
        return self._folder / "rejected.jsonl"

    def open(self) -> None:
        """Read the journal, or begin one. Raises SpoolInUseError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except DataDirInUseError as error:
            raise SpoolInUseError(str(self._folder)) from error
        content = self._file.read_bytes() if self._file.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if len(whole) != len(content):
            os.ftruncate(self._descriptor, len(whole))
        for raw in whole.splitlines():
            self._replay(msgspec.json.decode(raw, type=_Line))
        if not self._mark:
            self._mark = secrets.token_hex(2).upper()
            self._append(_Line("mark", mark=self._mark), sync=True)
            _sync_folder(self._folder)

    def _replay(self, line: _Line) -> None:
        self._lines += 1
        if line.kind == "mark":
            self._mark, self._count = line.mark, line.count
        elif line.kind == "receipt":
            self._count += 1
            self._pending[line.number] = line.body or {}
        else:
            self._pending.pop(line.number, None)

    def close(self) -> None:
        """Let go of the folder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._lock.release()

    def pending(self) -> list[dict[str, Any]]:
        """Receipts whose fate is not known, in the order they were made."""
        return list(self._pending.values())

    def add(self, body: dict[str, Any]) -> str:
        """Give a receipt the next number and put it on the disk; the number."""
        self._count += 1
        number = f"R-{self._mark}-{self._count:06d}"
        numbered = {**body, "receipt_number": number}
        self._append(_Line("receipt", number=number, body=numbered), sync=True)
        self._pending[number] = numbered
        return number

    def settle(self, number: str, outcome: Outcome, answer: object = None) -> None:
        """Note what became of a receipt. Losing this note does no harm: sent again it counts once."""
        if outcome == "rejected":
            with self.rejected_file.open("ab") as file:
                file.write(msgspec.json.encode({"receipt": self._pending.get(number), "answer": answer}) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        self._append(_Line("done", number=number, outcome=outcome), sync=False)
        self._pending.pop(number, None)
        if self._lines > _COMPACT_LINES and len(self._pending) < _COMPACT_LINES // 10:
            self._compact()

    def _append(self, line: _Line, *, sync: bool) -> None:
        if self._descriptor is None:
            raise RuntimeError("the journal is not open")
        raw = msgspec.json.encode(line) + b"\n"
        written = os.write(self._descriptor, raw)
        if written != len(raw):
            # The disk is full: half a line in the middle would make the whole journal unreadable.
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._file))
        self._lines += 1
        if sync:
            os.fsync(self._descriptor)

    def _compact(self) -> None:
        kept = list(self._pending.items())
        lines = [_Line("mark", mark=self._mark, count=self._count - len(kept))]
        lines += [_Line("receipt", number=number, body=body) for number, body in kept]
        fresh = self._file.with_suffix(".new")
        with fresh.open("wb") as file:
            file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        if self._descriptor is not None:
            os.close(self._descriptor)
        fresh.replace(self._file)
        _sync_folder(self._folder)
        self._descriptor = os.open(self._file, os.O_RDWR | os.O_APPEND, 0o600)
        self._lines = len(lines)


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
