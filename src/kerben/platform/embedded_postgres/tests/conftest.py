"""Folders the server's account can reach, cleaned up with whatever still runs in them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kerben.platform.embedded_postgres import binary
from kerben.platform.embedded_postgres.postmaster import is_postmaster_of, read_pid_file, shut_down


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A short folder others may pass through; pytest's own is private, and closed to the server when run as root."""
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="kerben-pg-")))
    folder.chmod(0o711)
    yield folder
    for pid_file in folder.rglob("postmaster.pid"):
        cluster = pid_file.parent
        state = read_pid_file(cluster)
        if state is not None and is_postmaster_of(state.pid, cluster):
            shut_down(state.pid, cluster, None, timeout_s=5, pg_ctl=binary("pg_ctl"))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data_dir(open_dir: Path) -> Path:
    """A data folder that does not exist yet."""
    return open_dir / "data"
