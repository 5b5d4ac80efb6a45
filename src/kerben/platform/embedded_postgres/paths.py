"""Folders: where data live by default, and a socket folder with a short enough name."""

import hashlib
import os
import stat
import sys
from pathlib import Path

from kerben.platform.embedded_postgres.account import Account, first_closed, service_account
from kerben.platform.embedded_postgres.errors import DataDirUnusableError

SYSTEM_DATA_DIR = Path("/var/lib/kerben")
# sockaddr_un.sun_path holds 108 bytes on Linux and 104 on BSD and macOS, with the closing NUL.
_SOCKET_PATH_BYTES_MAX = 103


def default_data_dir(checkout: Path) -> Path:
    """Where a checkout keeps its data: `.kerben/data` inside it.

    Run as root from a checkout the server's account cannot reach (below /root, say), it is a folder of its own below
    /var/lib/kerben. The folder need not exist yet.
    """
    inside = checkout.resolve() / ".kerben" / "data"
    if sys.platform == "win32" or os.geteuid() != 0:
        return inside
    name = hashlib.sha256(os.fsencode(checkout.resolve())).hexdigest()[:12]
    outside = SYSTEM_DATA_DIR / name
    # What was begun in one place goes on there, also when permissions change.
    if outside.exists():
        return outside
    return inside if first_closed(inside, service_account(inside)) is None else outside


def make_data_dir(data_dir: Path, account: Account) -> None:
    """Create the data folder and the missing folders above it, so that the server's account can pass through them.

    Existing folders above it are left as they are. Raises DataDirUnusableError naming the one that is closed.
    """
    missing = [folder for folder in [data_dir, *data_dir.parents] if not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            if sys.platform != "win32":
                folder.chmod(0o711 if account.switch else 0o700)
    except OSError as error:
        raise DataDirUnusableError(
            data_dir, f"The folder {data_dir} cannot be created: {error.strerror}. Choose another data folder."
        ) from error
    if not data_dir.is_dir():
        raise DataDirUnusableError(data_dir, f"{data_dir} is not a folder. Choose another data folder.")


def check_reachable(data_dir: Path, account: Account) -> None:
    """Raise DataDirUnusableError if a folder above the data folder is closed to the server's account."""
    closed = first_closed(data_dir.parent, account)
    if closed is not None:
        raise DataDirUnusableError(
            data_dir,
            f"PostgreSQL does not run as root, and uid {account.uid} cannot pass through {closed} to the database "
            f"folder {data_dir}. Choose a data folder outside it (for example below {SYSTEM_DATA_DIR}) or start as "
            f"the user who owns {closed}.",
        )


def socket_dir(data_dir: Path, port: int, account: Account) -> Path:
    """A private folder for the server's Unix socket: `run` in the data folder, or a short one below /tmp.

    Raises DataDirUnusableError if the short one is held by another account.
    """
    inside = data_dir / "run"
    if len(os.fsencode(inside / f".s.PGSQL.{port}")) <= _SOCKET_PATH_BYTES_MAX:
        chosen = inside
    else:
        name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
        chosen = Path("/tmp") / f"kerben-{account.uid}-{name}"  # noqa: S108 - owner and mode are verified below
    if not chosen.exists():
        chosen.mkdir(mode=0o700)
        account.give(chosen)
    status = chosen.lstat()
    private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o700
    if not private or status.st_uid != account.uid:
        raise DataDirUnusableError(
            data_dir, f"The socket folder {chosen} is not private to uid {account.uid}. Remove it and start again."
        )
    return chosen
