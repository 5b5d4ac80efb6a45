"""The embedded server on real processes: life cycle, takeover, crashes and refusals."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from kerben.platform.embedded_postgres import (
    DataDirInUseError,
    DataDirUnusableError,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    ForeignDataDirError,
    PortTakenError,
    VersionMismatchError,
    binary,
)
from kerben.platform.embedded_postgres.account import service_account
from kerben.platform.embedded_postgres.postmaster import POLL_S, is_postmaster_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and owners are those of Unix"),
]

FAST = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}

OWNER = """
import sys
from pathlib import Path
from kerben.platform.embedded_postgres import EmbeddedPostgres
fast = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}
server = EmbeddedPostgres(Path(sys.argv[1]), parameters=fast)
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


async def fetchval(dsn: str, sql: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def wait_ended(server: EmbeddedPostgres, timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while server.pid is not None:
        assert time.monotonic() < deadline
        time.sleep(POLL_S)


@contextmanager
def other_owner(data_dir: Path) -> Generator[tuple[subprocess.Popen[str], int]]:
    """Another living process that owns the folder's server; gives that process and the server's pid."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdin is not None
    assert owner.stdout is not None
    try:
        yield owner, int(owner.stdout.readline())
    finally:
        owner.kill()
        owner.wait()
        owner.stdin.close()
        owner.stdout.close()


async def test_restart_keeps_data(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, parameters=FAST)
    dsn = server.start()
    await fetchval(dsn, "CREATE TABLE kept AS SELECT 42 AS n")
    first_pid = server.pid
    server.stop()
    assert server.pid is None
    assert not (data_dir / "cluster" / "postmaster.pid").exists()

    assert server.start() == dsn
    assert server.dsn == dsn
    assert server.pid != first_pid
    assert await fetchval(dsn, "SELECT n FROM kept") == 42
    server.stop()
    server.stop()
    with pytest.raises(EmbeddedPostgresError):
        _ = server.dsn


async def test_commits_are_durable_and_text_is_utf8_by_default(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, parameters={"shared_buffers": "16MB"}) as server:
        assert await fetchval(server.dsn, "SHOW fsync") == "on"
        assert await fetchval(server.dsn, "SHOW synchronous_commit") == "on"
        assert await fetchval(server.dsn, "SHOW listen_addresses") == ""
        assert await fetchval(server.dsn, "SHOW jit") == "off"
        assert await fetchval(server.dsn, "SELECT current_database()") == "kerben"
        assert await fetchval(server.dsn, "SELECT lower('САПОГИ Ң')") == "сапоги ң"
        assert await fetchval(server.dsn, "SELECT to_tsvector('russian', 'Кожаные сапоги') @@ 'сапог'::tsquery")
        await fetchval(server.dsn, "CREATE EXTENSION pg_trgm")
        assert await fetchval(server.dsn, "SELECT similarity('сапоги', 'сапог') > 0.5")


async def test_files_are_private_and_the_server_is_not_root(data_dir: Path) -> None:
    parent_mode = data_dir.parent.stat().st_mode
    with EmbeddedPostgres(data_dir, parameters=FAST) as server:
        assert server.pid is not None
        account = service_account(data_dir / "cluster")
        assert account.uid != 0
        assert sys.platform != "linux" or os.stat(f"/proc/{server.pid}").st_uid == account.uid
        assert (data_dir / "superuser.password").stat().st_mode & 0o777 == 0o600
        assert (data_dir / "cluster").stat().st_mode & 0o777 == 0o700
        assert (data_dir / "run").stat().st_mode & 0o777 == 0o700
        assert data_dir.parent.stat().st_mode == parent_mode
        assert not (data_dir / "initdb.password").exists()
        wrong = server.dsn.replace("kerben:", "kerben:x", 1)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await fetchval(wrong, "SELECT 1")


async def test_orphan_of_a_killed_owner_is_taken_over(data_dir: Path) -> None:
    with other_owner(data_dir) as (owner, pid):
        server = EmbeddedPostgres(data_dir, parameters=FAST)
        with pytest.raises(DataDirInUseError) as refused:
            server.start()
        assert refused.value.owner_pid == owner.pid
        assert str(data_dir) in str(refused.value)
        assert is_postmaster_of(pid, data_dir / "cluster")
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert is_postmaster_of(pid, data_dir / "cluster")

        dsn = server.start()
        assert server.pid == pid
        assert await fetchval(dsn, "SELECT 1") == 1
        server.stop()
        assert not is_postmaster_of(pid, data_dir / "cluster")


async def test_orphan_with_other_parameters_is_restarted(data_dir: Path) -> None:
    with other_owner(data_dir) as (owner, pid):
        owner.kill()
        owner.wait()
        with EmbeddedPostgres(data_dir, parameters={**FAST, "max_connections": "21"}) as server:
            assert server.pid != pid
            assert await fetchval(server.dsn, "SHOW max_connections") == "21"


async def test_killed_server_recovers_its_commits(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, parameters={**FAST, "fsync": "on"})
    dsn = server.start()
    await fetchval(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_ended(server)
    assert (data_dir / "cluster" / "postmaster.pid").exists()

    assert server.start() == dsn
    assert server.pid != pid
    assert await fetchval(dsn, "SELECT n FROM kept") == 7
    server.stop()


def unrelated_process(data_dir: Path) -> subprocess.Popen[bytes]:
    """A process that has nothing to do with the server but runs as its account."""
    return subprocess.Popen(["sleep", "60"], **service_account(data_dir / "cluster").popen_options())


async def test_stale_pid_file_naming_an_unrelated_process(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, parameters=FAST)
    server.start()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_ended(server)
    server.stop()
    stranger = unrelated_process(data_dir)
    try:
        pid_file = data_dir / "cluster" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        dsn = server.start()
        assert await fetchval(dsn, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
        server.stop()


async def test_taken_port_is_refused_and_the_folder_is_free_again(data_dir: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = int(listener.getsockname()[1])
        with pytest.raises(PortTakenError) as refused:
            EmbeddedPostgres(data_dir, port=port, parameters=FAST).start()
        assert refused.value.port == port
        assert not (data_dir / "cluster" / "postmaster.pid").exists()
    with EmbeddedPostgres(data_dir, port=port, parameters=FAST) as server:
        tcp = server.dsn.split("?")[0].replace("@/", f"@127.0.0.1:{port}/")
        assert await fetchval(tcp, "SELECT 1") == 1


def test_foreign_folder_is_left_alone(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "letter.txt").write_text("mine")
    mode = data_dir.stat().st_mode
    with pytest.raises(ForeignDataDirError, match="not empty"):
        EmbeddedPostgres(data_dir, parameters=FAST).start()
    assert [path.name for path in data_dir.iterdir()] == ["letter.txt"]
    assert data_dir.stat().st_mode == mode


def test_other_major_version_is_refused(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, parameters=FAST):
        pass
    version_file = data_dir / "cluster" / "PG_VERSION"
    version_file.write_text("17\n")
    with pytest.raises(VersionMismatchError, match="pg_upgrade") as refused:
        EmbeddedPostgres(data_dir, parameters=FAST).start()
    assert (refused.value.found, refused.value.expected) == ("17", "18")
    assert version_file.read_text() == "17\n"
    version_file.write_text("18\n")
    with EmbeddedPostgres(data_dir, parameters=FAST) as server:
        assert server.pid is not None


def test_bad_setting_fails_with_the_log_and_frees_the_folder(data_dir: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="shared_buffers") as failed:
        EmbeddedPostgres(data_dir, parameters={"shared_buffers": "much"}).start()
    assert "FATAL" in failed.value.log_tail
    with EmbeddedPostgres(data_dir, parameters=FAST) as server:
        assert server.pid is not None
    with pytest.raises(ValueError, match="listen_addresses"):
        EmbeddedPostgres(data_dir, parameters={"listen_addresses": "*"})


def test_missing_password_file_is_named(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, parameters=FAST):
        pass
    (data_dir / "superuser.password").unlink()
    with pytest.raises(DataDirUnusableError, match=r"superuser\.password"):
        EmbeddedPostgres(data_dir, parameters=FAST).start()
    assert (data_dir / "cluster" / "PG_VERSION").exists()


async def test_long_folder_names_get_a_short_socket_folder(open_dir: Path) -> None:
    data_dir = open_dir / ("d" * 110)
    server = EmbeddedPostgres(data_dir, parameters=FAST)
    dsn = server.start()
    try:
        assert await fetchval(dsn, "SELECT 1") == 1
        assert "host=/tmp/kerben-" in dsn
        assert not (data_dir / "run").exists()
    finally:
        server.stop()
        os.rmdir(parse_qs(urlsplit(dsn).query)["host"][0])


def test_programs_of_the_package() -> None:
    shown = subprocess.run([binary("pg_dump"), "--version"], capture_output=True, text=True, check=True)
    assert "PostgreSQL) 18." in shown.stdout
    with pytest.raises(EmbeddedPostgresError, match="no_such_program"):
        binary("no_such_program")
