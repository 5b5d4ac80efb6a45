"""One owner per data folder: a lock the operating system gives back when its process dies."""

import contextlib
import os
import sys
import weakref
from pathlib import Path

from kerben.platform.embedded_postgres.errors import DataDirInUseError, DataDirUnusableError


class OwnerLock:
    """An exclusive lock on a file that names its owner.

    The descriptor is not inherited by programs this process starts, and a forked child closes its copy, so that
    neither PostgreSQL nor a forked worker keeps the folder locked after the owner's death.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        if sys.platform != "win32":
            this = weakref.ref(self)

            def forget() -> None:
                lock = this()
                if lock is not None:
                    lock.forget()

            os.register_at_fork(after_in_child=forget)

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock.

        Raises DataDirInUseError if a living process has it, DataDirUnusableError if the file cannot be opened.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except PermissionError as error:
            raise DataDirUnusableError(
                self._path.parent,
                f"The database folder {self._path.parent} belongs to another account. "
                f"Start as that account or choose another data folder.",
            ) from error
        try:
            _lock(descriptor)
        except OSError as error:
            owner = os.pread(descriptor, 32, 1) if sys.platform != "win32" else b""
            os.close(descriptor)
            raise DataDirInUseError(self._path.parent, int(owner) if owner.strip().isdigit() else None) from error
        # The first byte is what Windows locks; the owner's id stands behind it.
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"#{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; the file stays, it also marks the folder as ours."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            _unlock(self._descriptor)
        self.forget()

    def forget(self) -> None:
        """Close this process's descriptor without unlocking: what a forked child does with its copy."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
