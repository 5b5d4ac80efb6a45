"""Accounts, closed folders and the owner's lock."""

import codecs
import os
import shutil
import sys
from pathlib import Path

import pytest

from kerben.platform.embedded_postgres import (
    DataDirInUseError,
    DataDirUnusableError,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    binaries,
    default_data_dir,
    paths,
)
from kerben.platform.embedded_postgres.account import Account, first_closed, service_account
from kerben.platform.embedded_postgres.lock import OwnerLock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners and permission bits are those of Unix")

FAST = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}
STRANGER = Account(uid=54321, gid=54321, switch=True)
needs_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can change to another account"
)


def in_child(account: Account | None, work: str, data_dir: Path) -> str:
    """Do one of a few things in a forked child, as another account if given; returns what it reports.

    A fork, because the interpreter's own files may lie in a home closed to that account.
    """
    codecs.lookup("ascii")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        report = "nothing"
        try:
            if account is not None:
                os.setgroups([])
                os.setgid(account.gid)
                os.setuid(account.uid)
            server = EmbeddedPostgres(data_dir, parameters=FAST)
            server.start()
            if work == "restart":
                server.stop()
                server.start()
            report = f"uid {os.geteuid()} dsn {server.dsn}"
            server.stop()
        except EmbeddedPostgresError as error:
            report = f"{type(error).__name__}: {error}"
        except BaseException as error:
            report = repr(error)
        finally:
            os.write(writer, report.encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read().decode()
    os.waitpid(child, 0)
    return text


@pytest.mark.slow
@needs_root
def test_an_ordinary_user_runs_it_as_himself(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = service_account(open_dir / "none")
    root = binaries.reachable_binaries(nobody, cache_dir=open_dir / "cache").parent
    monkeypatch.setattr(binaries, "install_root", lambda: root)
    home = open_dir / "home"
    home.mkdir(mode=0o700)
    nobody.give(home)
    report = in_child(nobody, "restart", home / "data")
    assert report.startswith(f"uid {nobody.uid} dsn postgresql://kerben:"), report
    assert (home / "data").stat().st_uid == nobody.uid
    assert (home / "data").stat().st_mode & 0o777 == 0o700

    # Root may go on with a user's data: the server then runs as that user, and the user can come back.
    with EmbeddedPostgres(home / "data", parameters=FAST) as server:
        assert server.pid is not None
        assert (home / "data" / "cluster").stat().st_uid == nobody.uid
    assert home.stat().st_mode & 0o777 == 0o700
    again = in_child(nobody, "start", home / "data")
    assert again.startswith(f"uid {nobody.uid} dsn"), again


@pytest.mark.slow
@needs_root
def test_an_ordinary_user_is_told_that_the_folder_is_roots(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, parameters=FAST):
        pass
    before = sorted(path.name for path in data_dir.iterdir())
    report = in_child(service_account(data_dir / "none"), "start", data_dir)
    assert report.startswith("DataDirUnusableError"), report
    assert "another account" in report
    assert sorted(path.name for path in data_dir.iterdir()) == before


@needs_root
def test_root_is_told_which_folder_is_closed(open_dir: Path) -> None:
    private = open_dir / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(DataDirUnusableError) as refused:
        EmbeddedPostgres(private / "data", parameters=FAST).start()
    assert f"cannot pass through {private}" in str(refused.value)
    assert "/var/lib/kerben" in str(refused.value)
    assert list(private.iterdir()) == []
    assert private.stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
@needs_root
def test_an_existing_empty_private_folder_of_root_is_fine(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    with EmbeddedPostgres(data_dir, parameters=FAST) as server:
        assert server.pid is not None
    assert data_dir.stat().st_mode & 0o777 == 0o711


def test_default_data_dir(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "SYSTEM_DATA_DIR", open_dir / "system")
    checkout = open_dir / "checkout"
    checkout.mkdir()
    checkout.chmod(0o755)
    assert default_data_dir(checkout) == checkout / ".kerben" / "data"
    checkout.chmod(0o700)
    closed = default_data_dir(checkout)
    if os.geteuid() == 0:
        assert closed.parent == open_dir / "system"
        assert default_data_dir(checkout) == closed
        closed.mkdir(parents=True)
        checkout.chmod(0o755)
        assert default_data_dir(checkout) == closed
    else:
        assert closed == checkout / ".kerben" / "data"


def test_programs_in_a_private_home_are_copied_once(open_dir: Path) -> None:
    home = open_dir / "home"
    source = home / "pginstall"
    for folder in ("bin", "lib", "share"):
        (source / folder).mkdir(parents=True)
    (source / "bin" / "postgres").write_text("program")
    (source / "share" / "postgres.bki").write_text("catalogue")
    cache = open_dir / "cache" / "kerben"

    for path in source.rglob("*"):
        path.chmod(0o755)
    source.chmod(0o755)
    home.chmod(0o755)
    assert binaries.reachable_binaries(STRANGER, source=source, cache_dir=cache) == source / "bin"
    assert not cache.exists()

    home.chmod(0o700)
    found = binaries.reachable_binaries(STRANGER, source=source, cache_dir=cache)
    assert found.is_relative_to(cache / f"postgres-{binaries.package_version()}")
    assert (found / "postgres").read_text() == "program"
    assert first_closed(found / "postgres", STRANGER) is None
    assert home.stat().st_mode & 0o777 == 0o700
    inode = (found / "postgres").stat().st_ino
    assert binaries.reachable_binaries(STRANGER, source=source, cache_dir=cache) == found
    assert (found / "postgres").stat().st_ino == inode
    assert [path.name for path in cache.iterdir()] == [f"postgres-{binaries.package_version()}"]

    cache.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match=r"chmod o\+x"):
        binaries.reachable_binaries(STRANGER, source=source, cache_dir=cache)


@pytest.mark.slow
def test_copied_programs_run_without_the_package(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = open_dir / "home" / "packages"
    package = binaries.install_root().parent
    packages.mkdir(parents=True)
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            shutil.copytree(package.parent / name, packages / name, symlinks=True)
    (open_dir / "home").chmod(0o700)
    source = packages / package.name / "pginstall"
    copied = binaries.reachable_binaries(STRANGER, source=source, cache_dir=open_dir / "cache")
    shutil.rmtree(open_dir / "home")
    assert copied.is_relative_to(open_dir / "cache")

    monkeypatch.setattr(binaries, "install_root", lambda: copied.parent)
    with EmbeddedPostgres(open_dir / "data", parameters=FAST) as server:
        assert server.binaries == copied
        assert server.pid is not None


def test_the_lock_has_one_owner_and_forked_children_do_not_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first, second = OwnerLock(path), OwnerLock(path)
    first.acquire()
    with pytest.raises(DataDirInUseError) as refused:
        second.acquire()
    assert refused.value.owner_pid == os.getpid()
    assert not second.held
    assert path.read_text() == f"#{os.getpid()}\n"

    reader, writer = os.pipe()
    ready, done = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(done, b"r")
        os.read(reader, 1)
        os._exit(0)
    os.read(ready, 1)
    # The owner's death closes its descriptor without unlocking; the child lives on.
    first.forget()
    second.acquire()
    assert second.held
    os.write(writer, b"x")
    os.waitpid(child, 0)
    for descriptor in (reader, writer, ready, done):
        os.close(descriptor)
    second.release()
    first.acquire()
    assert first.held
    first.release()
