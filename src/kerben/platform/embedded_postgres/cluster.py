"""Making a database cluster, and running programs on it."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from kerben.platform.embedded_postgres.account import Account
from kerben.platform.embedded_postgres.binaries import executable, major_version
from kerben.platform.embedded_postgres.errors import (
    DataDirUnusableError,
    EmbeddedPostgresError,
    VersionMismatchError,
)

SUPERUSER = "kerben"
PASSWORD_FILE = "superuser.password"  # noqa: S105 - a file name
_SCRATCH_PREFIX = "cluster.new-"


def environment() -> dict[str, str]:
    """A small environment for PostgreSQL's programs: no PG* variables, and no secrets of the application."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LANG": "C"}


def read_password(data_dir: Path) -> str:
    """The superuser's password; DataDirUnusableError if its file is missing."""
    path = data_dir / PASSWORD_FILE
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise DataDirUnusableError(
            data_dir,
            f"The database password {path} cannot be read ({error.strerror}). Restore that file from a backup "
            f"or choose another data folder.",
        ) from error


def check_version(data_dir: Path, cluster: Path) -> None:
    """Raise VersionMismatchError if another major version wrote the cluster, DataDirUnusableError if it is none."""
    try:
        found = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError as error:
        raise DataDirUnusableError(
            data_dir, f"The database folder {cluster} is damaged: PG_VERSION cannot be read ({error.strerror})."
        ) from error
    if found != major_version():
        raise VersionMismatchError(data_dir, found, major_version())


def create_cluster(data_dir: Path, cluster: Path, binaries: Path, account: Account, *, durable: bool) -> None:
    """Run initdb beside the final place and rename, so that a cluster is either whole or absent.

    Text is UTF-8 with PostgreSQL's built-in C.UTF-8 rules: the same order on every machine, Cyrillic letters known.
    """
    for leftover in data_dir.glob(f"{_SCRATCH_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    password = secrets.token_urlsafe(32)
    _write_private(data_dir / PASSWORD_FILE, password)
    handed = data_dir / "initdb.password"
    scratch = data_dir / f"{_SCRATCH_PREFIX}{secrets.token_hex(4)}"
    try:
        _write_private(handed, password)
        account.give(handed)
        scratch.mkdir(mode=0o700)
        account.give(scratch)
        _initdb(scratch, handed, binaries, account, durable=durable)
        scratch.rename(cluster)
    finally:
        handed.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)
    if durable and sys.platform != "win32":
        folder = os.open(data_dir, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _initdb(target: Path, password_file: Path, binaries: Path, account: Account, *, durable: bool) -> None:
    # The system's locale only classifies characters for libc users such as the text search parser.
    locales = ["C.UTF-8", "C"] if sys.platform == "linux" else ["C"]
    output = ""
    for locale in locales:
        command = [
            str(executable(binaries, "initdb")),
            f"--pgdata={target}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            f"--locale={locale}",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--set=scram_iterations=1",
            *([] if durable else ["--no-sync"]),
        ]
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment(),
            cwd=target if sys.platform == "win32" else "/",
            **account.popen_options(),
        )
        if done.returncode == 0:
            return
        output = (done.stdout + done.stderr).strip()
        if "invalid locale name" not in output:
            break
    raise EmbeddedPostgresError("PostgreSQL could not create its data folder.", log_tail=output[-4000:])


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def query(binaries: Path, sql: str, *, host: str, port: int, password: str, timeout_s: float) -> str | None:
    """Run one statement as the superuser in database postgres with psql; None if it failed.

    psql, because the caller may or may not be inside an event loop.
    """
    variables = {
        "PGHOST": host,
        "PGPORT": str(port),
        "PGUSER": SUPERUSER,
        "PGPASSWORD": password,
        "PGDATABASE": "postgres",
        "PGCONNECT_TIMEOUT": str(max(2, int(timeout_s))),
    }
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            [str(executable(binaries, "psql")), "-XAtq", "-c", sql],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment() | variables,
            timeout=timeout_s,
        )
        return done.stdout.strip() if done.returncode == 0 else None
    return None
